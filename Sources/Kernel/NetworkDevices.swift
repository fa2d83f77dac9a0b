// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Network devices of this process's network namespace.
package enum NetworkDevices {
  /// Brings the loopback device up, which a new network namespace has down.
  ///
  /// The corresponding call is ioctl(2) with `SIOCSIFFLAGS` (netdevice(7)).
  package static func bringLoopbackUp() throws(RuntimeError) {
    let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let socket = Descriptor(owning: try check(clinux_socket(AF_INET, type, 0), "socket"))
    // struct ifreq: 16 bytes of name, then the flags.
    var request = [UInt8](repeating: 0, count: 40)
    request[0] = UInt8(ascii: "l")
    request[1] = UInt8(ascii: "o")
    request[16] = UInt8(IFF_UP)
    try check(
      unsafe request.withUnsafeMutableBytes {
        unsafe clinux_ioctl(socket.number, UInt(SIOCSIFFLAGS), $0.baseAddress)
      }, "ioctl SIOCSIFFLAGS", "lo")
  }
}
