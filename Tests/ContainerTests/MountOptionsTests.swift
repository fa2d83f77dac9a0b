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
    #expect(MountOptions([word]).attributes.set == attribute)
    #expect(MountOptions(["r\(word)"]).recursiveAttributes.set == attribute)
  }

  @Test(arguments: [
    ("rw", MountAttributes.readOnly), ("suid", .noSetID), ("dev", .noDevices), ("exec", .noExec),
    ("relatime", .accessTimeMask), ("norelatime", .accessTimeMask),
    ("diratime", .noDirectoryAccessTime),
  ])
  func wordClearsAttribute(word: String, attribute: MountAttributes) {
    #expect(MountOptions([word]).attributes.clear == attribute)
    #expect(MountOptions([word]).attributes.set.isEmpty)
  }

  @Test func lastWordWins() {
    let options = MountOptions(["ro", "noexec", "rw"])
    #expect(options.attributes.set == .noExec)
    #expect(options.attributes.clear == .readOnly)
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
    #expect(options.attributes.set == .strictAccessTime)
    // The kernel takes a mode only together with the whole mask to clear.
    #expect(options.attributes.clear == .accessTimeMask)
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
    #expect(options.data == "size=1k,mode=755")
  }

  @Test(
    arguments: [
      (["sync", "dirsync"], [.synchronous, .directorySync]), (["sync", "async"], []),
      (["lazytime", "mand"], [.lazyTime, .mandatoryLocks]), (["mand", "nomand"], []),
      (["iversion", "loud", "defaults"], []),
    ] as [([String], MountFlags)])
  func flagsAreOfTheFileSystem(words: [String], flags: MountFlags) {
    let options = MountOptions(words)
    #expect(options.filesystemFlags == flags)
    #expect(options.data.isEmpty && options.attributes.isEmpty)
  }

  @Test(arguments: [
    ("ro", true), ("rw", true), ("suid", true), ("nodev", true), ("exec", true),
    ("noatime", false), ("relatime", false), ("nodiratime", false), ("rro", false),
    ("nosymfollow", false), ("rprivate", false),
  ])
  func someWordsNameAllRestrictions(word: String, names: Bool) {
    #expect(MountOptions([word]).attributes.namesRestrictions == names)
  }

  @Test func whatIsClearedHasWords() {
    let change = MountOptions(["rw", "exec", "dev", "suid", "atime"]).attributes
    #expect(AttributeChange.wordsToClear(change.clear) == "rw,suid,dev,exec,atime")
    #expect(AttributeChange.wordsToClear(.noExec, prefix: "r") == "rexec")
    #expect(AttributeChange.wordsToClear([]).isEmpty)
  }

  @Test(arguments: [
    ("private", MountFlags.makePrivate, false), ("rshared", .shared, true),
    ("rslave", .slave, true), ("runbindable", .unbindable, true),
  ])
  func wordChangesPropagation(word: String, kind: MountFlags, recursive: Bool) {
    #expect(MountOptions([word]).propagation == [Propagation(word)].compactMap { $0 })
    #expect(Propagation(word)?.kind == kind)
    #expect(Propagation(word)?.recursive == recursive)
  }

  @Test func everyNamedWordHasAMeaning() {
    for name in MountOptions.names {
      #expect(MountOptions([name]).data.isEmpty, "\(name)")
    }
    #expect(MountOptions.names == MountOptions.names.sorted())
    #expect(Set(MountOptions.names).isSuperset(of: ["idmap", "ridmap", "rro", "bind", "rshared"]))
  }
}
