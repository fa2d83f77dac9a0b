// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import JSON
package import Kernel

/// A process that cannot be mistaken for a later one of the same ID.
package struct ProcessRecord: Equatable, Sendable {
  /// The process ID in the runtime's PID namespace.
  package var pid: Int32
  /// When it started, in clock ticks since boot.
  package var startTime: UInt64

  /// Names a process.
  package init(pid: Int32, startTime: UInt64) {
    self.pid = pid
    self.startTime = startTime
  }

  /// This process.
  package static var own: Self {
    Self(pid: Processes.own, startTime: Processes.startTime(of: Processes.own) ?? 0)
  }

  /// Whether this very process lives; a zombie does not, and one that cannot be
  /// looked at may.
  package var isAlive: Bool {
    do {
      guard let found = try Processes.look(at: pid) else { return false }
      return found.startTime == startTime && found.phase != .zombie
    } catch {
      return true
    }
  }

  /// Opens a handle on this very process; nil when it is gone, or has ended.
  package func open() throws(RuntimeError) -> Shared<Descriptor>? {
    do {
      let handle = Shared(try Processes.open(pid: pid))
      // The handle came first: from here on the ID cannot be another's.
      guard let found = try Processes.look(at: pid), found.startTime == startTime else {
        return nil
      }
      // Other threads may go on when the first one has ended.
      if found.phase == .zombie, try handle.value.waitUntilReadable(until: .now) { return nil }
      return handle
    } catch  where error.errno == ESRCH {
      return nil
    }
  }
}

extension ProcessRecord: JSONDecodable {
  package init(json node: JSONNode) throws(SpecError) {
    pid = try node.requiredInteger("pid")
    startTime = try node.requiredInteger("startTime")
  }

  /// The record as it is kept.
  package var json: JSONValue { ["pid": JSONValue(pid), "startTime": JSONValue(startTime)] }
}
