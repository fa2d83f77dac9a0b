// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// Compiled profiles, kept below the state root from one run to the next.
///
/// Compiling the usual profile of 400 calls costs more than everything else
/// that a runtime does by itself. A program found here goes to the kernel
/// unread, so a file counts only if this user alone can have written it, and if
/// the whole of what it was made from is in it and is the same again.
///
/// There is room for a fixed number of programs. A key has two places, and a
/// new program replaces what is in the first one when both are taken; so
/// nothing ever has to be listed or swept.
package struct SeccompCache {
  /// How many files there can be.
  static let places: UInt64 = 64
  /// More than the largest program with the largest sensible key.
  private static let sizeLimit = 4 << 20

  private let root: String
  private let surroundings: [String]

  /// Makes a cache in `.cache/seccomp` below the state root.
  ///
  /// - Parameters:
  ///   - root: the state root.
  ///   - version: the version of this program, which decides what a profile
  ///     compiles to.
  package init(root: String, version: String) {
    self.root = root
    surroundings = [version, SyscallFilter.libraryVersion, SyscallFilter.kernel]
  }

  /// The program of a text that was compiled before; nil when it is not kept, or
  /// has a listener.
  ///
  /// A cache that cannot be read is the same as none.
  func program(of text: ArraySlice<UInt8>) -> SeccompProgram? {
    lookUp(SeccompCacheEntry.key(of: text, hasListener: false, surroundings: surroundings))
  }

  /// Compiles a profile, unless its program is kept.
  ///
  /// A cache that cannot be read or written is the same as none.
  ///
  /// - Parameters:
  ///   - profile: the profile, validated.
  ///   - text: what it was read from; without it, nothing is kept.
  /// - Returns: the program.
  /// - Throws: `RuntimeError` when the profile cannot be compiled.
  func program(
    for profile: LinuxSeccomp, text: ArraySlice<UInt8>?
  ) throws(RuntimeError) -> SeccompProgram {
    guard let text else { return try SeccompTranslation.compile(profile) }
    let key = SeccompCacheEntry.key(
      of: text, hasListener: profile.listenerPath != nil, surroundings: surroundings)
    if let found = lookUp(key) { return found }
    let program = try SeccompTranslation.compile(profile)
    do {
      try store(SeccompCacheEntry(key: key[...], program: program), in: placeNames(for: key))
    } catch {
      // The next run compiles again.
    }
    return program
  }

  /// The two files that can hold a key.
  private func placeNames(for key: [UInt8]) -> [String] {
    let sum = SeccompCacheEntry.checksum(key[...])
    let first = sum % SeccompCache.places
    // Never the same one twice.
    let distance = 1 + (sum >> 32) % (SeccompCache.places - 1)
    return [first, (first + distance) % SeccompCache.places].map(String.init)
  }
}

// MARK: - Files

extension SeccompCache {
  private static let directories = [".cache", "seccomp"]

  private func openDirectory() throws(RuntimeError) -> Descriptor {
    var directory = try File.open(root, [.directory, .path])
    for name in SeccompCache.directories {
      directory = try File.open(name, [.directory, .path, .noFollow], at: directory)
      try requireOwn(FileStatus(of: directory), name)
    }
    return directory
  }

  private func makeDirectory() throws(RuntimeError) -> Descriptor {
    var directory = try File.open(root, [.directory, .path])
    for name in SeccompCache.directories {
      do {
        try File.makeDirectory(name, mode: 0o700, at: directory)
      } catch  where error.errno == EEXIST {}
      directory = try File.open(name, [.directory, .path, .noFollow], at: directory)
      try requireOwn(FileStatus(of: directory), name)
    }
    return directory
  }

  /// Fails unless this user owns the file and no one else may touch it.
  private func requireOwn(_ status: FileStatus, _ name: String) throws(RuntimeError) {
    guard status.uid == Processes.effectiveUser, status.permissions & 0o077 == 0 else {
      throw RuntimeError(call: "open", errno: EPERM, subject: name)
    }
  }

  private func lookUp(_ key: [UInt8]) -> SeccompProgram? {
    do {
      let directory = try openDirectory()
      for name in placeNames(for: key) {
        if let entry = read(name, directory), entry.hasKey(key) { return entry.program }
      }
    } catch {
      // Not there yet, or not ours to trust.
    }
    return nil
  }

  /// Reads a place; nil when it is free or what it holds cannot be trusted.
  private func read(_ name: String, _ directory: borrowing Descriptor) -> SeccompCacheEntry? {
    do {
      guard let file = try RegularFile.open(name, .noFollow, at: directory) else { return nil }
      try requireOwn(file.status, name)
      return SeccompCacheEntry.decode(try file.read(limit: SeccompCache.sizeLimit))
    } catch {
      return nil
    }
  }

  private func store(_ entry: SeccompCacheEntry, in names: [String]) throws(RuntimeError) {
    let directory = try makeDirectory()
    var place = names[0]
    for name in names where !File.exists(name, at: directory) {
      place = name
      break
    }
    // What a killed writer left is taken away. It may also be the file of one
    // that is alive, which then puts ours in its place before we are done: a
    // reader in between sees a bad sum and compiles for itself.
    let temporary = ".\(place).new"
    do { try File.remove(temporary, at: directory) } catch {}
    let file = try File.open(
      temporary, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600, at: directory)
    do {
      try File.write(entry.encoded, to: file, subject: temporary)
      try File.rename(temporary, to: place, at: directory)
    } catch {
      // Should this fail too, the first reason is still the one that counts.
      do { try File.remove(temporary, at: directory) } catch {}
      throw error
    }
  }
}
