// SPDX-License-Identifier: Apache-2.0

extension LimitWrite {
  /// The write that takes this one back.
  ///
  /// - Parameter present: what the file holds before this one.
  /// - Returns: nil when nothing is to be written.
  func undone(to present: String) -> LimitWrite? {
    guard isKeyed else { return undone(in: file, to: present) }
    guard case .text(let text) = value, let former = formerLine(of: text, in: present) else {
      return nil
    }
    var write = undone(in: file, to: former)
    if file == "io.bfq.weight" { write.counterpart = weightOfIO(former) }
    return write
  }

  /// The write of a text to a file in place of what this one wrote.
  func undone(in file: String, to text: String) -> LimitWrite {
    var write = self
    write.file = file
    // A write of nothing would be none.
    write.value = .text(text.isEmpty ? "\n" : text)
    write.isRequired = false
    write.counterpart = nil
    // In reverse order a quota stands before its burst, and may be too small for
    // the one there is.
    write.mayComeAfterNext = file == "cpu.max"
    return write
  }

  /// Whether the limit of this write is lower than that of another to the same
  /// file.
  func isBelow(_ other: LimitWrite) -> Bool { amount < other.amount }

  private var amount: UInt64 {
    guard case .text(let text) = value else { return .max }
    return UInt64(text) ?? .max
  }

  // MARK: Files with a line a device

  private var isKeyed: Bool {
    guard controller == .io || controller == .rdma || controller == .misc || controller == .dmem
    else { return false }
    return file != "io.prio.class"
  }

  /// What is written for the device that a text is about to have what a file
  /// holds.
  private func formerLine(of text: String, in present: String) -> String? {
    let words = text.split(separator: " ").map(String.init)
    guard let first = words.first else { return nil }
    let key = words.count == 1 ? "default" : first
    let line = present.split(separator: "\n")
      .map { $0.split(separator: " ").map(String.init) }
      .first { $0.first == key }
    // Not every file that has a line of that name takes the name.
    if key == "default" { return line?.last }
    switch file {
    case "io.max":
      // Only what was written: the rest may be another's.
      let settings = words.dropFirst().map { word in
        let name = word.prefix { $0 != "=" } + "="
        return line?.first { $0.hasPrefix(name) } ?? "\(name)max"
      }
      return "\(key) \(settings.joined(separator: " "))"
    case "io.weight": return line?.joined(separator: " ") ?? "\(key) default"
    case "io.bfq.weight": return line?.joined(separator: " ") ?? "\(key) 0"
    case "io.latency": return line?.joined(separator: " ") ?? "\(key) target=max"
    default: return line?.joined(separator: " ")
    }
  }

  /// A weight of io.bfq.weight as that of io.weight, for systemd.
  private func weightOfIO(_ text: String) -> (file: String, value: String)? {
    let words = text.split(separator: " ").map(String.init)
    guard let weight = words.last.flatMap({ UInt16($0) }), weight >= 10 else { return nil }
    let scaled = String(LimitPlan.weight(blockIO: weight))
    return ("io.weight", (words.dropLast() + [scaled]).joined(separator: " "))
  }
}
