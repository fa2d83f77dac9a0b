// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import JSON
package import Kernel
package import RuntimeSpec

/// A bundle: its place, and the configuration that holds for its container.
package struct Bundle {
  /// The absolute path of the directory.
  package let path: String
  /// The configuration.
  package let spec: Spec
  /// The same as it is kept: as it was read, unless it was amended.
  package let configBytes: [UInt8]
  /// The same as a document.
  private let document: JSONValue
  /// What the filter is compiled from.
  let filter: SeccompSource

  /// Reads and validates a bundle's configuration, and changes nothing.
  ///
  /// - Parameters:
  ///   - path: the bundle.
  ///   - config: another file than `config.json` in the bundle.
  ///   - filters: the compiled filters that are kept.
  ///   - warn: told what was repaired in what was read.
  /// - Returns: the bundle.
  /// - Throws: `RuntimeError` naming the file and what is wrong in it.
  package static func load(
    _ path: String, config: String? = nil, filters: SeccompCache,
    warn: (String) -> Void = { _ in }
  ) throws(RuntimeError) -> Bundle {
    let absolute = try absolutePath(path)
    let file = config ?? "\(absolute)/config.json"
    let bytes: [UInt8]
    do throws(RuntimeError) {
      guard let source = try RegularFile.open(file) else {
        throw RuntimeError(.invalidSpec, "\(file) is not a regular file")
      }
      bytes = try source.read()
    } catch  where error.errno == ENOENT && config == nil {
      throw RuntimeError(
        .invalidSpec, "JSON specification file config.json not found in \(absolute)")
    } catch {
      throw error.adding("read the configuration")
    }
    do {
      let read = try SeccompSource.read(bytes, filters, warn: warn)
      try read.spec.validate()
      return Bundle(
        path: absolute, spec: read.spec, configBytes: bytes, document: read.document,
        filter: read.filter)
    } catch {
      throw RuntimeError(error).adding(file)
    }
  }

  /// The bundle with another configuration, which `change` makes of the
  /// document: properties that nobody here knows stay in it.
  package func amended(
    _ change: (inout JSONValue) throws(RuntimeError) -> Void
  ) throws(RuntimeError) -> Bundle {
    var changed = document
    try change(&changed)
    let document = changed
    let spec = try fromDocument { () throws(SpecError) in try Spec(json: JSONNode(document)) }
    return Bundle(
      path: path, spec: spec, configBytes: changed.bytes(),
      document: changed, filter: filter.amended(from: document, to: changed))
  }

  private static func absolutePath(_ path: String) throws(RuntimeError) -> String {
    do {
      let directory = try File.open(path, [.path, .directory])
      // The kernel's own name of it, whatever links led there.
      return try File.linkTarget(directory.procPath)
    } catch {
      throw error.adding("open the bundle")
    }
  }

  /// The absolute path of the root file system.
  var rootfs: String {
    let root = spec.root?.path ?? "rootfs"
    return root.hasPrefix("/") ? root : "\(path)/\(root)"
  }
}
