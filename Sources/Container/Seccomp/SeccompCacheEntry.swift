// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// What a file of the cache holds: everything that a program was made from, and
/// the program.
struct SeccompCacheEntry: Equatable {
  /// Everything that the program depends on, in bytes that are the same only
  /// for the same.
  let key: ArraySlice<UInt8>
  let program: SeccompProgram

  private static let magic = Array("runpbpf2".utf8)

  /// Whether this is what was kept under a key.
  func hasKey(_ other: [UInt8]) -> Bool {
    unsafe key.withUnsafeBytes { one in
      unsafe other.withUnsafeBytes { other in
        guard let base = one.baseAddress, let otherBase = other.baseAddress else { return false }
        return unsafe one.count == other.count && memcmp(base, otherBase, one.count) == 0
      }
    }
  }

  /// The file's contents.
  var encoded: [UInt8] {
    var body = ByteWriter()
    body.append(key)
    body.append(program.instructions[...])
    body.append(program.flags.rawValue)
    body.append(UInt32(program.unknownSyscalls.count))
    for name in program.unknownSyscalls { body.append(name) }
    var file = ByteWriter()
    file.bytes = SeccompCacheEntry.magic
    file.append(SeccompCacheEntry.checksum(body.bytes[...]))
    return file.bytes + body.bytes
  }

  /// Reads a file's contents.
  ///
  /// - Returns: nil when anything is off: another format, a file cut short, a
  ///   bit that flipped.
  static func decode(_ bytes: [UInt8]) -> SeccompCacheEntry? {
    guard bytes.starts(with: magic) else { return nil }
    var reader = ByteReader(bytes: bytes, position: magic.count)
    guard let sum = reader.long(), sum == checksum(bytes[reader.position...]),
      let key = reader.array(), let instructions = reader.array(),
      instructions.count % SyscallFilter.instructionSize == 0,
      let flags = reader.word(), let count = reader.word()
    else { return nil }
    var names: [String] = []
    for _ in 0..<count {
      guard let name = reader.array() else { return nil }
      names.append(String(decoding: name, as: UTF8.self))
    }
    guard reader.position == bytes.count else { return nil }
    return SeccompCacheEntry(
      key: key,
      program: SeccompProgram(
        instructions: Array(instructions), flags: SyscallFilter.Flags(rawValue: flags),
        unknownSyscalls: names))
  }

  /// A cheap sum over bytes, to find a place and to notice damage; it keeps no
  /// one from making two keys with the same sum.
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    var sum: UInt64 = 0xcbf2_9ce4_8422_2325
    unsafe bytes.withUnsafeBytes { buffer in
      func mix(_ word: UInt64) {
        sum = (sum ^ word) &* 0x0000_0100_0000_01b3
        sum ^= sum >> 29
      }
      let whole = buffer.count & ~7
      for offset in stride(from: 0, to: whole, by: 8) {
        mix(unsafe buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      }
      for offset in whole..<buffer.count { mix(unsafe UInt64(buffer[offset])) }
      mix(UInt64(buffer.count))
    }
    return sum
  }
}

// MARK: - The key

extension SeccompCacheEntry {
  /// Everything that a program depends on.
  ///
  /// - Parameters:
  ///   - text: the profile, as it stands in a configuration.
  ///   - hasListener: whether it has a listener, which the configuration may say
  ///     in another place.
  ///   - surroundings: versions and machine.
  /// - Returns: the bytes.
  static func key(
    of text: ArraySlice<UInt8>, hasListener: Bool, surroundings: [String]
  ) -> [UInt8] {
    var before = ByteWriter()
    for text in surroundings { before.append(text) }
    before.append(hasListener ? UInt32(1) : 0)
    let start = before.bytes.count
    return unsafe [UInt8](unsafeUninitializedCapacity: start + text.count) { room, count in
      // A copy in one piece, not byte by byte.
      let room = UnsafeMutableRawBufferPointer(room)
      unsafe before.bytes.withUnsafeBytes { unsafe room.copyMemory(from: $0) }
      unsafe text.withUnsafeBytes {
        unsafe UnsafeMutableRawBufferPointer(rebasing: room[start...]).copyMemory(from: $0)
      }
      count = start + text.count
    }
  }
}

/// Bytes being put together; what varies in length is preceded by its length.
private struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func append(_ value: UInt32) {
    unsafe withUnsafeBytes(of: value) { unsafe bytes.append(contentsOf: $0) }
  }

  mutating func append(_ value: UInt64) {
    unsafe withUnsafeBytes(of: value) { unsafe bytes.append(contentsOf: $0) }
  }

  mutating func append(_ values: ArraySlice<UInt8>) {
    append(UInt32(values.count))
    bytes.append(contentsOf: values)
  }

  mutating func append(_ text: String) {
    append(UInt32(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }
}

/// Bytes being taken apart; nil where they end too early.
private struct ByteReader {
  let bytes: [UInt8]
  var position: Int

  private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= bytes.count - position else { return nil }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  mutating func word() -> UInt32? {
    take(4).map { unsafe $0.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt32.self) } }
  }

  mutating func long() -> UInt64? {
    take(8).map { unsafe $0.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt64.self) } }
  }

  mutating func array() -> ArraySlice<UInt8>? {
    guard let count = word() else { return nil }
    return take(Int(count))
  }
}
