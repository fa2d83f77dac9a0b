// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Kernel

/// The bundles of a pod's containers, read before anything is made.
struct PodBundles {
  /// The containers in the order in which they are started.
  let ordered: [PodContainer]

  private let spec: PodSpec
  private var bundles: [String: Bundle] = [:]

  /// Reads and checks all bundles that a pod refers to.
  init(_ document: PodDocument) throws(RuntimeError) {
    spec = document.spec
    ordered = try Self.ordered(spec)
    for container in spec.initContainers + spec.containers {
      do {
        bundles[container.id] = try Bundle.load(Self.path(of: container, document.directory))
      } catch {
        throw error.adding("container \(container.id)")
      }
    }
  }

  private static func path(of container: PodContainer, _ directory: String) -> String {
    container.bundle.hasPrefix("/") ? container.bundle : "\(directory)/\(container.bundle)"
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

  /// Keeps what init containers are to be: they are created when they are run,
  /// and later changes of their bundles do not count (runtime.md, lifecycle).
  func keepInitContainers(in pod: PodHandle) throws(RuntimeError) {
    for container in spec.initContainers {
      try pod.keepConfiguration(bundle(of: container).configBytes, of: container.id)
    }
  }

  /// The bundle of an init container, with the configuration that was kept.
  static func kept(_ container: PodContainer, in pod: Sandbox) throws(RuntimeError) -> Bundle {
    let kept = pod.paths.configuration(of: container.id)
    // An older build has kept none.
    let config = File.exists(kept) ? kept : nil
    return try Bundle.load(path(of: container, pod.state.bundleBase), config: config)
  }
}
