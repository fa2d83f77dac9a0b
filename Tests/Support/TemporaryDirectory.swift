// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// A directory of its own for a test, removed with everything in it when the
/// test lets go of it.
package final class TemporaryDirectory {
  /// The absolute path, without a trailing slash.
  package let path: String

  /// Makes the directory under `/tmp`.
  package init() {
    var template = Array("/tmp/runp-test-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      fatalError("mkdtemp: errno \(errno)")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    // Foundation cannot remove names that are no text, nor deep trees.
    do {
      let parent = try File.open("/tmp", .directory)
      try Directory.removeTree(FileName(String(path.dropFirst("/tmp/".count))), at: parent)
    } catch {
      print("\(path) is left behind: \(error)")
    }
  }
}
