// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Container
internal import Kernel
internal import RuntimeSpec

/// What runp calls itself.
enum Version {
  /// The lines of `--version`.
  ///
  /// Called as `runc`, the first line starts as the callers that read it expect.
  static func text(program: String) -> String {
    let number = runtimeVersion
    let name = program == "runc" ? "runc version \(number)+runp" : "runp version \(number)"
    let commit = unsafe String(cString: clinux_commit())
    return
      "\(name)\ncommit: \(commit)\nspec: \(specVersion)\nlibseccomp: \(SyscallFilter.libraryVersion)\n"
  }
}
