// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON

/// The bundles of a pod's containers, read before anything is made.
struct PodBundles {
  private let spec: PodSpec
  private var bundles: [String: Bundle] = [:]

  /// Reads and checks all bundles that a pod refers to.
  init(_ spec: PodSpec, directory: String) throws(RuntimeError) {
    self.spec = spec
    for container in spec.initContainers + spec.containers {
      let path =
        container.bundle.hasPrefix("/") ? container.bundle : "\(directory)/\(container.bundle)"
      do {
        bundles[container.id] = try Bundle.load(path)
      } catch {
        throw error.adding("container \(container.id)")
      }
    }
  }

  /// The containers in the order in which they are started.
  func ordered() throws(RuntimeError) -> [PodContainer] {
    try Self.ordered(spec)
  }

  /// The containers of a pod in the order in which they are started.
  static func ordered(_ spec: PodSpec) throws(RuntimeError) -> [PodContainer] {
    do {
      return try spec.startOrder()
    } catch {
      throw RuntimeError(error, "pod.json")
    }
  }

  /// The bundle of a container of the pod.
  func bundle(of container: PodContainer) throws(RuntimeError) -> Bundle {
    guard let bundle = bundles[container.id] else {
      throw RuntimeError(.failed, "container \(container.id) is not one of the pod's")
    }
    return bundle
  }
}
