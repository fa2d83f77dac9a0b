// SPDX-License-Identifier: Apache-2.0

internal import CDBus
internal import Glibc

/// A message of a bus.
@safe final class BusMessage {
  /// The message, for libdbus.
  @unsafe let pointer: OpaquePointer

  /// Takes over a message.
  @unsafe init(owning pointer: OpaquePointer) {
    unsafe self.pointer = pointer
  }

  /// Makes the call of a method.
  init(to destination: String, _ path: String, _ interface: String, _ member: String) {
    guard
      let pointer = unsafe dbus_message_new_method_call(destination, path, interface, member)
    else { fatalError("out of memory for a message") }
    unsafe self.pointer = pointer
  }

  deinit { unsafe dbus_message_unref(pointer) }

  /// Whether it is a signal of an interface.
  func isSignal(_ interface: String, _ member: String) -> Bool {
    unsafe dbus_message_is_signal(pointer, interface, member) != 0
  }

  /// The number of the message that it is the answer to; 0 for none.
  var answered: UInt32 { unsafe dbus_message_get_reply_serial(pointer) }

  /// The error that it tells of as an answer.
  var error: BusError? {
    var error = unsafe DBusError()
    unsafe dbus_error_init(&error)
    if unsafe dbus_set_error_from_message(&error, pointer) == 0 { return nil }
    return unsafe BusError(taking: &error)
  }

  /// Appends values, in order.
  func append(_ values: [BusValue]) -> Self {
    var iterator = unsafe DBusMessageIter()
    unsafe dbus_message_iter_init_append(pointer, &iterator)
    for value in values { unsafe value.append(to: &iterator) }
    return self
  }

  /// The arguments that are text, object paths included, by their position;
  /// others are empty.
  var texts: [String] {
    var texts: [String] = []
    var iterator = unsafe DBusMessageIter()
    guard unsafe dbus_message_iter_init(pointer, &iterator) != 0 else { return [] }
    repeat {
      texts.append(unsafe Self.text(&iterator))
    } while unsafe dbus_message_iter_next(&iterator) != 0
    return texts
  }

  /// The text in the variant that is the only argument, the answer to
  /// `org.freedesktop.DBus.Properties.Get`.
  var variantText: String {
    var iterator = unsafe DBusMessageIter()
    var content = unsafe DBusMessageIter()
    guard unsafe dbus_message_iter_init(pointer, &iterator) != 0,
      unsafe dbus_message_iter_get_arg_type(&iterator) == Int32(UInt8(ascii: "v"))
    else { return "" }
    unsafe dbus_message_iter_recurse(&iterator, &content)
    return unsafe Self.text(&content)
  }

  private static func text(_ iterator: inout DBusMessageIter) -> String {
    let type = unsafe dbus_message_iter_get_arg_type(&iterator)
    guard type == Int32(UInt8(ascii: "s")) || type == Int32(UInt8(ascii: "o")) else { return "" }
    var text: UnsafePointer<CChar>?
    unsafe dbus_message_iter_get_basic(&iterator, &text)
    return unsafe text.map { unsafe String(cString: $0) } ?? ""
  }
}
