// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Programs that the kernel runs (bpf(2)), as far as control groups need them.
package enum BPF {
  /// The kernel wants one; device programs call nothing that is GPL only.
  private static let license: StaticString = "Apache-2.0"
  /// `BPF_PROG_TYPE_CGROUP_DEVICE`.
  private static let deviceType: UInt32 = 15

  /// Loads a program that decides on accesses to devices.
  ///
  /// - Parameters:
  ///   - instructions: one `struct bpf_insn` a word, in the byte order of the
  ///     machine.
  ///   - name: how tools list the program, at most 15 bytes.
  /// - Throws: `RuntimeError` with what the verifier or the kernel answers.
  /// - Returns: the program; the kernel keeps it for as long as this is open or
  ///   it is attached somewhere.
  ///
  /// The corresponding call is bpf(2) with `BPF_PROG_LOAD` and
  /// `BPF_PROG_TYPE_CGROUP_DEVICE`.
  package static func loadDeviceProgram(
    _ instructions: [UInt64], name: String
  ) throws(RuntimeError) -> Descriptor {
    var attributes = BPFRecord.attributes
    for (index, byte) in name.utf8.prefix(15).enumerated() {
      attributes.set(byte, at: 48 + index)  // prog_name
    }
    let result = unsafe instructions.withUnsafeBytes { code in
      license.withUTF8Buffer { license in
        attributes.set(deviceType, at: 0)  // prog_type
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
  ) throws(RuntimeError) {
    var attributes = BPFRecord.attributes
    attributes.set(UInt32(bitPattern: cgroup.number), at: 0)  // target_fd
    attributes.set(UInt32(bitPattern: program.number), at: 4)  // attach_bpf_fd
    attributes.set(UInt32(6), at: 8)  // attach_type
    attributes.set(UInt32(2), at: 12)  // attach_flags
    try check(attributes.call(8), "bpf", "BPF_PROG_ATTACH")
  }
}

extension BPF {
  /// Puts a program in the place of one that is attached, so that at no moment
  /// neither decides.
  ///
  /// The corresponding call is bpf(2) with `BPF_PROG_ATTACH` and
  /// `BPF_F_REPLACE`.
  package static func replaceDeviceProgram(
    _ old: borrowing Descriptor, with program: borrowing Descriptor,
    of cgroup: borrowing Descriptor
  ) throws(RuntimeError) {
    var attributes = BPFRecord.attributes
    attributes.set(UInt32(bitPattern: cgroup.number), at: 0)  // target_fd
    attributes.set(UInt32(bitPattern: program.number), at: 4)  // attach_bpf_fd
    attributes.set(UInt32(6), at: 8)  // attach_type
    attributes.set(UInt32(2 | 4), at: 12)  // attach_flags
    attributes.set(UInt32(bitPattern: old.number), at: 16)  // replace_bpf_fd
    try check(attributes.call(8), "bpf", "BPF_PROG_ATTACH")
  }

  /// Takes a program off a control group.
  ///
  /// The corresponding call is bpf(2) with `BPF_PROG_DETACH`.
  package static func detachDeviceProgram(
    _ program: borrowing Descriptor, from cgroup: borrowing Descriptor
  ) throws(RuntimeError) {
    var attributes = BPFRecord.attributes
    attributes.set(UInt32(bitPattern: cgroup.number), at: 0)  // target_fd
    attributes.set(UInt32(bitPattern: program.number), at: 4)  // attach_bpf_fd
    attributes.set(UInt32(6), at: 8)  // attach_type
    try check(attributes.call(9), "bpf", "BPF_PROG_DETACH")
  }

  /// The IDs of the device programs that are attached to a control group itself.
  ///
  /// The corresponding call is bpf(2) with `BPF_PROG_QUERY`.
  package static func devicePrograms(
    of cgroup: borrowing Descriptor
  ) throws(RuntimeError) -> [UInt32] {
    // As many as the kernel lets one control group have.
    var identifiers = [UInt32](repeating: 0, count: 64)
    var attributes = BPFRecord.attributes
    attributes.set(UInt32(bitPattern: cgroup.number), at: 0)  // target_fd
    attributes.set(UInt32(6), at: 4)  // attach_type
    attributes.set(UInt32(identifiers.count), at: 24)  // prog_cnt
    let result = unsafe identifiers.withUnsafeMutableBytes { room in
      attributes.set(UInt64(UInt(bitPattern: room.baseAddress)), at: 16)  // prog_ids
      return attributes.call(16)
    }
    try check(result, "bpf", "BPF_PROG_QUERY")
    return Array(identifiers.prefix(Int(attributes.word(at: 24))))
  }

  /// Opens a program; nil when it is gone, or is not this user's to open.
  ///
  /// The corresponding call is bpf(2) with `BPF_PROG_GET_FD_BY_ID`.
  package static func openProgram(_ identifier: UInt32) throws(RuntimeError) -> Descriptor? {
    var attributes = BPFRecord.attributes
    attributes.set(identifier, at: 0)  // prog_id
    let result = attributes.call(13)
    if result == -ENOENT || result == -EPERM { return nil }
    return Descriptor(owning: try check(result, "bpf", "BPF_PROG_GET_FD_BY_ID"))
  }

  /// The name that a program was loaded with.
  ///
  /// The corresponding call is bpf(2) with `BPF_OBJ_GET_INFO_BY_FD`.
  package static func name(of program: borrowing Descriptor) throws(RuntimeError) -> String {
    try BPFProgramInformation(of: program).name
  }

  /// The ID that a program can be opened by, for as long as it is there.
  ///
  /// The corresponding call is bpf(2) with `BPF_OBJ_GET_INFO_BY_FD`.
  package static func identifier(of program: borrowing Descriptor) throws(RuntimeError) -> UInt32 {
    try BPFProgramInformation(of: program).identifier
  }

  /// Whether a program is what `loadDeviceProgram` makes of these instructions and
  /// this name.
  ///
  /// The instructions are all that such a program does. Others could be put in
  /// their place only with the types of its functions, which it has none of.
  ///
  /// - Returns: false also where the kernel does not show its instructions, or has
  ///   changed them when it was loaded.
  ///
  /// The corresponding call is bpf(2) with `BPF_OBJ_GET_INFO_BY_FD`.
  package static func isDeviceProgram(
    _ program: borrowing Descriptor, _ instructions: [UInt64], name: String
  ) throws(RuntimeError) -> Bool {
    let found = try BPFProgramInformation(of: program, instructions: instructions.count)
    return found.type == deviceType && found.name == name && !found.hasTypes
      && Int(found.size) == instructions.count * 8 && found.instructions == instructions
  }
}
