// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// The messages between the runtime and the process that becomes the
/// container's first, over a socket that keeps message boundaries.
///
/// ```
///  runtime                      container
///  -------                      ---------
///  write ID maps
///  go            ───────────►   namespaces, mounts
///                ◄───────────   tree         (only for IDs that it may not map)
///  map its IDs
///  go            ───────────►
///                ◄───────────   hooks        (only with hooks that it runs)
///  run them
///  go            ───────────►   createContainer hooks, pivot_root, ...
///                ◄───────────   console      (only with a terminal and no console socket)
///                ◄───────────   process      (only with a PID namespace that is joined)
///  know it
///  go            ───────────►   the process in that namespace
///                ◄───────────   ready
///  write state
///  go            ───────────►   wait at the start gate, or execute (run, exec)
///                ◄───────────   failed | end of file: executed
/// ```
/// At the start gate `start` takes the runtime's place:
/// ```
///  start                         container
///  -----                         ---------
///  go            ───────────►
///                ◄───────────    executing    (only without them)
///                                load the filter
///                ◄───────────    listener     (only with notifications)
///  hand it on
///  go            ───────────►
///                ◄───────────    hooks        (only with startContainer hooks)
///                                run them
///                ◄───────────    executing
///                                execve
///                ◄───────────    failed | end of file: executed
/// ```
/// A `warning` may come at any time; `failed` ends the exchange.
struct SyncChannel {
  /// A message of the container's side.
  enum Message {
    /// Hooks have their turn: the runtime's, once everything is made as far as
    /// they must see it, or startContainer's, which the process runs itself.
    case hooks
    /// The opened source of the mount of that index, whose IDs only the runtime
    /// may map.
    case tree(Int32, Shared<Descriptor>)
    /// A terminal's main side for the runtime to relay.
    case console(Shared<Descriptor>)
    /// The process waits to be let through to the program.
    case ready
    /// Nothing but the filter and execve(2) is left.
    case executing
    /// A process ID in the runtime's namespace, with a pidfd.
    case process(Int32, Shared<Descriptor>)
    /// A descriptor in the process that takes system call notifications.
    case listener(DescriptorNumber)
    /// Something to log that is not an error.
    case warning(String)
    /// The container cannot be made.
    case failed(RuntimeError)
    /// The other side has closed its end: by execve(2), or by dying.
    case closed
  }

  private let connection: Connection

  /// The end that all copies of a channel share.
  private final class Connection {
    var socket: Shared<Descriptor>?
    private var isPatient = true

    func limitPatience() throws(RuntimeError) {
      guard isPatient, let socket else { return }
      try Sockets.limitWaiting(on: socket.value, milliseconds: 200)
      isPatient = false
    }

    init(_ socket: Shared<Descriptor>) {
      self.socket = socket
    }
  }

  /// Takes over one end, which is closed with the last copy of the channel.
  init(_ socket: consuming Descriptor) {
    connection = Connection(Shared(socket))
  }

  /// The two ends of a new channel, the runtime's first.
  static func pair() throws(RuntimeError) -> (SyncChannel, SyncChannel) {
    let (runtime, container) = try Sockets.pair()
    return (SyncChannel(runtime), SyncChannel(container))
  }

  private init(_ socket: Shared<Descriptor>) {
    connection = Connection(socket)
  }

  /// Closes this end, for every copy of the channel.
  func close() { connection.socket = nil }

  /// The descriptor of this end.
  ///
  /// - Throws: `RuntimeError` with `EBADF` when it is closed.
  func open() throws(RuntimeError) -> Shared<Descriptor> {
    guard let socket = connection.socket else {
      throw RuntimeError(call: "sendmsg", errno: EBADF, subject: "the channel is closed")
    }
    return socket
  }

  /// Lets the container's side go on; nothing happens when it is gone.
  func go() throws(RuntimeError) {
    try Sockets.send([Tag.go.rawValue], on: open().value)
  }

  /// Waits until the runtime says go.
  ///
  /// - Throws: `RuntimeError` with `ECONNRESET` when the runtime is gone.
  func waitForGo() throws(RuntimeError) {
    // Only read(2) here, and write(2) in `write`: a filter is in force then, which
    // may know little else, or notify when nobody answers.
    let bytes = try open().value.readSome(limit: 16) ?? []
    if bytes.isEmpty {
      throw RuntimeError(call: "recvmsg", errno: ECONNRESET, subject: "the runtime is gone")
    }
  }

  /// Sends a message of the container's side.
  func send(_ message: Message) throws(RuntimeError) {
    switch message {
    case .hooks: try write([Tag.hooks.rawValue])
    case .ready: try Sockets.send([Tag.ready.rawValue], on: open().value)
    case .executing: try write([Tag.executing.rawValue])
    case .console(let main):
      try Sockets.send([Tag.console.rawValue], with: main.value, on: open().value)
    case .tree(let index, let tree):
      try Sockets.send([Tag.tree.rawValue] + Self.bytes(index), with: tree.value, on: open().value)
    case .process(let pid, let pidfd):
      try Sockets.send(
        [Tag.process.rawValue] + Self.bytes(pid), with: pidfd.value, on: open().value
      )
    case .listener(let number): try write([Tag.listener.rawValue] + Self.bytes(number.value))
    case .warning(let text):
      try Sockets.send(
        [Tag.warning.rawValue] + Array(text.utf8.prefix(3072)), on: open().value)
    case .failed(let error): try write([Tag.failed.rawValue] + ErrorMessage.encode(error))
    case .closed: break
    }
  }

  /// Sends a message from under a filter.
  private func write(_ message: [UInt8]) throws(RuntimeError) {
    try File.write(message, to: open().value, subject: "the channel")
  }

  /// Has `receive` look up from time to time, and say so with `EAGAIN`.
  ///
  /// Once is enough; poll(2) would be another call for every message.
  func limitPatience() throws(RuntimeError) { try connection.limitPatience() }

  /// Waits for the next message of the container's side.
  ///
  /// - Throws: `RuntimeError` with `EAGAIN` when there is none: at once unless it
  ///   is `waiting`, or in the time of `limitPatience`.
  func receive(waiting: Bool = true) throws(RuntimeError) -> Message {
    let (bytes, held) = try receiveBytes(waiting)
    guard let first = bytes.first, let tag = Tag(rawValue: first) else { return .closed }
    let payload = bytes.dropFirst()
    switch (tag, held.first) {
    case (.hooks, _): return .hooks
    case (.ready, _): return .ready
    case (.executing, _): return .executing
    case (.tree, let tree?): return .tree(Self.number(payload), tree)
    case (.console, let main?): return .console(main)
    case (.process, let pidfd?): return .process(Self.number(payload), pidfd)
    case (.listener, _): return .listener(DescriptorNumber(Self.number(payload)))
    case (.warning, _): return .warning(String(decoding: payload, as: UTF8.self))
    case (.failed, _): return .failed(ErrorMessage.decode(payload) ?? Self.unreadable)
    default: return .closed
    }
  }

  private func receiveBytes(
    _ waiting: Bool
  ) throws(RuntimeError) -> (bytes: [UInt8], descriptors: [Shared<Descriptor>]) {
    do {
      return try Sockets.receive(on: open().value, limit: ErrorMessage.limit, waiting: waiting)
    } catch  where error.errno == ECONNRESET {
      // The other side has died before it read what it was told. The kernel
      // says so once, ahead of what that side has said.
      return try Sockets.receive(on: open().value, limit: ErrorMessage.limit, waiting: waiting)
    }
  }

  private enum Tag: UInt8 {
    case go = 1
    case hooks
    case tree
    case console
    case ready
    case executing
    case process
    case listener
    case warning
    case failed
  }

  private static func bytes(_ number: Int32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int32 {
    bytes.prefix(4).reversed().reduce(0) { $0 << 8 | Int32($1) }
  }

  /// What is made of an error that is none: whoever sent it may have been
  /// tampered with.
  private static var unreadable: RuntimeError {
    RuntimeError(.failed, "the process failed, and what it says of that cannot be read")
  }
}
