// SPDX-License-Identifier: Apache-2.0

package import JSON

/// Where a container or a pod wants its cgroup, as its configuration says it.
package struct CgroupRequest {
  /// Whose cgroup it is.
  package enum Owner: Sendable {
    /// A container's, in which its processes are.
    case container
    /// A pod's, around those of its members.
    case pod
  }

  /// Whose it is.
  package let owner: Owner
  /// The path; nil for a place of runp's choice.
  package let path: String?
  /// The ID of the container or pod.
  package let id: String
  /// The annotations, of which some are for systemd.
  package let annotations: OrderedMap<String>

  /// Who is to keep it.
  package let manager: RuntimeContext.CgroupManager

  /// Describes a request.
  package init(
    _ owner: Owner, _ path: String?, id: String, annotations: OrderedMap<String> = [:],
    by manager: RuntimeContext.CgroupManager
  ) {
    self.manager = manager
    self.owner = owner
    self.path = path.flatMap { $0.isEmpty ? nil : $0 }
    self.id = id
    self.annotations = annotations
  }

  /// The name of the cgroup around those of pods that ask for no other place.
  package static let podsParent = "runp-pods"

  /// The path below the cgroup file system that is asked for.
  var filesystemPath: String? {
    owner == .pod ? path ?? "\(Self.podsParent)/\(id)" : path
  }
}
