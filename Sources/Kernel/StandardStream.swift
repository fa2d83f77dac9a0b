// SPDX-License-Identifier: Apache-2.0

/// The streams that a process has from its start.
package enum StandardStream: Int32, CaseIterable, Sendable {
  case input = 0
  case output = 1
  case error = 2
}
