// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// One of the supervisor's own streams.
///
/// What its reader does not take yet is kept: the supervisor has signals and
/// ends of containers to see to meanwhile.
final class OutputDestination {
  private let output: UnhurriedOutput
  /// Whether labels are coloured.
  let isColoured: Bool
  /// Whether nothing can be written any more.
  private(set) var isBroken = false
  /// Why that is; nil when the reader has just gone, as readers do.
  private(set) var failure: RuntimeError?
  private var pending: [UInt8] = []
  private var isHurried = false

  /// The containers are not read from while more than this is kept.
  private static let limit = 1 << 18

  /// Takes a copy of an inherited stream.
  init(_ stream: StandardStream) throws(RuntimeError) {
    // The convention of no-color.org: any value but an empty one.
    let wantsNone = OwnProcess.environmentValue("NO_COLOR").map { !$0.isEmpty } ?? false
    output = try UnhurriedOutput(stream)
    isColoured = output.isTerminal && !wantsNone
  }

  /// What to watch; nil when nothing is to be expected of it.
  var watched: Shared<Descriptor>? { isBroken ? nil : output.stream }

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
        let written = try output.write(pending[...])
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

  /// Notes that the reader is gone.
  func losesReader() {
    isBroken = true
    pending = []
  }

  private func breakDown(_ error: RuntimeError) {
    losesReader()
    // A terminal whose window was closed says EIO.
    if error.errno == EPIPE || (error.errno == EIO && output.isTerminal) { return }
    failure = error
  }

  /// Keeps nothing any more: what the reader does not take at once is lost.
  func hurry() {
    isHurried = true
    flush()
  }
}
