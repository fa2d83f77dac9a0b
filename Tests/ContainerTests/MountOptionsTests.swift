// SPDX-License-Identifier: Apache-2.0

import Kernel
import RuntimeSpec
import Testing

@testable import Container

@Suite struct MountOptionsTests {
  @Test(arguments: [
    ("ro", MountAttributes.readOnly), ("nosuid", .noSetID), ("nodev", .noDevices),
    ("noexec", .noExec), ("noatime", .noAccessTime), ("strictatime", .strictAccessTime),
    ("nodiratime", .noDirectoryAccessTime), ("nosymfollow", .noSymlinkFollow),
  ])
  func wordSetsAttribute(word: String, attribute: MountAttributes) {
    #expect(MountOptions([word]).set == attribute)
    #expect(MountOptions(["r\(word)"]).recursiveSet == attribute)
  }

  @Test(arguments: [
    ("rw", MountAttributes.readOnly), ("suid", .noSetID), ("dev", .noDevices), ("exec", .noExec),
    ("relatime", .accessTimeMask), ("norelatime", .accessTimeMask),
    ("diratime", .noDirectoryAccessTime),
  ])
  func wordClearsAttribute(word: String, attribute: MountAttributes) {
    #expect(MountOptions([word]).clear == attribute)
    #expect(MountOptions([word]).set.isEmpty)
  }

  @Test func lastWordWins() {
    let options = MountOptions(["ro", "noexec", "rw"])
    #expect(options.set == .noExec)
    #expect(options.clear == .readOnly)
    #expect(options.attributesForNewMount == .noExec)
  }

  @Test func recursiveWordsAreForANewMountToo() {
    #expect(MountOptions(["rro", "rnoexec"]).attributesForNewMount == [.readOnly, .noExec])
    #expect(MountOptions(["ro", "rrw", "nosuid"]).attributesForNewMount == .noSetID)
    #expect(MountOptions(["noatime", "rstrictatime"]).attributesForNewMount == .strictAccessTime)
    #expect(MountOptions(["rrelatime", "noatime"]).attributesForNewMount.isEmpty)
  }

  @Test func accessTimeModesReplaceEachOther() {
    let options = MountOptions(["noatime", "strictatime"])
    #expect(options.set == .strictAccessTime)
    // The kernel takes a mode only together with the whole mask to clear.
    #expect(options.clear == .accessTimeMask)
    #expect(options.attributesForNewMount == .strictAccessTime)
  }

  @Test func bindAndItsRelativesAreNoData() {
    let options = MountOptions([
      "rbind", "rprivate", "tmpcopyup", "ridmap", "defaults", "size=1k", "mode=755",
    ])
    #expect(options.bind && options.recursive && options.copyUp)
    #expect(options.idMap == .recursive)
    #expect(options.propagation.count == 1)
    #expect(options.propagation[0].kind == .makePrivate && options.propagation[0].recursive)
    #expect(options.data == ["size=1k", "mode=755"])
  }

  @Test(arguments: [
    ("size=1m,mode=711", ["size=1m", "mode=711"]), (#"lowerdir=a\,b,x"#, [#"lowerdir=a\,b"#, "x"]),
    (#"context="a,b",x"#, [#"context="a,b""#, "x"]), (#"a=\\,b"#, [#"a=\\"#, "b"]),
    (",a,,b,", ["a", "b"]), ("lowerdir=é,b", ["lowerdir=é", "b"]),
  ])
  func wordIsSplitAtCommas(word: String, parameters: [String]) {
    #expect(MountOptions([word]).data == parameters)
  }

  @Test func everyNamedWordHasAMeaning() {
    for name in MountOptions.names where name != "defaults" {
      #expect(MountOptions([name]).data.isEmpty, "\(name)")
    }
    #expect(MountOptions.names == MountOptions.names.sorted())
    #expect(Set(MountOptions.names).isSuperset(of: ["idmap", "ridmap", "rro", "bind", "rshared"]))
  }
}

@Suite struct RemountTests {
  @Test(
    arguments: [
      ([], .remount), (["ro"], .remount), (["bind", "ro"], [.remount, .bind, .readOnly]),
      (["nosuid", "rnoexec", "sync"], [.remount, .noSetID, .noExec, .synchronous]),
      (["ro", "rw", "relatime"], [.remount, .relativeAccessTime]),
      (["noatime", "strictatime"], [.remount, .strictAccessTime]),
    ] as [([String], MountFlags)])
  func flagsAreThoseOfMount(words: [String], flags: MountFlags) {
    #expect(Remount(options: MountOptions(["remount"] + words)).flags == flags)
  }
}

@Suite struct PlannedMountTests {
  @Test(arguments: [
    ("/proc", "/proc"), ("data", "/data"), ("//a/../data/./", "/data"), ("/../..", "/"),
    ("/a//b/", "/a/b"),
  ])
  func destinationIsCleaned(given: String, cleaned: String) {
    let planned = PlannedMount(
      .init(destination: given), index: 0, bundle: "/b", inherited: .slave)
    #expect(planned.destination == cleaned)
  }

  @Test func missingSourceIsNamed() throws {
    let planned = PlannedMount(
      .init(destination: "/x", source: "no/such", options: ["bind"]), index: 4, bundle: "/nowhere",
      inherited: nil)
    let error = try #require(throws: RuntimeError.self) { try planned.open() }
    #expect(error.description.hasPrefix("mounts[4].source: "))
    #expect(error.description.contains("/nowhere/no/such"))
  }
}
