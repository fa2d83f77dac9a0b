// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Programs that the kernel runs (bpf(2)), as far as control groups need them.
package enum BPF {
  /// Loads a program that decides on accesses to devices.
  ///
  /// - Parameters:
  ///   - instructions: one `struct bpf_insn` a word, in the byte order of the
  ///     machine.
  ///   - name: how tools list the program, at most 15 bytes.
  /// - Throws: `SystemError` with what the verifier or the kernel answers.
  /// - Returns: the program; the kernel keeps it for as long as this is open or
  ///   it is attached somewhere.
  ///
  /// The corresponding call is bpf(2) with `BPF_PROG_LOAD` and
  /// `BPF_PROG_TYPE_CGROUP_DEVICE`.
  package static func loadDeviceProgram(
    _ instructions: [UInt64], name: String
  ) throws(SystemError) -> Descriptor {
    var attributes = BPFAttributes()
    for (index, byte) in name.utf8.prefix(15).enumerated() {
      attributes.set(byte, at: 48 + index)  // prog_name
    }
    let result = unsafe instructions.withUnsafeBytes { code in
      BPFAttributes.license.withUTF8Buffer { license in
        attributes.set(UInt32(15), at: 0)  // prog_type
        attributes.set(UInt32(instructions.count), at: 4)  // insn_cnt
        attributes.set(UInt64(UInt(bitPattern: code.baseAddress)), at: 8)  // insns
        attributes.set(UInt64(UInt(bitPattern: license.baseAddress)), at: 16)  // license
        return attributes.call(5)
      }
    }
    return Descriptor(owning: try check(result, "bpf", "BPF_PROG_LOAD"))
  }

  /// Attaches a program to a control group, beside those that are there.
  ///
  /// An access is allowed when every program on the way to the root allows it.
  ///
  /// The corresponding call is bpf(2) with `BPF_PROG_ATTACH`,
  /// `BPF_CGROUP_DEVICE` and `BPF_F_ALLOW_MULTI`.
  package static func attachDeviceProgram(
    _ program: borrowing Descriptor, to cgroup: borrowing Descriptor
  ) throws(SystemError) {
    var attributes = BPFAttributes()
    attributes.set(UInt32(bitPattern: cgroup.number), at: 0)  // target_fd
    attributes.set(UInt32(bitPattern: program.number), at: 4)  // attach_bpf_fd
    attributes.set(UInt32(6), at: 8)  // attach_type
    attributes.set(UInt32(2), at: 12)  // attach_flags
    try check(attributes.call(8), "bpf", "BPF_PROG_ATTACH")
  }
}

/// The part of `union bpf_attr` that these calls fill in; the kernel takes
/// what is not given as zero.
private struct BPFAttributes {
  /// The kernel wants one; device programs call nothing that is GPL only.
  static let license: StaticString = "Apache-2.0"

  private var bytes = [UInt8](repeating: 0, count: 64)

  mutating func set<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    unsafe bytes.withUnsafeMutableBytes {
      unsafe $0.storeBytes(of: value, toByteOffset: offset, as: T.self)
    }
  }

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
}
