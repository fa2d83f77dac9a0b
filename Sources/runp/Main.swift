// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

@main
struct Main {
  static func main() {
    Output.fillGaps()
    // Whoever does not read what it is sent must not end us.
    Signals.ignore(SIGPIPE)
    // Whoever called us may have left it ignored, and then nobody could wait
    // for a child.
    Signals.setDefault(SIGCHLD)
    let words = CommandLine.arguments
    let program = words.first?.split(separator: "/").last.map(String.init) ?? "runp"
    exit(Dispatch(program: program, environment: .current).run(Array(words.dropFirst())))
  }
}
