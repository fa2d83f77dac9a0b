// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// A structure that bpf(2) takes or fills in; what is not set is zero.
struct BPFRecord {
  private var bytes: [UInt8]

  /// Makes one of so many bytes.
  init(size: Int) {
    bytes = [UInt8](repeating: 0, count: size)
  }

  /// The part of `union bpf_attr` that the calls here fill in; the kernel takes
  /// what is not given as zero.
  static var attributes: BPFRecord { BPFRecord(size: 64) }

  mutating func set<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    unsafe bytes.withUnsafeMutableBytes {
      unsafe $0.storeBytes(of: value, toByteOffset: offset, as: T.self)
    }
  }

  /// A word that the kernel has answered.
  func word(at offset: Int) -> UInt32 {
    bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// A text that the kernel has answered, up to its end.
  func text(at range: Range<Int>) -> String {
    String(decoding: bytes[range].prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Calls bpf(2) with this as its attributes.
  mutating func call(_ command: Int32) -> Int32 {
    unsafe bytes.withUnsafeMutableBytes { buffer in
      // The verifier answers EAGAIN when a signal came in between.
      var attempts = 0
      while true {
        let result = retrying {
          unsafe clinux_bpf(command, buffer.baseAddress, UInt32(buffer.count))
        }
        if result != -EAGAIN || attempts == 8 { return result }
        attempts += 1
      }
    }
  }

  /// Has the kernel fill this in with what it knows of a program.
  ///
  /// - Returns: 0, or a negated errno.
  mutating func fill(from program: borrowing Descriptor) -> Int32 {
    var attributes = BPFRecord.attributes
    attributes.set(UInt32(bitPattern: program.number), at: 0)  // bpf_fd
    attributes.set(UInt32(bytes.count), at: 4)  // info_len
    return unsafe bytes.withUnsafeMutableBytes { room in
      attributes.set(UInt64(UInt(bitPattern: room.baseAddress)), at: 8)  // info
      return attributes.call(15)
    }
  }
}
