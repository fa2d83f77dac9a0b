// SPDX-License-Identifier: Apache-2.0

/// A property of a unit (org.freedesktop.systemd1(5)).
struct UnitProperty: Equatable, Sendable {
  /// Its name.
  let name: String
  /// Its value.
  let value: BusValue

  /// Makes a property.
  init(_ name: String, _ value: BusValue) {
    self.name = name
    self.value = value
  }

  /// Properties as `StartTransientUnit` and `SetUnitProperties` take them.
  static func list(_ properties: [UnitProperty]) -> BusValue {
    .array(
      of: "(sv)",
      properties.map { .structure([.string($0.name), .variant($0.value)]) })
  }
}
