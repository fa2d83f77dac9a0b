// SPDX-License-Identifier: Apache-2.0

internal import Glibc

@main
struct Main {
  static func main() {
    Output.fillGaps()
    let words = CommandLine.arguments
    let program = words.first?.split(separator: "/").last.map(String.init) ?? "runp"
    exit(Dispatch(program: program, environment: .current).run(Array(words.dropFirst())))
  }
}
