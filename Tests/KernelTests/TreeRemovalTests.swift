// SPDX-License-Identifier: Apache-2.0

import Kernel
import Support
import Testing

@Suite struct TreeRemovalTests {
  private let directory = TemporaryDirectory()

  private func removeEverything() throws -> [String] {
    let top = try File.open(directory.path, .directory)
    try TreeRemoval.empty(top)
    return try Directory.names(top).map(\.text)
  }

  @Test func filesDirectoriesAndLinksGoButNotWhatLinksPointTo() throws {
    let outside = TemporaryDirectory()
    try File.replace("\(outside.path)/kept", with: [1])
    try File.makeDirectories("\(directory.path)/a/b")
    try File.replace("\(directory.path)/a/b/file", with: [1])
    try File.makeLink("\(directory.path)/a/link", to: outside.path)
    #expect(try removeEverything() == [])
    #expect(File.exists("\(outside.path)/kept"))
  }

  @Test func moreLevelsThanDescriptorsAreRemoved() throws {
    var deepest = try File.open(directory.path, .directory)
    for _ in 0..<3000 {
      try File.makeDirectory("d", at: deepest)
      deepest = try File.open("d", .directory, at: deepest)
    }
    #expect(try removeEverything() == [])
  }

  @Test func namesThatAreNoTextAreNoObstacle() throws {
    let top = try File.open(directory.path, .directory)
    let name = FileName(bytes: [0x61, 0xff, 0x62])
    try name.makeDirectory(mode: 0o755, in: top)
    let inner = try name.open(.directory, in: top)
    _ = try name.open([.writeOnly, .create], in: inner)
    #expect(try Directory.names(inner) == [name])
    #expect(try removeEverything() == [])
  }

  @Test func aCopyHasNamesThatAreNoText() throws {
    try File.makeDirectories("\(directory.path)/from")
    try File.makeDirectories("\(directory.path)/to")
    let from = try File.open("\(directory.path)/from", .directory)
    let to = try File.open("\(directory.path)/to", .directory)
    let name = FileName(bytes: [0xff])
    _ = try name.open([.writeOnly, .create], in: from)
    try File.makeLink("link", to: "somewhere", at: from)
    try TreeCopy.copyContents(of: from, to: to)
    #expect(Set(try Directory.names(to)) == [name, FileName("link")])
    #expect(try File.linkTarget("link", at: to) == "somewhere")
  }

  @Test func namesThatTheRemovalWouldChooseAreNoObstacle() throws {
    for name in ["1", "2", "3"] {
      try File.makeDirectories("\(directory.path)/\(name)/x")
    }
    try File.makeDirectories("\(directory.path)/a/b/1")
    #expect(try removeEverything() == [])
  }
}
