// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// A program that is run to its end with bytes on its standard input.
///
/// All that it needs is opened ahead: where it is run, a filter may know little
/// but the calls that make a process and wait for it.
struct HookProcess {
  /// How a run came to its end.
  enum Outcome {
    /// By itself.
    case ended(ExitStatus)
    /// It took too long and was killed.
    case ranOut
  }

  private let path: String
  private let program: Program
  /// A file, and no pipe: nobody has to feed it, whether or not it is read.
  private let input: Shared<Descriptor>
  private let output: HookOutput
  /// Where it says why it could not be executed.
  private let report: OutputPipe

  /// Opens everything for the program at an absolute path.
  init(
    path: String, arguments: [String], environment: [String], input: [UInt8], output: HookOutput
  ) throws(RuntimeError) {
    self.path = path
    self.output = output
    program = Program(arguments: arguments, environment: environment)
    self.input = Shared(try MemoryFile.make("stdin", holding: input))
    report = try OutputPipe()
  }

  /// Runs the program; when `timeout`, in seconds, passes, it is killed.
  ///
  /// Whatever happens, it has ended and is reaped, as far as a filter lets that
  /// be done.
  func run(timeout: Int?) throws(RuntimeError) -> Outcome {
    let deadline = timeout.map { Deadline.after(seconds: $0) }
    guard case .parent(let child) = try Processes.clone() else { execute() }
    do throws(RuntimeError) {
      if let deadline, try !child.pidfd.waitUntilReadable(until: deadline) {
        try Processes.signal(child.pidfd, SIGKILL)
        _ = try child.wait()
        return .ranOut
      }
      let status = try child.wait()
      // All that it could say it has said.
      if let bytes = try report.reading.value.readSome(limit: ErrorMessage.limit),
        let error = ErrorMessage.decode(bytes[...])
      {
        throw error
      }
      return .ended(status)
    } catch {
      // It may not be there any more; the first error is the one to report.
      try? Processes.signal(child.pidfd, SIGKILL)
      _ = try? child.wait()
      throw error
    }
  }

  /// The child's part.
  private func execute() -> Never {
    do throws(RuntimeError) {
      Signals.prepareForProgram()
      try OwnProcess.place(input.value, as: .input)
      try output.place()
      try OwnProcess.setCloseOnExec(from: 3)
      throw program.execute(path)
    } catch {
      // The parent reads why; if it is gone nobody wants to know.
      try? File.write(ErrorMessage.encode(error), to: report.writing.value)
      Processes.exit(127)
    }
  }

  /// The end of what it wrote that nobody else has seen, to be added to an
  /// error.
  var outputSuffix: String { output.suffix }
}
