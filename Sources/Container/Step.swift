// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// Takes one step of a sequence.
///
/// - Throws: `RuntimeError`; the step's name is the context of an error that
///   has none yet, such as a system call's.
func step<Result>(
  _ name: String, _ body: () throws(RuntimeError) -> Result
) throws(RuntimeError) -> Result {
  do {
    return try body()
  } catch {
    throw error.addingIfBare(name)
  }
}
