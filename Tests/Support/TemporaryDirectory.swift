// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Glibc

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
    // What cannot be removed stays in /tmp and harms no test.
    try? FileManager.default.removeItem(atPath: path)
  }
}
