// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// A pipe for what a container writes: reading returns at once, writing waits
/// for room.
package struct OutputPipe {
  /// The end to read from.
  package let reading: Shared<Descriptor>
  /// The end to write to.
  package let writing: Shared<Descriptor>

  /// Makes a pipe.
  ///
  /// The corresponding call is pipe2(2).
  package init() throws(RuntimeError) {
    var ends: [Int32] = [-1, -1]
    try check(unsafe clinux_pipe2(&ends, O_CLOEXEC), "pipe2")
    reading = Shared(Descriptor(owning: ends[0]))
    writing = Shared(Descriptor(owning: ends[1]))
    try reading.value.setNonBlocking()
  }
}
