// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// One of the supervisor's own streams.
///
/// What its reader does not take yet is kept: the supervisor has signals and
/// ends of containers to see to meanwhile.
final class OutputDestination {
  private let stream: Shared<Descriptor>
  private let isTerminal: Bool
  /// Whether a write takes what fits and returns, whatever its length.
  private let returnsAtOnce: Bool
  /// Whether labels are coloured.
  let isColoured: Bool
  /// Whether nothing can be written any more.
  private(set) var isBroken = false
  /// Why that is; nil when the reader has just gone, as readers do.
  private(set) var failure: SystemError?
  private var pending: [UInt8] = []
  private var isHurried = false

  /// The containers are not read from while more than this is kept.
  private static let limit = 1 << 18
  /// What a pipe or socket that says that it can be written takes at once.
  private static let certainLength = 4096

  /// Takes a copy of an inherited stream.
  init(number: Int32) throws(SystemError) {
    // The convention of no-color.org: any value but an empty one.
    let wantsNone = OwnProcess.environmentValue("NO_COLOR").map { !$0.isEmpty } ?? false
    isTerminal = Terminal.isTerminal(number)
    isColoured = isTerminal && !wantsNone
    let copy = Shared(try Descriptor.copy(ofNumber: number))
    switch try FileStatus(ofNumber: number).kind {
    case .fifo, .characterDevice:
      // Only what is opened anew can be made to return at once without others
      // noticing that have the stream as well, such as a shell.
      if let own = try? Self.open(number) {
        (stream, returnsAtOnce) = (own, true)
      } else {
        (stream, returnsAtOnce) = (copy, false)
      }
    case .regular: (stream, returnsAtOnce) = (copy, true)
    default: (stream, returnsAtOnce) = (copy, false)
    }
  }

  private static func open(_ number: Int32) throws(SystemError) -> Shared<Descriptor> {
    Shared(
      try File.open(
        "/proc/self/fd/\(number)", [.writeOnly, .nonBlocking, .noControllingTerminal]))
  }

  /// What to watch; nil when nothing is to be expected of it.
  var watched: Shared<Descriptor>? { isBroken ? nil : stream }

  /// Whether its reader has to take something before everything is written.
  var isBehind: Bool { pendingCount > 0 }

  /// How many bytes it still has to take.
  var pendingCount: Int { isBroken ? 0 : pending.count }

  /// Whether there is room for more.
  var hasRoom: Bool { isBroken || pending.count < Self.limit }

  /// Writes as much as the reader takes, and keeps the rest.
  func write(_ bytes: [UInt8]) {
    if isBroken || bytes.isEmpty { return }
    pending += bytes
    flush()
  }

  /// Writes what is kept, as far as the reader takes it.
  ///
  /// - Returns: whether it took anything.
  @discardableResult
  func flush() -> Bool {
    let before = pending.count
    while isBehind {
      do {
        guard let length = try lengthToWrite() else { break }
        let written = try stream.value.writeSome(Array(pending.prefix(length)))
        if written == 0 { break }
        pending.removeFirst(written)
      } catch {
        breakDown(error)
      }
    }
    let took = pending.count < before
    if isHurried { pending = [] }
    return took
  }

  /// How much can be written without waiting; nil when that is nothing.
  private func lengthToWrite() throws(SystemError) -> Int? {
    if returnsAtOnce { return 1 << 16 }
    var set = PollSet()
    set.add(stream.value, .writable)
    let ready = try set.wait(until: .after(milliseconds: 0))
    return ready.events(of: stream.value).contains(.writable) ? Self.certainLength : nil
  }

  /// Notes that the reader is gone.
  func losesReader() {
    isBroken = true
    pending = []
  }

  private func breakDown(_ error: SystemError) {
    losesReader()
    // A terminal whose window was closed says EIO.
    if error.errno == EPIPE || (error.errno == EIO && isTerminal) { return }
    failure = error
  }

  /// Keeps nothing any more: what the reader does not take at once is lost.
  func hurry() {
    isHurried = true
    flush()
  }
}
