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

  @Test func moreNamesThanOnePortionAreRemovedAtEveryLevel() throws {
    let top = try File.open(directory.path, .directory)
    for place in ["", "a/", "a/b/"] {
      try File.makeDirectories("\(directory.path)/\(place)")
      for number in 0..<3000 {
        try File.makeDirectory("\(place)directory-\(number)", at: top)
        _ = try File.open("\(place)file-\(number)", [.writeOnly, .create], at: top)
      }
    }
    #expect(try removeEverything() == [])
  }

  @Test func whatIsKeptStaysHoweverMuchIsAroundIt() throws {
    let top = try File.open(directory.path, .directory)
    for number in 0..<3000 {
      _ = try File.open("file-\(number)", [.writeOnly, .create], at: top)
    }
    try File.makeDirectories("\(directory.path)/a/b")
    try TreeRemoval.empty(top, except: [FileName("file-7"), FileName("file-2999")])
    #expect(Set(try Directory.names(top).map(\.text)) == ["file-7", "file-2999"])
  }

  @Test func namesComeInPortionsThatAreSmall() throws {
    let top = try File.open(directory.path, .directory)
    for number in 0..<3000 {
      _ = try File.open("file-\(number)", [.writeOnly, .create], at: top)
    }
    var all: Set<FileName> = []
    try Directory.rewind(top)
    while true {
      let names = try Directory.nextNames(in: top)
      if names.isEmpty { break }
      #expect(names.count < 500)
      all.formUnion(names)
    }
    #expect(all == Set(try Directory.names(top)))
  }
}
