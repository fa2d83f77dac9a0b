// SPDX-License-Identifier: Apache-2.0

/// What the kernel tells of a program.
struct BPFProgramInformation {
  /// `struct bpf_prog_info` up to the ID of its types.
  private let record: BPFRecord
  /// Its instructions as the kernel runs them, if it shows them.
  private(set) var instructions: [UInt64]

  /// Asks for it, and for up to so many instructions.
  ///
  /// The corresponding call is bpf(2) with `BPF_OBJ_GET_INFO_BY_FD`.
  init(of program: borrowing Descriptor, instructions count: Int = 0) throws(RuntimeError) {
    var record = BPFRecord(size: 132)
    var found = [UInt64](repeating: 0, count: count)
    let result = unsafe found.withUnsafeMutableBytes { room in
      record.set(UInt32(room.count), at: 20)  // xlated_prog_len
      record.set(UInt64(UInt(bitPattern: room.baseAddress)), at: 32)  // xlated_prog_insns
      return record.fill(from: program)
    }
    try check(result, "bpf", "BPF_OBJ_GET_INFO_BY_FD")
    self.record = record
    instructions = found
  }

  /// Its kind, such as `BPF_PROG_TYPE_CGROUP_DEVICE`.
  var type: UInt32 { record.word(at: 0) }
  /// Its ID.
  var identifier: UInt32 { record.word(at: 4) }
  /// How many bytes its instructions are, all of them.
  var size: UInt32 { record.word(at: 20) }
  /// The name that it was loaded with.
  var name: String { record.text(at: 64..<80) }
  /// Whether it has the types of its functions, which others need to take their
  /// place.
  var hasTypes: Bool { record.word(at: 128) != 0 }
}
