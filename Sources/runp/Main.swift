// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

@main
struct Main {
  static func main() {
    Output.fillGaps()
    // Whoever does not read what it is sent must not end us, nor may a limit on
    // the size of files: each is an error of the write.
    Signals.ignore(SIGPIPE)
    Signals.ignore(SIGXFSZ)
    // What is made has the mode that it is made with, whoever calls.
    OwnProcess.setCreationMask(0o022)
    // Whoever called us may have left it ignored, and then nobody could wait
    // for a child.
    Signals.setDefault(SIGCHLD)
    exit(run())
  }

  private static func run() -> Int32 {
    let words: [String]
    do {
      words = try CommandWords.read()
    } catch {
      Log().fatal(error.message)
      return CommandStatus.failure
    }
    let program = words.first?.split(separator: "/").last.map(String.init) ?? "runp"
    return Dispatch(program: program, environment: .current).run(Array(words.dropFirst()))
  }
}
