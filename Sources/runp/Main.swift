// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

@main
struct Main {
  /// The commands that put a process of runp into a container.
  private static let commandsThatEnter: Set<String> = ["create", "run", "exec", "pod"]

  private static func seal(_ words: [String]) {
    do {
      try SealedBinary.ensure(arguments: words)
    } catch {
      Log().fatal("seal the program: \(error)")
      exit(ExitStatus.failure)
    }
  }

  static func main() {
    Output.fillGaps()
    // Whoever does not read what it is sent must not end us.
    Signals.ignore(SIGPIPE)
    let words = CommandLine.arguments
    if words.contains(where: commandsThatEnter.contains) { seal(words) }
    let program = words.first?.split(separator: "/").last.map(String.init) ?? "runp"
    exit(Dispatch(program: program, environment: .current).run(Array(words.dropFirst())))
  }
}
