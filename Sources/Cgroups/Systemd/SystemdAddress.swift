// SPDX-License-Identifier: Apache-2.0

/// Which systemd is asked, and where it listens.
package struct SystemdAddress: Equatable, Sendable, CustomStringConvertible {
  /// Whether it is a user's own.
  package let isUser: Bool
  /// The addresses of its bus, the best one first.
  let addresses: [String]
  /// Who calls, as those see it who are in no user namespace.
  let user: UInt32

  /// The systemd of the machine.
  package static let system = SystemdAddress(
    isUser: false,
    addresses: [
      "unix:path=/run/dbus/system_bus_socket", "unix:path=/var/run/dbus/system_bus_socket",
    ], user: 0)

  /// The systemd of the user who calls.
  ///
  /// - Parameters:
  ///   - session: `DBUS_SESSION_BUS_ADDRESS`, several addresses with `;`
  ///     between them.
  ///   - directory: `XDG_RUNTIME_DIR`.
  ///   - user: the ID of the user, outside of any user namespace.
  /// - Returns: the addresses that are given, then the usual one.
  package static func user(
    session: String?, directory: String?, user: UInt32
  ) -> SystemdAddress {
    var addresses = (session ?? "").split(separator: ";").map(String.init)
    if let directory, !directory.isEmpty { addresses.append("unix:path=\(directory)/bus") }
    addresses.append("unix:path=/run/user/\(user)/bus")
    return SystemdAddress(isUser: true, addresses: addresses, user: user)
  }

  package var description: String { isUser ? "the user's systemd" : "systemd" }
}
