// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// Device programs that cgroups with the same rules have in common.
///
/// Loading one costs the kernel more than finding one that is there. A program is
/// kept by the cgroups that it is attached to and by nothing else: it goes with the
/// last of them. What is kept is notes of IDs, on the directory of the state, in
/// attributes that only the administrator sees. A note may tell of a program that
/// is gone, or of another that has got its ID, or be forged: whatever it leads to
/// is compared with what is wanted, instruction by instruction.
package struct SharedDevicePrograms {
  /// How many notes there can be: rules that come to the same one take it from one
  /// another, so nothing ever has to be listed or swept.
  private static let places: UInt64 = 16
  /// What the names of the attributes begin with; a place follows.
  private static let attribute = "trusted.runp.devices."

  private let directory: String

  /// Refers to programs of which notes are kept on a directory.
  package init(notedOn directory: String) {
    self.directory = directory
  }

  /// Attaches a program, as `attach` does it: one that is there, or else one that
  /// is loaded for it, and noted for others.
  func attach(
    _ program: DeviceProgram, _ attach: (borrowing Descriptor) throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    if let found = find(program) {
      do {
        return try attach(found)
      } catch {
        // Such as when the cgroup has that very one already, from before it was
        // taken: one of its own is attached beside it.
      }
    }
    let loaded = try BPF.loadDeviceProgram(program.instructions, name: DeviceProgram.name)
    try attach(loaded)
    note(loaded, as: program)
  }

  private func find(_ program: DeviceProgram) -> Descriptor? {
    do {
      let note = try ExtendedAttribute.value(name(for: program), at: directory, limit: 10)
      guard let identifier = UInt32(String(decoding: note, as: UTF8.self)),
        let found = try BPF.openProgram(identifier)
      else { return nil }
      if try BPF.isDeviceProgram(found, program.instructions, name: DeviceProgram.name) {
        return found
      }
      return nil
    } catch {
      // What cannot be looked at is not taken.
      return nil
    }
  }

  private func note(_ loaded: borrowing Descriptor, as program: DeviceProgram) {
    do {
      let identifier = try BPF.identifier(of: loaded)
      try ExtendedAttribute.set(name(for: program), to: Array("\(identifier)".utf8), at: directory)
    } catch {
      // The next cgroup with these rules has one loaded for itself.
    }
  }

  private func name(for program: DeviceProgram) -> String {
    // FNV-1a, by instructions in place of bytes.
    let sum = program.instructions.reduce(0xcbf2_9ce4_8422_2325) {
      ($0 ^ $1) &* 0x100_0000_01b3
    }
    return "\(Self.attribute)\((sum >> 32) % Self.places)"
  }
}
