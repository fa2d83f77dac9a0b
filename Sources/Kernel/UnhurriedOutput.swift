// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// An inherited stream that is written to without ever waiting for its reader.
package struct UnhurriedOutput {
  /// The stream, to be watched.
  package let stream: Shared<Descriptor>
  /// Whether it is a terminal.
  package let isTerminal: Bool
  /// Whether a write takes what fits and returns, whatever its length.
  private let returnsAtOnce: Bool

  /// What a pipe or socket that says that it can be written takes at once.
  private static let certainLength = 4096
  /// The most that is written in one call.
  private static let longestWrite = 1 << 16

  /// Takes a copy of a stream.
  package init(_ inherited: StandardStream) throws(RuntimeError) {
    let copy = Shared(try Descriptor.copy(of: inherited))
    isTerminal = Terminal.isTerminal(inherited)
    switch try FileStatus(of: copy.value).kind {
    case .fifo, .characterDevice:
      // Only what is opened anew can be made to return at once without others
      // noticing that have the stream as well, such as a shell. It need not be
      // this user's to open.
      if let own = try? Self.open(copy.value) {
        (stream, returnsAtOnce) = (own, true)
      } else {
        (stream, returnsAtOnce) = (copy, false)
      }
    case .regular: (stream, returnsAtOnce) = (copy, true)
    default: (stream, returnsAtOnce) = (copy, false)
    }
  }

  private static func open(_ copy: borrowing Descriptor) throws(RuntimeError) -> Shared<Descriptor>
  {
    Shared(try File.open(copy.procPath, [.writeOnly, .nonBlocking, .noControllingTerminal]))
  }

  /// Writes as much as the reader takes at once.
  ///
  /// - Returns: how many bytes that is; 0 when there is no room.
  ///
  /// The corresponding calls are poll(2), write(2).
  package func write(_ bytes: ArraySlice<UInt8>) throws(RuntimeError) -> Int {
    if returnsAtOnce {
      return try stream.value.writeSome(Array(bytes.prefix(Self.longestWrite)))
    }
    var set = PollSet()
    set.add(stream.value, .writable)
    let ready = try set.wait(until: .after(milliseconds: 0))
    guard ready.events(of: stream.value).contains(.writable) else { return 0 }
    return try stream.value.writeSome(Array(bytes.prefix(Self.certainLength)))
  }
}
