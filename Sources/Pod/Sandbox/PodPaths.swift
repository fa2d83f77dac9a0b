// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel
package import RuntimeSpec

/// Where the parts of a pod are.
package struct PodPaths: Equatable, Sendable {
  /// The directory of all pods.
  package let parent: String
  /// The pod's own directory: everything that it has, except its cgroup.
  package let directory: String

  /// Works out the paths of a pod.
  package init(root: String, id: String) {
    parent = "\(root)/\(Identifier.pods)"
    directory = "\(parent)/\(id)"
  }

  /// The tmpfs that containers see as `/dev/shm`.
  package var sharedMemory: String { "\(directory)/shm" }

  /// The directory of the namespace files.
  var namespaces: String { "\(directory)/ns" }

  /// The directory of the empty volumes.
  var volumes: String { "\(directory)/volumes" }

  /// The file that keeps a namespace of the pod alive.
  package func namespace(_ type: NamespaceType) -> String {
    "\(namespaces)/\(type.kind.fileName)"
  }

  /// The directory of an empty volume.
  package func volume(_ name: String) -> String { "\(volumes)/\(name)" }

  /// The configuration of an init container, kept until it is run.
  func configuration(of id: String) -> String { "\(directory)/\(Self.configurations)/\(id)" }

  /// The name of the directory of kept configurations.
  static let configurations = "init"
}
