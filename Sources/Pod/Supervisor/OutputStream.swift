// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// One stream of a container, whose lines go to one of the supervisor's own
/// streams with the container's label in front.
final class OutputStream {
  private var source: Shared<Descriptor>?
  private var lines: LinePrefixer
  private let destination: OutputDestination

  init(label: String, to destination: OutputDestination) {
    lines = LinePrefixer(label: label)
    self.destination = destination
  }

  /// What to wait for; nil when nobody can write any more, or there is no room
  /// for it.
  var watched: Shared<Descriptor>? { destination.hasRoom ? source : nil }

  /// Makes the pipe anew.
  ///
  /// - Returns: the end that the container writes to.
  func open() throws(RuntimeError) -> Shared<Descriptor> {
    let ends = try OutputPipe()
    source = ends.reading
    return ends.writing
  }

  /// Passes on what has arrived, and notices the end.
  func relay() {
    guard let source else { return }
    do {
      guard let bytes = try source.value.readSome() else { return }
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
