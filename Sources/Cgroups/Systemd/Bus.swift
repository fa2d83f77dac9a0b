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
  /// What came while an answer was waited for.
  private var unseen: [BusMessage] = []

  /// How long an answer may take, in milliseconds.
  private let patience: UInt64

  private static let name = "org.freedesktop.DBus"

  /// Takes over a connection.
  @unsafe private init(owning connection: OpaquePointer, _ patience: UInt64) {
    unsafe self.connection = connection
    self.patience = patience
  }

  /// Connects to the first of several addresses that answers.
  ///
  /// - Parameters:
  ///   - addresses: of the form `unix:path=…` or `unix:abstract=…`; the other
  ///     forms that libdbus knows start programs, or reach other machines.
  ///   - user: who the client is to the bus.
  ///   - patience: how long an answer may take, in milliseconds.
  /// - Returns: the connection, which the bus has let in.
  /// - Throws: `BusError` of the first, which is the best, when none does.
  static func connected(
    to addresses: [String], as user: UInt32, patience: UInt64 = 30_000
  ) throws(BusError) -> Bus {
    // Before libdbus opens anything, and for good.
    dbus_connection_set_change_sigpipe(0)
    var failure: BusError?
    for address in addresses {
      do throws(BusError) {
        return try OwnProcess.shown(as: user) { () throws(BusError) in
          let bus = try open(address, patience)
          // Not dbus_bus_register(3): like all that waits for an answer in libdbus
          // it waits without end for a bus that does not let it in.
          _ = try bus.ask("Hello")
          return bus
        }
      } catch {
        failure = failure ?? error
      }
    }
    throw failure ?? BusError(name: "", message: "there is no message bus")
  }

  private static func open(_ address: String, _ patience: UInt64) throws(BusError) -> Bus {
    guard address.hasPrefix("unix:"), !address.contains(";") else {
      throw BusError(name: "", message: "\(address) is not the address of a local socket")
    }
    var error = unsafe DBusError()
    unsafe dbus_error_init(&error)
    guard let connection = unsafe dbus_connection_open_private(address, &error) else {
      throw unsafe BusError(taking: &error)
    }
    unsafe dbus_connection_set_exit_on_disconnect(connection, 0)
    return unsafe Bus(owning: connection, patience)
  }

  deinit {
    unsafe dbus_connection_close(connection)
    unsafe dbus_connection_unref(connection)
  }

  /// Calls a method and waits for its answer.
  func call(_ message: BusMessage) throws(BusError) -> BusMessage {
    let deadline = Deadline.after(milliseconds: patience)
    var serial: UInt32 = 0
    if unsafe dbus_connection_send(connection, message.pointer, &serial) == 0 {
      fatalError("out of memory for a message")
    }
    while let received = try receive(until: deadline) {
      if received.answered == serial {
        if let error = received.error { throw error }
        return received
      }
      unseen.append(received)
      // There may be no end of what is no answer.
      if deadline.hasPassed { break }
    }
    throw BusError(name: "", message: "there was no answer in time")
  }

  /// Asks for signals that match a rule.
  func watch(_ rule: String) throws(BusError) {
    _ = try ask("AddMatch", .string(rule))
  }

  /// Calls a method of the bus itself.
  private func ask(_ member: String, _ values: BusValue...) throws(BusError) -> BusMessage {
    let message = BusMessage(to: Self.name, "/org/freedesktop/DBus", Self.name, member)
    return try call(message.append(values))
  }

  /// Waits for the next message that is no answer.
  ///
  /// - Returns: nil when the deadline passed first.
  /// - Throws: `BusError` when the connection ended.
  func next(until deadline: Deadline) throws(BusError) -> BusMessage? {
    if !unseen.isEmpty { return unseen.removeFirst() }
    return try receive(until: deadline)
  }

  private func receive(until deadline: Deadline) throws(BusError) -> BusMessage? {
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
