// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel

/// Where a hook writes: to files that an annotation names, or to memory, of
/// which only an error shows something.
///
/// The container's own streams are its program's alone.
struct HookOutput {
  private enum Stream {
    case file(Shared<Descriptor>)
    case memory(Shared<Descriptor>)

    var descriptor: Shared<Descriptor> {
      switch self {
      case .file(let file), .memory(let file): file
      }
    }
  }

  private let output: Stream
  private let error: Stream

  /// Opens both streams; `annotations` may name files, as for crun.
  init(_ annotations: OrderedMap<String>) throws(RuntimeError) {
    output = try Self.open(annotations["run.oci.hooks.stdout"], "stdout")
    error = try Self.open(annotations["run.oci.hooks.stderr"], "stderr")
  }

  private static func open(_ path: String?, _ name: String) throws(RuntimeError) -> Stream {
    guard let path else { return .memory(Shared(try MemoryFile.make(name))) }
    // A FIFO that nobody reads is an error, and nothing to wait for.
    let file = Shared(
      try File.open(
        path, [.writeOnly, .create, .append, .nonBlocking, .noControllingTerminal], mode: 0o600))
    try file.value.setNonBlocking(false)
    return .file(file)
  }

  /// Makes them the standard output and error of this process.
  func place() throws(RuntimeError) {
    try OwnProcess.place(output.descriptor.value, as: .output)
    try OwnProcess.place(error.descriptor.value, as: .error)
  }

  /// As much of each stream as fits into the message about the hook.
  private static let limit = 1024

  /// The end of what was written to memory, to be added to an error.
  var suffix: String {
    [("stdout", output), ("stderr", error)].map { name, stream in
      guard case .memory(let memory) = stream,
        // The error that it would be added to matters more.
        let bytes = try? MemoryFile.end(of: memory.value, limit: Self.limit)
      else { return "" }
      var text = String(decoding: bytes, as: UTF8.self)[...]
      while text.last?.isNewline == true { text.removeLast() }
      return text.isEmpty ? "" : ", \(name): \(text)"
    }.joined()
  }
}
