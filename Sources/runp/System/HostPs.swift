// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// The host's ps(1), which has more columns and ways to show them than one
/// would want to build again.
enum HostPs {
  /// As much of what it says on standard error as fits into a message.
  private static let limit = 1024

  /// Runs it with options, `-ef` when there are none, to its end.
  ///
  /// - Returns: what it printed.
  /// - Throws: `RuntimeError` when there is none in `PATH`, or it failed.
  static func output(
    _ options: [String], _ environment: Environment
  ) throws(RuntimeError) -> String {
    let path = try find(in: environment.variable("PATH") ?? "")
    let words = options.isEmpty ? ["-ef"] : options
    // Files, and no pipes: nobody has to read while it runs.
    let output = Shared(try MemoryFile.make("ps"))
    let errors = Shared(try MemoryFile.make("ps"))
    let program = Program(arguments: ["ps"] + words, environment: OwnProcess.environment)
    guard case .parent(let child) = try Processes.clone() else {
      execute(path, program, output, errors)
    }
    let status = try child.wait()
    if status != .exited(0) {
      let said = try MemoryFile.end(of: errors.value, limit: limit)
      throw RuntimeError(.failed, failure(words, status, String(decoding: said, as: UTF8.self)))
    }
    return String(decoding: try File.readAgain(output.value), as: UTF8.self)
  }

  private static func find(in path: String) throws(RuntimeError) -> String {
    // What a relative directory has is anybody's program.
    for directory in path.split(separator: ":") where directory.hasPrefix("/") {
      let candidate = "\(directory)/ps"
      // What cannot be reached is passed over like what is not there.
      guard let status = try? FileStatus(candidate), status.kind != .directory else { continue }
      if Program.isExecutable(candidate) { return candidate }
    }
    throw RuntimeError(
      .failed, "exec: \"ps\": executable file not found in $PATH: use --format json")
  }

  /// The child's part.
  private static func execute(
    _ path: String, _ program: Program, _ output: Shared<Descriptor>,
    _ errors: Shared<Descriptor>
  ) -> Never {
    do throws(RuntimeError) {
      Signals.prepareForProgram()
      try OwnProcess.place(output.value, as: .output)
      try OwnProcess.place(errors.value, as: .error)
      try OwnProcess.setCloseOnExec(from: 3)
      throw program.execute(path)
    } catch {
      // It is read as what ps would have said; nobody else would hear of it.
      try? File.write(Array("\(error)".utf8), to: errors.value)
      Processes.exit(127)
    }
  }

  private static func failure(
    _ words: [String], _ status: ExitStatus, _ said: String
  ) -> String {
    let how =
      switch status {
      case .exited(let code): "exit status \(code)"
      case .signalled(let signal): "ended by signal \(signal)"
      }
    let lines = said.split { $0.isNewline }.joined(separator: ", ")
    return "ps \(words.joined(separator: " ")): \(how)" + (lines.isEmpty ? "" : ": \(lines)")
  }
}
