// SPDX-License-Identifier: Apache-2.0

package import JSON
internal import Kernel
package import RuntimeSpec

/// What a pod is made of: the contents of pod.json.
///
/// It speaks config.json's vocabulary where the two mean the same.
package struct PodSpec: Equatable, Sendable {
  /// The version of the format that this runtime reads.
  package static let formatVersion = "0.1.0"

  /// The version of the format that the file was written for.
  package var podVersion: String
  /// The version of the runtime specification that its bundles follow.
  package var ociVersion: String?
  /// The host name of the pod's UTS namespace.
  package var hostname: String?
  /// The NIS domain name of the pod's UTS namespace.
  package var domainname: String?
  /// Arbitrary metadata.
  package var annotations: OrderedMap<String>
  /// The size of the pod's `/dev/shm` in bytes.
  package var sharedMemorySize: UInt64
  /// Storage that containers of the pod can share.
  package var volumes: [PodVolume]
  /// Containers that run to completion, one after the other, before the rest.
  package var initContainers: [PodContainer]
  /// The containers, in the order of the file.
  package var containers: [PodContainer]
  /// What the end of one container means for the others.
  package var exitPolicy: ExitPolicy
  /// What only Linux has.
  package var linux: PodLinux

  /// What the end of one container, when it is not started again, means for
  /// the others.
  package enum ExitPolicy: String, CaseIterable, Sendable {
    /// They go on.
    case `continue`
    /// The pod is stopped.
    case stop
  }

  /// Describes a pod without containers, with the usual namespaces.
  package init() {
    podVersion = Self.formatVersion
    annotations = OrderedMap()
    sharedMemorySize = Self.defaultSharedMemorySize
    volumes = []
    initContainers = []
    containers = []
    exitPolicy = .continue
    linux = PodLinux()
  }

  /// The size that runtimes give a container's own `/dev/shm`.
  package static let defaultSharedMemorySize: UInt64 = 64 << 20

  /// The volume of a name.
  package func volume(_ name: String) -> PodVolume? {
    volumes.first { $0.name == name }
  }

  /// The container of an ID, init containers included.
  package func container(_ id: String) -> PodContainer? {
    initContainers.first { $0.id == id } ?? containers.first { $0.id == id }
  }
}

/// Storage of a pod.
package struct PodVolume: Equatable, Sendable {
  /// Where a volume comes from.
  package enum Source: Equatable, Sendable {
    /// An empty directory that lives as long as the pod.
    case empty(Empty)
    /// A file or directory of the host.
    case host(path: String, readOnly: Bool)
  }

  /// What an empty volume is made of.
  package struct Empty: Equatable, Sendable {
    /// Whether it is a tmpfs rather than a plain directory.
    package var inMemory: Bool
    /// The limit of a tmpfs in bytes.
    package var size: UInt64?
    /// The permission bits of its root.
    package var mode: UInt32

    /// Describes an empty volume.
    package init(inMemory: Bool = false, size: UInt64? = nil, mode: UInt32 = 0o777) {
      self.inMemory = inMemory
      self.size = size
      self.mode = mode
    }
  }

  /// The name that containers refer to.
  package var name: String
  /// Where it comes from.
  package var source: Source

  /// Names a volume.
  package init(name: String, source: Source) {
    self.name = name
    self.source = source
  }
}

/// A container of a pod.
package struct PodContainer: Equatable, Sendable {
  /// A volume in a container.
  package struct VolumeMount: Equatable, Sendable {
    /// The volume's name.
    package var volume: String
    /// Where it is mounted.
    package var destination: String
    /// Whether this container can only read it.
    package var readOnly: Bool

    /// The destination without what does not change where it leads.
    var place: String { SafePath.cleaned(destination) }

    /// Describes a volume's place.
    package init(volume: String, destination: String, readOnly: Bool = false) {
      self.volume = volume
      self.destination = destination
      self.readOnly = readOnly
    }
  }

  /// When a container that ended is made again.
  package enum RestartPolicy: String, CaseIterable, Sendable {
    /// However it ended.
    case always = "Always"
    /// When it failed.
    case onFailure = "OnFailure"
    /// Not at all.
    case never = "Never"
  }

  /// The container's ID, which no other container on the host has.
  package var id: String
  /// The bundle's path, relative to the file.
  package var bundle: String
  /// The containers that are started before this one.
  package var after: [String] = []
  /// The pod's volumes that it sees.
  package var mounts: [VolumeMount] = []
  /// When it is made again after it ended.
  package var restartPolicy: RestartPolicy = .never
  /// The signal that asks it to end.
  package var stopSignal: Int32 = 15
  /// How many seconds it gets to end before it is killed.
  package var stopTimeout: UInt32 = 10

  /// Describes a container.
  package init(id: String, bundle: String) {
    self.id = id
    self.bundle = bundle
  }
}

/// The Linux part of a pod.
package struct PodLinux: Equatable, Sendable {
  /// The pod's cgroup; nil means that the runtime chooses.
  package var cgroupsPath: String?
  /// The kinds of namespaces that the pod holds.
  package var namespaces: [NamespaceType] = [.network, .ipc, .uts]
  /// How user IDs of the pod's user namespace map to the host's.
  package var uidMappings: [LinuxIDMapping] = []
  /// How group IDs of the pod's user namespace map to the host's.
  package var gidMappings: [LinuxIDMapping] = []
  /// Kernel parameters of the pod's namespaces.
  package var sysctl: OrderedMap<String> = OrderedMap()
  /// The limits of all containers together.
  package var resources: LinuxResources?

  /// Describes the usual: network, IPC and UTS namespaces, no limits.
  package init() {}

  /// Whether the pod holds a namespace of this kind.
  package func holds(_ type: NamespaceType) -> Bool { namespaces.contains(type) }
}
