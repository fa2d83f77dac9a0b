// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Kernel

/// Where messages go, and in the form that callers read.
///
/// Without `--log` they go to standard error in words for people. A fatal
/// error goes both to the log and to standard error.
final class Log {
  /// How much a message matters, least first.
  enum Level: String, CaseIterable {
    /// For whoever debugs runp.
    case debug
    /// For the curious; callers pass it, and nothing is logged at it.
    case info
    /// Something was not done as asked, and the command goes on.
    case warning
    /// The command failed.
    case error

    fileprivate var rank: Int {
      switch self {
      case .debug: 0
      case .info: 1
      case .warning: 2
      case .error: 3
      }
    }
  }

  /// How a message is laid out in the log.
  enum Format: String, CaseIterable {
    /// `time="…" level=error msg="…"`.
    case text
    /// `{"level":"error","msg":"…","time":"…"}`.
    case json
  }

  private let file: Shared<Descriptor>?
  private let format: Format
  private let least: Level

  /// Opens the log: the file to append to, or standard error for no path.
  init(path: String?, format: Format, least: Level) throws(RuntimeError) {
    self.format = format
    self.least = least
    guard let path else {
      file = nil
      return
    }
    do {
      file = Shared(
        // A FIFO that nobody reads is an error, and nothing to wait for.
        try File.open(
          path, [.writeOnly, .create, .append, .nonBlocking, .noControllingTerminal], mode: 0o644))
    } catch {
      throw error.adding("log")
    }
  }

  /// A log on standard error, for what fails before the options are known.
  init() {
    file = nil
    format = .text
    least = .warning
  }

  /// Tells whoever debugs runp.
  func debug(_ message: @autoclosure () -> String) {
    if least.rank <= Level.debug.rank { write(.debug, message()) }
  }

  /// Tells what was not done as asked.
  func warning(_ message: String) {
    if least.rank <= Level.warning.rank { write(.warning, message) }
  }

  /// Tells why the command failed; the last message of a process.
  ///
  /// The usage is for people; the log does not get it. The message may quote a
  /// document or a program that somebody else wrote, who has no say over the
  /// caller's terminal.
  func fatal(_ message: String, usage: String = "") {
    if hasDestination { write(.error, message) }
    if file == nil && format == .json { return }
    Output.writeError("runp: \(message.withoutControls)\n\(usage)")
  }

  /// Whether messages have a place other than standard error in plain words.
  private var hasDestination: Bool {
    if file != nil { return true }
    return format == .json
  }

  private func write(_ level: Level, _ message: String) {
    guard hasDestination else {
      return Output.writeError("runp: \(level.rawValue): \(message.withoutControls)\n")
    }
    let line = Self.line(level, message, at: .now, format)
    if let file {
      // A log that is full must not keep a container from being run.
      try? File.write(Array(line.utf8), to: file.value)
    } else {
      Output.writeError(line)
    }
  }

  /// A message as one line of the log.
  static func line(
    _ level: Level, _ message: String, at time: Timestamp, _ format: Format
  ) -> String {
    switch format {
    case .text:
      "time=\"\(time)\" level=\(level.rawValue) msg=\(JSONValue.string(message).text())\n"
    case .json:
      "{\"level\":\"\(level.rawValue)\",\"msg\":\(JSONValue.string(message).text()),\"time\":\"\(time)\"}\n"
    }
  }
}
