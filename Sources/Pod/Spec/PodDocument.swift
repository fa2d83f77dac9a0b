// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
package import Kernel

/// A pod's file as it was found: its contents and its place.
package struct PodDocument {
  /// What it says.
  package let spec: PodSpec
  /// Its bytes.
  package let bytes: [UInt8]
  /// The absolute path of the directory that it is in, which the bundles'
  /// paths are relative to.
  package let directory: String

  /// The ID of a pod for which nobody chose one: the file's name, or that of its
  /// directory when the file is called `pod.json` like most.
  package let defaultID: String

  /// Reads and checks a file; nothing is changed anywhere.
  package init(reading file: String) throws(RuntimeError) {
    do {
      bytes = try File.read(file)
      // The kernel's own name of the directory, whatever links led there.
      let slash = file.lastIndex(of: "/")
      let parent = slash.map { $0 == file.startIndex ? "/" : String(file[..<$0]) } ?? "."
      let opened = try File.open(parent, [.path, .directory])
      directory = try File.linkTarget(opened.procPath)
      let name = slash.map { file[file.index(after: $0)...] } ?? file[...]
      let stem = name.hasSuffix(".json") ? name.dropLast(5) : name
      defaultID =
        stem == "pod"
        ? directory.split(separator: "/").last.map(String.init) ?? "pod" : String(stem)
    } catch {
      throw error.adding("read the pod's file")
    }
    do {
      spec = try PodSpec(parsing: bytes)
    } catch {
      throw RuntimeError(error).adding(file)
    }
  }

  /// A pod without containers, for which nobody wrote a file.
  package init() {
    spec = PodSpec()
    bytes = Array("{\"podVersion\":\"\(PodSpec.formatVersion)\"}\n".utf8)
    directory = "/"
    defaultID = "pod"
  }
}
