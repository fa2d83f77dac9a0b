// SPDX-License-Identifier: Apache-2.0

package import Kernel
package import RuntimeSpec

/// What has to be written to which files of a cgroup, and in which order, to
/// set the limits of a configuration.
///
/// It is made, and everything that is wrong with the limits is found, before
/// anything is touched.
package struct LimitPlan: Sendable, Equatable {
  /// The writes in the order that the kernel needs.
  var writes: [LimitWrite] = []
  /// What the memory in use must be below for the plan to be carried out.
  var usageBounds: [UsageBound] = []

  /// The controllers without which the limits cannot be set.
  package var controllers: Controllers {
    writes.reduce(into: []) { if $1.isRequired { $0.formUnion($1.controller) } }
  }

  /// Plans to set nothing.
  package init() {}

  /// Plans the limits of `linux.resources`, which have been validated.
  ///
  /// - Throws: `RuntimeError` of kind `invalidSpec` naming the property for what
  ///   cgroup v2 has nothing for. Values that mean what holds anyway are no
  ///   error.
  package init(_ resources: LinuxResources?) throws(RuntimeError) {
    guard let resources else { return }
    if let pids = resources.pids { add(pids) }
    if let memory = resources.memory { try add(memory) }
    if let blockIO = resources.blockIO { try add(blockIO) }
    if let cpu = resources.cpu { try add(cpu) }
    if let cpu = resources.cpu { addCPUSet(cpu) }
    add(resources.hugepageLimits)
    if let network = resources.network { try check(network) }
    add(rdma: resources.rdma)
    try add(unified: resources.unified)
  }

  /// Appends a write.
  mutating func append(_ write: LimitWrite) {
    writes.append(write)
  }

  /// The property that first needs a controller, for messages.
  func property(needing controller: Controllers) -> String {
    let write = writes.first { $0.isRequired && $0.controller == controller }
    return write?.property ?? "linux.resources"
  }

  /// An error about a property of `linux.resources`.
  static func invalid(_ property: String, _ reason: String) -> RuntimeError {
    RuntimeError(.invalidSpec, "linux.resources.\(property): \(reason)")
  }

  /// An error about a property that only cgroup v1 has something for.
  static func versionOneOnly(_ property: String) -> RuntimeError {
    invalid(property, "cgroup v2 has no such setting")
  }

  /// Fails when the hierarchy lacks a controller that the limits need.
  func check(
    _ available: Controllers, of hierarchy: borrowing CgroupHierarchy
  ) throws(RuntimeError) {
    guard let missing = controllers.subtracting(available).each.first else { return }
    let place =
      hierarchy.versionOneMount(of: missing).map { "it is on cgroup v1 at \($0)" }
      ?? "the kernel or the surrounding container does not provide it"
    throw RuntimeError(
      .missingController,
      "\(property(needing: missing)): the \(missing.names[0]) controller is not on the cgroup2"
        + " hierarchy \(hierarchy.mountPoint); \(place)")
  }
}

/// A limit that memory in use must be below.
struct UsageBound: Sendable, Equatable {
  /// The property that sets it.
  let property: String
  /// What runc calls it.
  let name: String
  /// The limit.
  let bytes: UInt64

  /// Makes one.
  init(_ property: String, _ name: String, _ bytes: UInt64) {
    self.property = property
    self.name = name
    self.bytes = bytes
  }
}

/// One write to a control file.
struct LimitWrite: Sendable, Equatable {
  /// What is written.
  enum Value: Sendable, Equatable {
    /// A text.
    case text(String)
    /// The first word of what the file holds, then a text.
    case afterFirstWord(String)
  }

  /// The property that asks for it.
  let property: String
  /// The controller that the file belongs to; empty for files of the cgroup
  /// itself.
  let controller: Controllers
  /// The name of the file.
  var file: String
  /// What is written.
  var value: Value
  /// Whether it is an error when the file is not there.
  ///
  /// Where the value is what holds without the controller, it is not.
  var isRequired = true
  /// What is written where besides; one of the two must be possible.
  var counterpart: (file: String, value: String)?
  /// Whether the kernel may want the next write first.
  var mayComeAfterNext = false

  /// Makes a write of a text.
  init(
    _ property: String, _ controller: Controllers, _ file: String, _ text: String,
    isRequired: Bool = true
  ) {
    self.init(property, controller, file, .text(text), isRequired: isRequired)
  }

  /// Makes a write.
  init(
    _ property: String, _ controller: Controllers, _ file: String, _ value: Value,
    isRequired: Bool = true
  ) {
    self.property = "linux.resources.\(property)"
    self.controller = controller
    self.file = file
    self.value = value
    self.isRequired = isRequired
  }

  /// The counterpart as a write of its own.
  var second: LimitWrite? {
    guard let counterpart else { return nil }
    var write = self
    write.file = counterpart.file
    write.value = .text(counterpart.value)
    return write
  }

  static func == (a: LimitWrite, b: LimitWrite) -> Bool {
    a.property == b.property && a.controller == b.controller && a.file == b.file
      && a.value == b.value && a.isRequired == b.isRequired
      && a.counterpart?.file == b.counterpart?.file
      && a.counterpart?.value == b.counterpart?.value
      && a.mayComeAfterNext == b.mayComeAfterNext
  }
}

/// The number that stands for it in a control file; negative ones mean no
/// limit.
func limitText(_ value: Int64) -> String {
  value < 0 ? "max" : String(value)
}
