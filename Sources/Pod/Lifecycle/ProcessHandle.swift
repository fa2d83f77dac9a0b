// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Glibc
internal import Kernel

extension ContainerRecord.Process {
  /// Opens a handle on this very process; nil when it has ended.
  func handle() throws(SystemError) -> Descriptor? {
    do {
      let handle = try Processes.open(pid: pid)
      // The handle came first: from here on the ID cannot become another's.
      if Processes.startTime(of: pid) != startTime { return nil }
      return handle
    } catch  where error.errno == ESRCH || error.errno == EINVAL {
      return nil
    }
  }
}
