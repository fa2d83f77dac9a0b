// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Kernel

/// The bundles of a pod's containers, read before anything is made.
struct PodBundles {
  /// The containers in the order in which they are started.
  let ordered: [PodContainer]

  private let spec: PodSpec
  private let bundles: OrderedMap<Bundle>

  /// Reads and checks all bundles that a pod refers to; the context's `warn` is
  /// told what was repaired in them.
  init(_ document: PodDocument, _ context: RuntimeContext) throws(RuntimeError) {
    let spec = document.spec
    let ordered = try Self.ordered(spec)
    try self.init(spec, ordered) { container throws(RuntimeError) in
      try Self.load(container, document.directory, context)
    }
  }

  /// Collects the bundles, each as `bundle` has it.
  private init(
    _ spec: PodSpec, _ ordered: [PodContainer],
    _ bundle: (PodContainer) throws(RuntimeError) -> Bundle
  ) throws(RuntimeError) {
    self.spec = spec
    self.ordered = ordered
    var bundles = OrderedMap<Bundle>()
    for container in spec.initContainers + spec.containers {
      do {
        bundles[container.id] = try bundle(container)
      } catch {
        throw error.adding("container \(container.id)")
      }
    }
    self.bundles = bundles
  }

  private static func load(
    _ container: PodContainer, _ directory: String, _ context: RuntimeContext
  ) throws(RuntimeError) -> Bundle {
    try Bundle.load(path(of: container, directory), filters: context.filters) {
      context.warn("container \(container.id): \($0)")
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
      throw RuntimeError(error).adding("pod.json")
    }
  }

  /// The same bundles, each as that of one of the pod's.
  ///
  /// - Throws: `RuntimeError` naming the container and what is in the way.
  func adopted(by pod: Sandbox) throws(RuntimeError) -> PodBundles {
    try PodBundles(spec, ordered) { container throws(RuntimeError) in
      try pod.adopt(try bundle(of: container), id: container.id)
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
  static func kept(
    _ container: PodContainer, in pod: Sandbox, _ context: RuntimeContext
  ) throws(RuntimeError) -> Bundle {
    let kept = pod.paths.configuration(of: container.id)
    if File.exists(kept) {
      return try Bundle.load(
        path(of: container, pod.state.bundleBase), config: kept, filters: context.filters)
    }
    // The pod is of an older build, which has kept none.
    return try pod.adopt(
      try load(container, pod.state.bundleBase, context), id: container.id)
  }
}
