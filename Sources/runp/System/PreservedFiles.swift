// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// The descriptors that a caller wants passed on to the container.
enum PreservedFiles {
  /// Fails unless each of them is open, and is the caller's: runp's own are
  /// closed on exec.
  static func check(_ count: Int) throws(RuntimeError) {
    for index in 0..<count where !Descriptor.isInherited(Int32(3 + index)) {
      throw RuntimeError(
        .failed, "unable to stat preserved-fd \(index + 1) (of \(count)): it is not open")
    }
  }
}
