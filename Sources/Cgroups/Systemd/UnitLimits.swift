// SPDX-License-Identifier: Apache-2.0

/// The limits of a plan as properties of a unit (systemd.resource-control(5)).
///
/// systemd writes the files of a unit anew, on daemon-reload for one, from what
/// it knows; so it is told whatever it has a word for. The files are written
/// besides: some have no property, and some properties are coarser.
enum UnitLimits {
  /// The properties.
  ///
  /// - Parameters:
  ///   - plan: the limits.
  ///   - version: systemd's.
  /// - Returns: them, in the order of the plan, lists of devices last.
  static func properties(_ plan: LimitPlan, version: Int) -> [UnitProperty] {
    var result: [UnitProperty] = []
    var lists: [(name: String, values: [BusValue])] = []
    for write in plan.writes {
      let text =
        switch write.value {
        case .text(let text): text
        case .afterFirstWord(let text): "- \(text)"
        }
      guard write.controller == .io else {
        result += properties(write.file, text, version: version)
        continue
      }
      if let weight = weight(write, text) { result.append(weight) }
      guard let entry = device(write, text) else { continue }
      if let index = lists.firstIndex(where: { $0.name == entry.name }) {
        lists[index].values.append(entry.value)
      } else {
        lists.append((entry.name, [entry.value]))
      }
    }
    return result + lists.map { UnitProperty($0.name, .array(of: "(st)", $0.values)) }
  }

  private static func properties(
    _ file: String, _ text: String, version: Int
  ) -> [UnitProperty] {
    switch file {
    case "cpu.weight": return number("CPUWeight", text)
    // As the weight 0 it is known since version 252.
    case "cpu.idle" where text == "1" && version >= 252:
      return [UnitProperty("CPUWeight", .uint64(0))]
    case "cpu.max": return quota(text)
    case "cpuset.cpus": return mask("AllowedCPUs", text)
    case "cpuset.mems": return mask("AllowedMemoryNodes", text)
    case "pids.max": return number("TasksMax", text)
    case "memory.max": return number("MemoryMax", text)
    case "memory.low": return number("MemoryLow", text)
    case "memory.min": return number("MemoryMin", text)
    case "memory.high": return number("MemoryHigh", text)
    case "memory.swap.max": return number("MemorySwapMax", text)
    case "memory.zswap.max" where version >= 253: return number("MemoryZSwapMax", text)
    default: return []
    }
  }

  /// A number, or the largest for `max`; nothing for what systemd would take
  /// for something else.
  private static func number(_ name: String, _ text: String) -> [UnitProperty] {
    if text == "max" { return [UnitProperty(name, .uint64(.max))] }
    return UInt64(text).map { [UnitProperty(name, .uint64($0))] } ?? []
  }

  /// A quota per second, which systemd keeps in steps of ten milliseconds, and
  /// the period.
  private static func quota(_ text: String) -> [UnitProperty] {
    let words = text.split(separator: " ")
    var result: [UnitProperty] = []
    if words.count > 1, let period = UInt64(words[1]) {
      result.append(UnitProperty("CPUQuotaPeriodUSec", .uint64(period)))
    }
    if words.first == "max" {
      result.append(UnitProperty("CPUQuotaPerSecUSec", .uint64(.max)))
    } else if let perSecond = quotaPerSecond(words) {
      result.append(UnitProperty("CPUQuotaPerSecUSec", .uint64(perSecond)))
    }
    return result
  }

  /// The microseconds per second of a quota and a period, rounded up to a step; the
  /// largest number, which is no limit, for what cannot be counted.
  private static func quotaPerSecond(_ words: [Substring]) -> UInt64? {
    guard let quota = words.first.flatMap({ UInt64($0) }) else { return nil }
    let (scaled, isTooLarge) = quota.multipliedReportingOverflow(by: 1_000_000)
    if isTooLarge { return .max }
    let perSecond = scaled / period(words)
    let step: UInt64 = 10_000
    let excess = perSecond % step
    if excess == 0 { return perSecond }
    let (rounded, isBeyond) = perSecond.addingReportingOverflow(step - excess)
    return isBeyond ? .max : rounded
  }

  private static func period(_ words: [Substring]) -> UInt64 {
    max(1, words.count > 1 ? UInt64(words[1]) ?? 0 : 100_000)
  }

  /// What systemd makes of a quota and a period when it writes them itself.
  fileprivate static func rounded(_ text: String) -> String {
    var words = text.split(separator: " ")
    guard let perSecond = quotaPerSecond(words), perSecond < .max else { return text }
    let (scaled, isTooLarge) = perSecond.multipliedReportingOverflow(by: period(words))
    if isTooLarge { return text }
    words[0] = "\(scaled / 1_000_000)"
    return words.joined(separator: " ")
  }

  /// A list such as `0-2,7` as a mask, its first byte for the lowest numbers; an
  /// empty line takes the list away.
  static func mask(_ name: String, _ list: String) -> [UnitProperty] {
    if list == "\n" { return [UnitProperty(name, .bytes([]))] }
    var bytes: [UInt8] = []
    for range in list.split(separator: ",") {
      let ends = range.split(separator: "-").map { Int($0.filter { $0 != " " }) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
        first <= last, last < 1 << 16
      else { return [] }
      while bytes.count <= last / 8 { bytes.append(0) }
      for index in first...last { bytes[index / 8] |= 1 << UInt8(index % 8) }
    }
    return bytes.isEmpty ? [] : [UnitProperty(name, .bytes(bytes))]
  }

  // MARK: Block devices

  private static let rates = [
    "rbps": "IOReadBandwidthMax", "wbps": "IOWriteBandwidthMax", "riops": "IOReadIOPSMax",
    "wiops": "IOWriteIOPSMax",
  ]

  /// What holds for one device, and the list that it belongs to.
  private static func device(
    _ write: LimitWrite, _ text: String
  ) -> (name: String, value: BusValue)? {
    let words = text.split(separator: " ")
    guard words.count == 2 else { return nil }
    let path = BusValue.string("/dev/block/\(words[0])")
    if write.file == "io.max" {
      let parts = words[1].split(separator: "=")
      guard parts.count == 2, let name = rates[String(parts[0])] else { return nil }
      guard let rate = parts[1] == "max" ? UInt64.max : UInt64(parts[1]) else { return nil }
      return (name, .structure([path, .uint64(rate)]))
    }
    let weight = write.counterpart?.value ?? text
    guard let number = weight.split(separator: " ").last.flatMap({ UInt64($0) }) else { return nil }
    return ("IODeviceWeight", .structure([path, .uint64(number)]))
  }

  /// The weight for all devices, on the scale of io.weight.
  private static func weight(_ write: LimitWrite, _ text: String) -> UnitProperty? {
    guard write.file == "io.weight" || write.file == "io.bfq.weight" else { return nil }
    return UInt64(write.counterpart?.value ?? text).map { UnitProperty("IOWeight", .uint64($0)) }
  }
}

extension LimitPlan {
  /// The plan with a quota of processors in the steps that systemd keeps it in:
  /// as it is, it would be another once systemd writes it anew.
  package var inStepsOfSystemd: LimitPlan {
    var plan = self
    for index in plan.writes.indices {
      if plan.writes[index].file == "cpu.max", case .text(let text) = plan.writes[index].value {
        plan.writes[index].value = .text(UnitLimits.rounded(text))
      }
    }
    return plan
  }
}
