// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Local sockets.
package enum Sockets {
  /// Two connected sockets that keep message boundaries.
  ///
  /// The corresponding call is socketpair(2) with `SOCK_SEQPACKET`.
  package static func pair() throws(RuntimeError) -> (Shared<Descriptor>, Shared<Descriptor>) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    try check(unsafe clinux_socketpair(AF_UNIX, type, &ends), "socketpair")
    return (
      Shared(Descriptor(owning: ends[0])), Shared(Descriptor(owning: ends[1]))
    )
  }

  /// Connects to a listening socket by path.
  ///
  /// As long as too many others wait to be accepted, this one waits, too; and so
  /// does whoever sends more than the other end takes.
  ///
  /// - Throws: `RuntimeError` with `ETIMEDOUT` when the deadline passed first.
  ///
  /// The corresponding calls are socket(2), setsockopt(2) with `SO_SNDTIMEO`,
  /// connect(2).
  package static func connect(
    _ path: String, packets: Bool = false, until deadline: Deadline
  ) throws(RuntimeError) -> Descriptor {
    let socket = try unixSocket(packets: packets)
    let number = socket.number
    // Zero stands for never.
    try limit(SO_SNDTIMEO, max(1, Int(deadline.millisecondsLeft)), of: number)
    let result: Int32 = retrying { unsafe clinux_connect_unix(number, path, path.utf8.count) }
    try check(result == -EAGAIN ? -ETIMEDOUT : result, "connect", path)
    return socket
  }

  /// Makes a listening socket at a path, which must not exist.
  ///
  /// The corresponding calls are socket(2), bind(2), listen(2).
  package static func listen(_ path: String, packets: Bool = false) throws(RuntimeError)
    -> Descriptor
  {
    let socket = try unixSocket(packets: packets)
    try check(unsafe clinux_bind_unix(socket.number, path, path.utf8.count), "bind", path)
    try check(negatedErrno(Glibc.listen(socket.number, 8)), "listen", path)
    return socket
  }

  private static func unixSocket(packets: Bool) throws(RuntimeError) -> Descriptor {
    let type = packets ? SOCK_SEQPACKET : SOCK_STREAM
    let flags = Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    return Descriptor(owning: try check(clinux_socket(AF_UNIX, flags, 0), "socket"))
  }

  /// Waits for the next connection to a listening socket.
  ///
  /// The corresponding call is accept(2).
  package static func accept(_ listener: borrowing Descriptor) throws(RuntimeError) -> Descriptor {
    let number = listener.number
    let result = retrying { negatedErrno(Glibc.accept(number, nil, nil)) }
    let connection = Descriptor(owning: try check(result, "accept"))
    try connection.setCloseOnExec(true)
    return connection
  }

  /// Sends one message; never raises SIGPIPE.
  ///
  /// The corresponding call is sendmsg(2).
  package static func send(
    _ bytes: [UInt8], on socket: borrowing Descriptor
  ) throws(RuntimeError) {
    try send(bytes, descriptors: [], on: socket)
  }

  private static func send(
    _ bytes: [UInt8], descriptors: [Int32], on socket: borrowing Descriptor
  ) throws(RuntimeError) {
    let number = socket.number
    let result = retrying {
      unsafe bytes.withUnsafeBytes {
        unsafe clinux_send_descriptors(
          number, $0.baseAddress, $0.count, descriptors, descriptors.count, 0)
      }
    }
    try check(result == -Int(EAGAIN) ? -Int(ETIMEDOUT) : result, "sendmsg")
  }

  /// Sends one message with a descriptor attached; never raises SIGPIPE.
  ///
  /// The corresponding call is sendmsg(2) with `SCM_RIGHTS`.
  package static func send(
    _ bytes: [UInt8], with descriptor: borrowing Descriptor, on socket: borrowing Descriptor
  ) throws(RuntimeError) {
    try send(bytes, descriptors: [descriptor.number], on: socket)
  }

  /// Has whoever receives on a socket wait no longer than that for a message.
  ///
  /// The corresponding call is setsockopt(2) with `SO_RCVTIMEO`.
  package static func limitWaiting(
    on socket: borrowing Descriptor, milliseconds: Int
  ) throws(RuntimeError) {
    try limit(SO_RCVTIMEO, milliseconds, of: socket.number)
  }

  private static func limit(
    _ option: Int32, _ milliseconds: Int, of number: Int32
  ) throws(RuntimeError) {
    var time = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
    let size = socklen_t(MemoryLayout<timeval>.size)
    try check(
      negatedErrno(unsafe setsockopt(number, SOL_SOCKET, option, &time, size)), "setsockopt")
  }

  /// Receives one message of at most `limit` bytes, and the descriptors that
  /// came with it; no bytes mean that the other end is gone.
  ///
  /// - Throws: `RuntimeError` with `EAGAIN` when none has come: at once unless
  ///   it is `waiting`, or in the time that `limitWaiting` has set.
  ///
  /// The corresponding call is recvmsg(2).
  package static func receive(
    on socket: borrowing Descriptor, limit: Int = 65536, waiting: Bool = true
  ) throws(RuntimeError) -> (bytes: [UInt8], descriptors: [Shared<Descriptor>]) {
    let number = socket.number
    var descriptors = [Int32](repeating: -1, count: 8)
    var count = 0
    let (bytes, result) = unsafe [UInt8].filled(size: limit) { buffer in
      retrying {
        unsafe clinux_receive_descriptors(
          number, buffer.baseAddress, buffer.count, &descriptors, 8, &count,
          waiting ? 0 : Int32(MSG_DONTWAIT))
      }
    }
    try check(result, "recvmsg")
    return (bytes, descriptors[..<count].map { Shared(Descriptor(owning: $0)) })
  }
}
