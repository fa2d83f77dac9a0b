// SPDX-License-Identifier: Apache-2.0

package import Cgroups
internal import Kernel

extension RuntimeError {
  /// Wraps an error about a cgroup.
  package init(_ error: CgroupError) {
    switch error.kind {
    case .invalidSpec, .missingController: self.init(.invalidSpec, error.description)
    case .alreadyExists: self.init(.alreadyExists, error.description)
    case .permissionDenied, .notOurs, .timedOut, .unreachable, .failed:
      self.init(.failed, error.description)
    }
  }
}

extension CgroupError {
  /// Whether the kernel takes no device programs of this user: so it is in a user
  /// namespace, where no device can be made either.
  var isLackOfDevicePrograms: Bool { cause?.call == "bpf" && kind == .permissionDenied }
}
