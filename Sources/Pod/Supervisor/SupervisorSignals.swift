// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Glibc
internal import Kernel

/// The signals that end a supervised pod.
struct SupervisorSignals {
  /// What is readable when one has come.
  let descriptor: Shared<Descriptor>

  /// Takes the signals from here on.
  init() throws(RuntimeError) {
    let ignored = Self.ignored(in: try File.readControl("/proc/self/status"))
    descriptor = Shared(try Signals.descriptor(for: Self.mask(ignored: ignored)))
    // Writing to a reader that is gone is an error like any other.
    Signals.ignore(SIGPIPE)
  }

  /// The next one that has come, if any.
  func next() -> Int32? { Signals.next(descriptor.value) }

  /// Not SIGHUP when it was ignored from the start, which is how nohup(1) asks
  /// to go on without the terminal.
  ///
  /// A shell without job control ignores SIGINT for whatever is in the
  /// background, wanted or not, so that one counts all the same.
  static func mask(ignored: UInt64) -> UInt64 {
    Signals.mask([SIGINT, SIGTERM]) | (Signals.mask([SIGHUP]) & ~ignored)
  }

  /// The signals that a process ignores, of what procfs says of it.
  static func ignored(in status: String) -> UInt64 {
    let title = "SigIgn:"
    let line = status.split(separator: "\n").first { $0.hasPrefix(title) }
    let mask = line?.dropFirst(title.count).drop { $0 == "\t" } ?? ""
    return UInt64(mask, radix: 16) ?? 0
  }
}
