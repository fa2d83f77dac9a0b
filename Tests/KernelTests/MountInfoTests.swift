// SPDX-License-Identifier: Apache-2.0

import Kernel
import Testing

@Suite struct MountInfoTests {
  @Test func theFieldsOfALineAreTakenApart() {
    let line = "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n"
    let entry = MountInfo(text: line).entries.first
    #expect(entry?.id == 36)
    #expect(entry?.parent == 35)
    #expect(entry?.root == "/mnt1")
    #expect(entry?.mountPoint == "/mnt2")
    #expect(entry?.options == "rw,noatime")
    #expect(entry?.type == "ext3")
    #expect(entry?.source == "/dev/root")
    #expect(entry?.fileSystemOptions == "rw,errors=continue")
  }

  @Test(
    arguments: [
      ("1 2 0:1 / /a - tmpfs tmpfs rw", nil), ("1 2 0:1 / /a rw - tmpfs", nil), ("", nil),
      ("1 2 0:1 / /a rw - tmpfs tmpfs", "/a"),
      (
        "1 2 0:1 / /a\\040b\\134c rw shared:1 master:2 propagate_from:3 - tmpfs tmpfs rw", "/a b\\c"
      ),
      ("1 2 0:1 / /a\\04 rw - tmpfs tmpfs rw", "/a\\04"),
      ("1 2 0:1 / /a\\999 rw - tmpfs tmpfs rw", "/a\\999"),
    ] as [(String, String?)])
  func escapesAreUndoneAndLinesOfAnotherShapeLeftOut(line: String, mountPoint: String?) {
    #expect(MountInfo(text: line).entries.first?.mountPoint == mountPoint)
  }

  @Test func theOwnTableHasARoot() throws {
    #expect(try MountInfo.read().entries.contains { $0.mountPoint == "/" })
  }
}
