// SPDX-License-Identifier: Apache-2.0

/// What the end of a container means for it and for the pod.
struct EndRule: Equatable {
  /// Whether it is made again.
  let restarts: Bool
  /// The exit status that the pod has for it, when it failed for good.
  let failure: Int32?
  /// Whether the pod is stopped.
  let stopsPod: Bool

  /// Decides for a container that ended with an exit status by itself.
  init(
    _ policy: PodContainer.RestartPolicy, status: Int32, isInit: Bool,
    _ exitPolicy: PodSpec.ExitPolicy
  ) {
    restarts =
      switch policy {
      case .always: true
      case .onFailure: status != 0
      case .never: false
      }
    failure = restarts || status == 0 ? nil : status
    // Without an init container's success none of the others is started; one
    // that has done its work is meant to end.
    stopsPod = !restarts && (isInit ? status != 0 : exitPolicy == .stop)
  }
}
