// SPDX-License-Identifier: Apache-2.0

/// What a command was asked for that takes nothing but a container or a pod.
struct IDArguments: Equatable {
  /// The ID of the container or pod.
  var id = ""
}
