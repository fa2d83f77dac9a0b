// SPDX-License-Identifier: Apache-2.0

internal import CDBus
internal import Glibc

/// A value in a message, of one of the types that systemd's properties have.
indirect enum BusValue: Equatable, Sendable {
  case string(String)
  case objectPath(String)
  case bool(Bool)
  case byte(UInt8)
  case int16(Int16)
  case uint16(UInt16)
  case int32(Int32)
  case uint32(UInt32)
  case int64(Int64)
  case uint64(UInt64)
  case double(Double)
  /// Values that are all of the type with that signature.
  case array(of: String, [BusValue])
  case structure([BusValue])
  case variant(BusValue)

  /// The signature of its type (D-Bus specification, type system).
  var signature: String {
    switch self {
    case .string: "s"
    case .objectPath: "o"
    case .bool: "b"
    case .byte: "y"
    case .int16: "n"
    case .uint16: "q"
    case .int32: "i"
    case .uint32: "u"
    case .int64: "x"
    case .uint64: "t"
    case .double: "d"
    case .array(let element, _): "a\(element)"
    case .structure(let fields): "(\(fields.map { $0.signature }.joined()))"
    case .variant: "v"
    }
  }

  /// A list of texts.
  static func strings(_ texts: [String]) -> BusValue {
    .array(of: "s", texts.map { .string($0) })
  }

  /// A list of bytes.
  static func bytes(_ bytes: [UInt8]) -> BusValue { .array(of: "y", bytes.map { .byte($0) }) }

  /// Whether a message can carry it: libdbus ends the process that gives it an
  /// object path, or a type, that is none.
  var isSound: Bool {
    switch self {
    case .objectPath(let path): unsafe dbus_validate_path(path, nil) != 0
    case .array(_, let values): hasSoundType && values.allSatisfy { $0.isSound }
    case .structure(let fields): hasSoundType && fields.allSatisfy { $0.isSound }
    case .variant(let value): value.hasSoundType && value.isSound
    default: true
    }
  }

  private var hasSoundType: Bool { unsafe dbus_signature_validate_single(signature, nil) != 0 }

  /// Appends the value, which is sound, to a message.
  @unsafe func append(to iterator: inout DBusMessageIter) {
    switch self {
    case .string(let text), .objectPath(let text):
      // libdbus wants to be pointed to the pointer.
      unsafe text.withCString { start in
        unsafe append(start, to: &iterator)
      }
    case .bool(let flag): unsafe append(dbus_bool_t(flag ? 1 : 0), to: &iterator)
    case .byte(let number): unsafe append(number, to: &iterator)
    case .int16(let number): unsafe append(number, to: &iterator)
    case .uint16(let number): unsafe append(number, to: &iterator)
    case .int32(let number): unsafe append(number, to: &iterator)
    case .uint32(let number): unsafe append(number, to: &iterator)
    case .int64(let number): unsafe append(number, to: &iterator)
    case .uint64(let number): unsafe append(number, to: &iterator)
    case .double(let number): unsafe append(number, to: &iterator)
    case .array(let element, let values): unsafe append("a", element, values, to: &iterator)
    case .structure(let fields): unsafe append("r", nil, fields, to: &iterator)
    case .variant(let value): unsafe append("v", value.signature, [value], to: &iterator)
    }
  }

  @unsafe private func append<T: BitwiseCopyable>(_ value: T, to iterator: inout DBusMessageIter) {
    unsafe withUnsafeBytes(of: value) { bytes in
      if let start = bytes.baseAddress { unsafe append(address: start, to: &iterator) }
    }
  }

  @unsafe private func append(
    address value: UnsafeRawPointer, to iterator: inout DBusMessageIter
  ) {
    let type = Int32(signature.utf8.first ?? 0)
    unsafe Self.check(dbus_message_iter_append_basic(&iterator, type, value))
  }

  @unsafe private func append(
    _ type: Unicode.Scalar, _ content: String?, _ values: [BusValue],
    to iterator: inout DBusMessageIter
  ) {
    var inner = unsafe DBusMessageIter()
    unsafe Self.check(
      dbus_message_iter_open_container(&iterator, Int32(type.value), content, &inner))
    for value in values { unsafe value.append(to: &inner) }
    unsafe Self.check(dbus_message_iter_close_container(&iterator, &inner))
  }

  private static func check(_ result: dbus_bool_t) {
    if result == 0 { fatalError("out of memory for a message") }
  }
}
