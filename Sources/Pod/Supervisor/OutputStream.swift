// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// One stream of a container, whose lines go to one of the supervisor's own
/// streams with the container's label in front.
final class OutputStream {
  private var source: SharedDescriptor?
  private var lines: LinePrefixer
  private let destination: OutputDestination

  init(label: String, to destination: OutputDestination) {
    lines = LinePrefixer(label: label)
    self.destination = destination
  }

  /// The descriptor to wait for; nil when nobody can write any more.
  var number: Int32? { source?.number }

  /// Makes the pipe anew.
  ///
  /// - Returns: the end that the container writes to.
  func open() throws(SystemError) -> SharedDescriptor {
    let ends = try OutputPipe()
    source = ends.reading
    return ends.writing
  }

  /// Passes on what has arrived, and notices the end.
  func relay() {
    guard let source else { return }
    do {
      guard let bytes = try Streams.readSome(source.number) else { return }
      if bytes.isEmpty { return close() }
      destination.write(lines.feed(bytes))
    } catch {
      // A pipe that cannot be read has nothing more to say.
      close()
    }
  }

  /// Passes on what a process that has ended left in the pipe.
  func drain() {
    // A pipe holds no more than this, and others may go on writing.
    for _ in 0..<2 { relay() }
  }

  /// Stops listening; what was not a whole line becomes one.
  func close() {
    source = nil
    destination.write(lines.finish())
  }
}

/// One of the supervisor's own streams.
final class OutputDestination {
  private let stream: SharedDescriptor
  /// Whether labels are coloured.
  let isColoured: Bool
  /// Whether the reader is gone.
  private(set) var isBroken = false

  /// Takes a copy of an inherited stream.
  init(number: Int32) throws(SystemError) {
    stream = SharedDescriptor(try Descriptor.copy(ofNumber: number))
    // The convention of no-color.org: any value but an empty one.
    let wantsNone = OwnProcess.environmentValue("NO_COLOR").map { !$0.isEmpty } ?? false
    isColoured = Terminal.isTerminal(number) && !wantsNone
  }

  /// Writes everything, waiting for the reader when it is slow.
  func write(_ bytes: [UInt8]) {
    if isBroken || bytes.isEmpty { return }
    do {
      try File.write(bytes, to: stream.descriptor)
    } catch {
      isBroken = true
    }
  }
}
