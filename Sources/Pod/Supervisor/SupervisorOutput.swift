// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// What a supervisor writes: the lines of the containers under their names, and
/// its own.
final class SupervisorOutput {
  /// The readers that all goes to.
  let destinations: [OutputDestination]

  private let output: OutputDestination
  private let errors: OutputDestination
  private let labels: OutputLabels
  private var hasReported = false

  /// Takes the two streams, for containers of the names.
  init(
    _ output: OutputDestination, _ errors: OutputDestination, names: [String]
  ) {
    self.output = output
    self.errors = errors
    destinations = [output, errors]
    labels = OutputLabels(names)
  }

  /// The streams of a container.
  func streams(of name: String) -> (output: OutputStream, errors: OutputStream) {
    (stream(of: name, to: output), stream(of: name, to: errors))
  }

  private func stream(of name: String, to destination: OutputDestination) -> OutputStream {
    OutputStream(
      label: labels.label(name, coloured: destination.isColoured), to: destination)
  }

  /// Says something under the supervisor's own name.
  func say(_ text: String) {
    let label = labels.label(OutputLabels.supervisor, coloured: errors.isColoured)
    errors.write(Array("\(label)\(text)\n".utf8))
  }

  /// Whether nothing can be written to one of the streams any more.
  var isBroken: Bool { destinations.contains { $0.isBroken } }

  /// Whether there is room for more in both.
  var hasRoom: Bool { destinations.allSatisfy { $0.hasRoom } }

  /// How many bytes the readers still have to take.
  var pendingCount: Int { destinations.reduce(0) { $0 + $1.pendingCount } }

  /// Keeps nothing any more.
  func hurry() {
    for destination in destinations { destination.hurry() }
  }

  /// Says why nothing can be written, once, unless a reader has just gone.
  ///
  /// - Returns: whether it was said.
  func reportFailure() -> Bool {
    if hasReported { return false }
    hasReported = true
    guard let error = destinations.lazy.compactMap({ $0.failure }).first else { return false }
    say("\(error.adding("pass on the output of the containers")), stopping the pod")
    return true
  }
}
