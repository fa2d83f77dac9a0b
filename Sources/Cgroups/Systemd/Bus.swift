// SPDX-License-Identifier: Apache-2.0

internal import CDBus
internal import Glibc
internal import Kernel

/// A connection to a message bus (D-Bus specification).
///
/// It is private to the command, has no thread, and changes nothing of the
/// process, as libdbus otherwise would: it ignores SIGPIPE and exits when the
/// bus goes away.
@safe final class Bus {
  private let connection: OpaquePointer

  /// How long an answer may take, in milliseconds.
  private static let patience: Int32 = 30_000

  /// Connects to the first of several addresses that answers.
  ///
  /// - Parameters:
  ///   - addresses: of the form `unix:path=…` or `unix:abstract=…`; the other
  ///     forms that libdbus knows start programs, or reach other machines.
  ///   - user: who the client is to the bus.
  /// - Throws: `BusError` of the first, which is the best, when none does.
  init(addresses: [String], as user: UInt32) throws(BusError) {
    // Before libdbus opens anything, and for good.
    dbus_connection_set_change_sigpipe(0)
    var failure: BusError?
    for address in addresses {
      do throws(BusError) {
        unsafe connection = try OwnProcess.shown(as: user) { () throws(BusError) in
          unsafe try Self.open(address)
        }
        return
      } catch {
        failure = failure ?? error
      }
    }
    throw failure ?? BusError(name: "", message: "there is no message bus")
  }

  private static func open(_ address: String) throws(BusError) -> OpaquePointer {
    guard address.hasPrefix("unix:"), !address.contains(";") else {
      throw BusError(name: "", message: "\(address) is not the address of a local socket")
    }
    var error = unsafe DBusError()
    unsafe dbus_error_init(&error)
    guard let connection = unsafe dbus_connection_open_private(address, &error) else {
      throw unsafe BusError(taking: &error)
    }
    unsafe dbus_connection_set_exit_on_disconnect(connection, 0)
    if unsafe dbus_bus_register(connection, &error) == 0 {
      unsafe dbus_connection_close(connection)
      unsafe dbus_connection_unref(connection)
      throw unsafe BusError(taking: &error)
    }
    return unsafe connection
  }

  deinit {
    unsafe dbus_connection_close(connection)
    unsafe dbus_connection_unref(connection)
  }

  /// Calls a method and waits for its answer.
  func call(_ message: BusMessage) throws(BusError) -> BusMessage {
    var error = unsafe DBusError()
    unsafe dbus_error_init(&error)
    guard
      let reply = unsafe dbus_connection_send_with_reply_and_block(
        connection, message.pointer, Self.patience, &error)
    else { throw unsafe BusError(taking: &error) }
    return unsafe BusMessage(owning: reply)
  }

  /// Asks for signals that match a rule.
  func watch(_ rule: String) throws(BusError) {
    var error = unsafe DBusError()
    unsafe dbus_error_init(&error)
    unsafe dbus_bus_add_match(connection, rule, &error)
    if unsafe dbus_error_is_set(&error) != 0 { throw unsafe BusError(taking: &error) }
  }

  /// Waits for the next message that is no answer.
  ///
  /// - Returns: nil when the deadline passed first.
  /// - Throws: `BusError` when the connection ended.
  func next(until deadline: Deadline) throws(BusError) -> BusMessage? {
    while true {
      if let message = unsafe dbus_connection_pop_message(connection) {
        return unsafe BusMessage(owning: message)
      }
      if deadline.hasPassed { return nil }
      if unsafe dbus_connection_read_write(connection, deadline.millisecondsLeft) == 0 {
        throw BusError(name: "", message: "the connection to the message bus ended")
      }
    }
  }
}

/// What a message bus, or who was called over it, answered instead of a result.
struct BusError: Error, CustomStringConvertible {
  /// The name of the error, such as `org.freedesktop.systemd1.NoSuchUnit`.
  let name: String
  /// What it says.
  let message: String

  init(name: String, message: String) {
    self.name = name
    self.message = message
  }

  /// Takes over an error of libdbus.
  @unsafe init(taking error: inout DBusError) {
    name = unsafe error.name.map { unsafe String(cString: $0) } ?? ""
    message = unsafe error.message.map { unsafe String(cString: $0) } ?? "unknown error"
    unsafe dbus_error_free(&error)
  }

  var description: String { name.isEmpty ? message : "\(message) (\(name))" }

  /// systemd has no such unit.
  static let noSuchUnit = "org.freedesktop.systemd1.NoSuchUnit"
  /// A unit of that name is there already.
  static let unitExists = "org.freedesktop.systemd1.UnitExists"
  /// The caller may not do it.
  static let accessDenied = "org.freedesktop.DBus.Error.AccessDenied"
}
