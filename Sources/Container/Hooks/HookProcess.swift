// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// A program that is run to its end with bytes on its standard input.
struct HookProcess {
  /// The absolute path of the program.
  let path: String
  /// The arguments, the first being the program's name for itself.
  let arguments: [String]
  /// The environment, whole.
  let environment: [String]
  /// What it can read from its standard input.
  let input: [UInt8]
  /// Where it writes; nil leaves it the caller's own streams.
  var output: HookOutput?

  /// Runs the program.
  ///
  /// `timeout` is in seconds; when it passes, the program is killed and
  /// `SystemError` is thrown with `ETIMEDOUT`.
  func run(timeout: Int?) throws(SystemError) -> ExitStatus {
    let program = Program(arguments: arguments, environment: environment)
    var (report, reporting): (Shared<Descriptor>, Shared<Descriptor>?) = try Sockets.pair()
    var pipe = try Pipe()
    switch try Processes.clone() {
    case .child:
      do throws(SystemError) {
        Signals.prepareForProgram()
        try OwnProcess.place(pipe.reading.number, at: 0)
        try output?.place()
        try OwnProcess.setCloseOnExec(from: 3)
        throw program.execute(path)
      } catch {
        let reason = [UInt8(truncatingIfNeeded: error.errno)]
        // The parent reads why; if it is gone nobody wants to know.
        if let reporting { try? Sockets.send(reason, on: reporting.value) }
        Processes.exit(127)
      }
    case .parent(let child):
      pipe.closeReading()
      // Else its end would be held open here.
      reporting = nil
      return try finish(child, &pipe, report.value, timeout: timeout)
    }
  }

  private func finish(
    _ child: Child, _ pipe: inout Pipe, _ report: borrowing Descriptor, timeout: Int?
  ) throws(SystemError) -> ExitStatus {
    let deadline = timeout.map { Deadline.after(milliseconds: UInt64($0) * 1000) }
    try feed(child, &pipe, until: deadline)
    pipe.closeWriting()
    if let deadline, try !child.pidfd.waitUntilReadable(until: deadline) {
      try Processes.signal(child.pidfd, SIGKILL)
      _ = try child.wait()
      throw SystemError(call: "run", errno: ETIMEDOUT, subject: path)
    }
    let status = try child.wait()
    // Everything the child could send it has sent.
    let (bytes, _) = try Sockets.receive(on: report, limit: 16)
    if let errno = bytes.first {
      throw SystemError(call: "execve", errno: Int32(errno), subject: path)
    }
    return status
  }

  /// Writes the input for as long as the program reads it and lives.
  private func feed(
    _ child: Child, _ pipe: inout Pipe, until deadline: Deadline?
  ) throws(SystemError) {
    var rest = input[...]
    while !rest.isEmpty {
      switch try pipe.write(rest, whileAlive: child.pidfd, until: deadline) {
      case .written(let count): rest = rest.dropFirst(count)
      case .over: return
      }
    }
  }
}
