// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Kernel
import RuntimeSpec
import Support
import Testing

@testable import Container

@Suite struct SeccompCacheTests {
  private let root = TemporaryDirectory()
  private var directory: String { "\(root.path)/.cache/seccomp" }

  private func profile(_ name: String = "chdir") -> LinuxSeccomp {
    LinuxSeccomp(
      defaultAction: .errno, architectures: [.amd64],
      syscalls: [LinuxSyscall(names: [name, "no_such_call"], action: .allow)])
  }

  /// A text for a profile, another one for each.
  private func text(of profile: LinuxSeccomp) -> ArraySlice<UInt8> {
    Array("\(profile)".utf8)[...]
  }

  private func cache(version: String = "1.0") -> SeccompCache {
    SeccompCache(root: root.path, version: version)
  }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
  }

  /// Puts another program under a profile's key, so that a hit can be told
  /// from a compilation.
  private func plant(in file: String) throws -> SeccompProgram {
    let path = "\(directory)/\(file)"
    let entry = try #require(SeccompCacheEntry.decode(Array(Data(contentsOf: URL(filePath: path)))))
    let planted = SeccompProgram(
      instructions: [6, 0, 0, 0, 0, 0, 0, 0], flags: [.log], unknownSyscalls: ["planted"])
    let bytes = SeccompCacheEntry(key: entry.key, program: planted).encoded
    try Data(bytes).write(to: URL(filePath: path))
    return planted
  }

  @Test func theFirstLookUpCompilesAndTheSecondFinds() throws {
    let compiled = try SeccompTranslation.compile(profile())
    #expect(try cache().program(for: profile(), text: text(of: profile())) == compiled)
    let file = try #require(files().first)
    #expect(try cache().program(for: profile(), text: text(of: profile())) == compiled)
    #expect(try files() == [file])
    let planted = try plant(in: file)
    #expect(try cache().program(for: profile(), text: text(of: profile())) == planted)
  }

  @Test func onlyTheOwnerCanTouchTheFiles() throws {
    _ = try cache().program(for: profile(), text: text(of: profile()))
    for path in ["\(root.path)/.cache", directory] {
      #expect(try FileStatus(path).permissions == 0o700)
    }
    #expect(try FileStatus("\(directory)/\(#require(files().first))").permissions == 0o600)
  }

  @Test func anotherInputIsAnotherProgram() throws {
    _ = try cache().program(for: profile(), text: text(of: profile()))
    _ = try plant(in: #require(files().first))
    var others = [
      profile("mkdir"), profile(), profile(), profile(), profile(), profile(), profile(),
    ]
    others[1].architectures = [.amd64, .x86]
    others[2].flags = []
    others[3].defaultErrnoRet = 2
    others[4].syscalls[0].args = [LinuxSeccompArg(index: 0, value: 0, op: .equalTo)]
    others[5].syscalls.append(LinuxSyscall(names: ["mkdir"], action: .allow))
    others[6].listenerPath = "/run/agent.sock"
    for other in others {
      let compiled = try SeccompTranslation.compile(other)
      #expect(try cache().program(for: other, text: text(of: other)) == compiled)
    }
    let compiled = try SeccompTranslation.compile(profile())
    #expect(
      try cache(version: "1.1").program(for: profile(), text: text(of: profile())) == compiled)
  }

  @Test func keysTellTheListenerFromTheText() {
    let keys = [(true, "a"), (false, "a"), (false, "ab")].map { hasListener, text in
      SeccompCacheEntry.key(
        of: Array(text.utf8)[...], hasListener: hasListener, surroundings: ["1"])
    }
    #expect(Set(keys).count == 3)
  }

  @Test func aTextIsKnownOnceItIsCompiled() throws {
    let text = text(of: profile())
    #expect(cache().program(of: text) == nil)
    let compiled = try cache().program(for: profile(), text: text)
    #expect(cache().program(of: text) == compiled)
    #expect(cache().program(of: text.dropLast()) == nil)
    #expect(cache(version: "1.1").program(of: text) == nil)
  }

  @Test func withAListenerATextIsNotKnown() throws {
    var notified = profile()
    notified.listenerPath = "/run/agent.sock"
    let text = text(of: profile())
    _ = try cache().program(for: notified, text: text)
    #expect(cache().program(of: text) == nil)
  }

  @Test func withoutItsTextNothingIsKept() throws {
    let compiled = try SeccompTranslation.compile(profile())
    #expect(try cache().program(for: profile(), text: nil) == compiled)
    #expect(!FileManager.default.fileExists(atPath: directory))
  }

  @Test func aHashThatMatchesIsNotEnough() throws {
    _ = try cache().program(for: profile(), text: text(of: profile()))
    let file = try #require(files().first)
    // The entry of another profile, where this one's is looked for.
    let other = SeccompCacheEntry(
      key: SeccompCacheEntry.key(
        of: text(of: profile("mkdir")), hasListener: false, surroundings: [])[...],
      program: SeccompProgram(
        instructions: [6, 0, 0, 0, 0, 0, 255, 127], flags: [], unknownSyscalls: []))
    try Data(other.encoded).write(to: URL(filePath: "\(directory)/\(file)"))
    let compiled = try SeccompTranslation.compile(profile())
    #expect(try cache().program(for: profile(), text: text(of: profile())) == compiled)
  }

  @Test func damagedFilesAreWrittenAnew() throws {
    let compiled = try cache().program(for: profile(), text: text(of: profile()))
    let file = try #require(files().first)
    let url = URL(filePath: "\(directory)/\(file)")
    let good = try Data(contentsOf: url)
    var flipped = good
    flipped[good.count - 9] ^= 0x10
    var longer = good
    longer.append(0)
    let zeros = Data(count: good.count)
    let damages = [
      Data(), Data(good.prefix(7)), Data(good.prefix(20)), Data(good.dropLast()), flipped, longer,
      zeros,
    ]
    for damaged in damages {
      try damaged.write(to: url)
      #expect(try cache().program(for: profile(), text: text(of: profile())) == compiled)
      // Beside the damaged one or over it: a good one can be found now.
      let found = try files().map { try Data(contentsOf: URL(filePath: "\(directory)/\($0)")) }
      #expect(found.contains(good))
      for name in try files() { try FileManager.default.removeItem(atPath: "\(directory)/\(name)") }
    }
  }

  @Test func everyBitOfAnEntryCounts() throws {
    let entry = SeccompCacheEntry(
      key: Array("key".utf8)[...],
      program: SeccompProgram(
        instructions: [6, 0, 0, 0, 1, 2, 3, 4], flags: .log, unknownSyscalls: ["x", "yz"]))
    let good = entry.encoded
    #expect(SeccompCacheEntry.decode(good) == entry)
    for index in good.indices {
      for bit in 0..<8 {
        var bad = good
        bad[index] ^= 1 << UInt8(bit)
        #expect(SeccompCacheEntry.decode(bad) == nil, "bit \(bit) of byte \(index)")
      }
    }
    for count in 0..<good.count {
      #expect(SeccompCacheEntry.decode(Array(good.prefix(count))) == nil)
    }
  }

  @Test func filesThatOthersCouldHaveWrittenAreNotRead() throws {
    let compiled = try cache().program(for: profile(), text: text(of: profile()))
    let file = try #require(files().first)
    _ = try plant(in: file)
    let path = "\(directory)/\(file)"
    #expect(unsafe chmod(path, 0o660) == 0)
    #expect(try cache().program(for: profile(), text: text(of: profile())) == compiled)
  }

  @Test func linksAreNotFollowed() throws {
    let compiled = try cache().program(for: profile(), text: text(of: profile()))
    let file = try #require(files().first)
    _ = try plant(in: file)
    let path = "\(directory)/\(file)"
    try FileManager.default.moveItem(atPath: path, toPath: "\(root.path)/elsewhere")
    try File.makeLink(path, to: "\(root.path)/elsewhere")
    #expect(try cache().program(for: profile(), text: text(of: profile())) == compiled)
  }

  @Test func aFIFOInAPlaceMakesNoOneWait() throws {
    let compiled = try cache().program(for: profile(), text: text(of: profile()))
    let path = "\(directory)/\(try #require(files().first))"
    try FileManager.default.removeItem(atPath: path)
    #expect(unsafe mkfifo(path, 0o600) == 0)
    #expect(try cache().program(for: profile(), text: text(of: profile())) == compiled)
  }

  @Test func aDirectoryThatOthersCanTouchIsNotUsed() throws {
    let compiled = try cache().program(for: profile(), text: text(of: profile()))
    _ = try plant(in: #require(files().first))
    #expect(unsafe chmod(directory, 0o770) == 0)
    #expect(try cache().program(for: profile(), text: text(of: profile())) == compiled)
  }

  @Test(.enabled(if: geteuid() == 0)) func anotherUsersFilesAreNotUsed() throws {
    let compiled = try cache().program(for: profile(), text: text(of: profile()))
    let file = try #require(files().first)
    _ = try plant(in: file)
    #expect(unsafe chown("\(directory)/\(file)", 12345, 12345) == 0)
    #expect(try cache().program(for: profile(), text: text(of: profile())) == compiled)
  }

  @Test func withoutARootItStillCompiles() throws {
    let compiled = try SeccompTranslation.compile(profile())
    for root in ["/proc/self", "\(root.path)/missing", ""] {
      #expect(
        try SeccompCache(root: root, version: "1").program(
          for: profile(), text: text(of: profile())) == compiled)
    }
  }

  @Test func thereIsAnEndToTheFiles() throws {
    for index in 0..<120 {
      var profile = profile()
      profile.defaultErrnoRet = UInt32(index)
      _ = try cache().program(for: profile, text: text(of: profile))
    }
    let files = try files()
    #expect(files.count <= 64)
    #expect(files.count > 40)
    #expect(files.allSatisfy { UInt64($0) != nil })
    // The last one in is still there.
    var last = profile()
    last.defaultErrnoRet = 119
    let key = SeccompCacheEntry.key(
      of: text(of: last), hasListener: false,
      surroundings: ["1.0", SyscallFilter.libraryVersion, SyscallFilter.kernel])
    let keys = try files.compactMap {
      SeccompCacheEntry.decode(Array(try Data(contentsOf: URL(filePath: "\(directory)/\($0)"))))?
        .key
    }
    #expect(keys.contains(key[...]))
  }

  @Test func whatAKilledWriterLeftIsInNoOnesWay() throws {
    _ = try cache().program(for: profile(), text: text(of: profile()))
    let file = try #require(files().first)
    try FileManager.default.removeItem(atPath: "\(directory)/\(file)")
    try Data("half".utf8).write(to: URL(filePath: "\(directory)/.\(file).new"))
    _ = try cache().program(for: profile(), text: text(of: profile()))
    #expect(try files() == [file])
  }

  @Test func aProfileThatDoesNotCompileIsAnErrorEachTime() throws {
    // No system call has that many arguments, and libseccomp says so.
    let bad = LinuxSeccomp(
      defaultAction: .allow,
      syscalls: [
        LinuxSyscall(
          names: ["read"], action: .kill, args: [LinuxSeccompArg(index: 9, value: 0, op: .equalTo)])
      ])
    for _ in 0..<2 {
      #expect(throws: RuntimeError.self) { try cache().program(for: bad, text: text(of: bad)) }
    }
  }
}
