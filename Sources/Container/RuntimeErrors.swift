// SPDX-License-Identifier: Apache-2.0

package import JSON
package import Kernel

extension RuntimeError {
  /// Wraps an error in a document.
  package init(_ error: SpecError) {
    self.init(.invalidSpec, .document(path: error.path, reason: error.reason), steps: [])
  }
}

/// Takes something from a document, where everything else throws `RuntimeError`.
package func fromDocument<Result>(
  _ body: () throws(SpecError) -> Result
) throws(RuntimeError) -> Result {
  do {
    return try body()
  } catch {
    throw RuntimeError(error)
  }
}

extension RuntimeError {
  /// Whether the kernel takes no device programs of this user: so it is in a user
  /// namespace, where no device can be made either.
  var isLackOfDevicePrograms: Bool {
    if case .call("bpf", _, _) = cause { kind == .permissionDenied } else { false }
  }
}
