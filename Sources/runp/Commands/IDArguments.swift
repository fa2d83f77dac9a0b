// SPDX-License-Identifier: Apache-2.0

/// Arguments that name the container or pod that the command is about.
protocol HasID {
  /// The ID of the container or pod.
  var id: String { get }
}

/// What a command was asked for that takes nothing but a container or a pod.
struct IDArguments: HasID, Equatable {
  /// The ID of the container or pod.
  var id = ""
}
