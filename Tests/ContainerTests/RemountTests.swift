// SPDX-License-Identifier: Apache-2.0

import Kernel
import Testing

@testable import Container

@Suite struct RemountTests {
  @Test(
    arguments: [
      ([], .remount), (["ro"], .remount),
      (["nosuid", "rnoexec", "sync"], [.remount, .noSetID, .noExec, .synchronous]),
      (["ro", "rw", "relatime"], [.remount, .relativeAccessTime]),
      (["noatime", "strictatime"], [.remount, .strictAccessTime]),
    ] as [([String], MountFlags)])
  func flagsAreThoseOfMount(words: [String], flags: MountFlags) {
    #expect(Remount(options: MountOptions(["remount"] + words)).flags == flags)
  }
}
