// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Container
internal import Glibc
internal import JSON
internal import Kernel
internal import Pod
internal import RuntimeSpec

/// What libFuzzer calls with each input: a document of the kind that
/// `RUNP_FUZZ` names.
///
/// A trap, a hang and a broken promise are findings; that a document is refused
/// is none.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  do {
    try kind.read(bytes)
  } catch {
    requireSentence("\(error)")
  }
  return 0
}

/// The documents that runp reads.
enum DocumentKind: String {
  /// A bundle's config.json.
  case config
  /// The file of `exec --process`.
  case process
  /// A pod's pod.json.
  case pod
  /// A container's state.
  case state
  /// A pod's state.
  case podState

  /// Does with a document what a command does before it changes anything.
  func read(_ bytes: [UInt8]) throws {
    switch self {
    case .config: try readConfig(bytes)
    case .process: try Process(json: document(bytes)).validate(at: .root)
    case .pod: _ = try PodSpec(parsing: bytes).startOrder()
    case .state: _ = try ContainerRecord(json: document(bytes))
    case .podState: _ = try PodState(json: document(bytes))
    }
  }

  private func readConfig(_ bytes: [UInt8]) throws {
    let spec = try Spec.decode(bytes: bytes) { requireSentence($0) }
    try spec.validate()
    let linux = spec.linux ?? Linux()
    _ = try LimitPlan(linux.resources)
    _ = try CgroupPath(cgroupsPath: linux.cgroupsPath, id: "fuzz")
    if let seccomp = linux.seccomp { _ = try SeccompTranslation.compile(seccomp) }
  }

  /// The document, which is the same after it was written and read again.
  private func document(_ bytes: [UInt8]) throws -> JSONNode {
    let value = try JSONValue(parsing: bytes)
    require(try JSONValue(parsing: value.bytes()) == value)
    return JSONNode(value)
  }
}

private let kind: DocumentKind = {
  guard let name = unsafe getenv("RUNP_FUZZ").map({ unsafe String(cString: $0) }),
    let kind = DocumentKind(rawValue: name)
  else { fatalError("RUNP_FUZZ must be config, process, pod, state or podState") }
  return kind
}()

/// Ends the run, and so keeps the input, when a promise is broken.
private func require(_ promise: Bool) {
  if !promise { fatalError("the document is another one after it was written") }
}

/// Ends the run unless the text is one line that names something.
private func requireSentence(_ text: String) {
  if text.isEmpty || text.withoutControls != text { fatalError("not a sentence: \(text.quoted)") }
}
