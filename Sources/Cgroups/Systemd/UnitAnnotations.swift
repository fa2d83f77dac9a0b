// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel

/// The annotations `org.systemd.property.NAME` of a configuration, each a
/// property of the container's scope.
enum UnitAnnotations {
  /// What such an annotation begins with.
  static let prefix = "org.systemd.property."

  /// The properties.
  ///
  /// Times that systemd takes in microseconds can be given in seconds: `FooSec`
  /// for `FooUSec`.
  ///
  /// - Throws: `RuntimeError` of kind `invalidSpec` naming the annotation.
  static func properties(
    _ annotations: OrderedMap<String>
  ) throws(RuntimeError) -> [UnitProperty] {
    var result: [UnitProperty] = []
    for annotation in annotations where annotation.key.hasPrefix(prefix) {
      let name = String(annotation.key.dropFirst(prefix.count))
      let isName = !name.isEmpty && name.utf8.allSatisfy { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }
      guard isName else { throw invalid(annotation.key, "\(name.quoted) is no property's name") }
      let value: BusValue
      do throws(PropertyText.Failure) {
        value = try PropertyText.value(annotation.value)
      } catch {
        throw invalid(annotation.key, "\(annotation.value.quoted): \(error.reason)")
      }
      if name.hasSuffix("Sec"), !name.hasSuffix("USec") {
        let property = "\(name.dropLast(3))USec"
        result.append(UnitProperty(property, try microseconds(value, annotation.key)))
      } else {
        result.append(UnitProperty(name, value))
      }
    }
    return result
  }

  private static func microseconds(
    _ value: BusValue, _ key: String
  ) throws(RuntimeError) -> BusValue {
    let seconds: Double? =
      switch value {
      case .byte(let number): Double(number)
      case .int16(let number): Double(number)
      case .uint16(let number): Double(number)
      case .int32(let number): Double(number)
      case .uint32(let number): Double(number)
      case .int64(let number): Double(number)
      case .uint64(let number): Double(number)
      case .double(let number): number
      default: nil
      }
    guard let seconds, seconds >= 0, let time = UInt64(exactly: (seconds * 1e6).rounded()) else {
      throw invalid(key, "that is no number of seconds")
    }
    return .uint64(time)
  }

  private static func invalid(_ key: String, _ reason: String) -> RuntimeError {
    RuntimeError(.invalidSpec, "annotations.\(key): \(reason)")
  }
}
