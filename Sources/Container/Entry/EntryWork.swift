// SPDX-License-Identifier: Apache-2.0

internal import Kernel
internal import RuntimeSpec

/// What a process does on its way into a container, and there.
///
/// All but the last part belongs to the process in between, which no process of
/// the container's PID namespace can see. Only what is left runs where one may
/// look into it, so all that takes the host's means, or a privilege, belongs
/// before it.
protocol EntryWork: AnyObject {
  /// What is left to do in the container; the channel leads to the runtime.
  typealias Rest = (SyncChannel) throws(RuntimeError) -> Never

  /// The user that the process becomes.
  var user: User { get }
  /// Whether the process leads a session whose terminal is its standard input.
  var hasTerminal: Bool { get }
  /// The descriptors after standard error that go into the container.
  var preservedFiles: [DescriptorNumber] { get }

  /// Acts as the caller, in the host's namespaces.
  func prepare(_ channel: SyncChannel) throws(RuntimeError)

  /// Becomes, in the container's namespaces and root, what is to appear in its
  /// PID namespace.
  func setUp(_ channel: SyncChannel) throws(RuntimeError) -> Rest

  /// Gives up, right before the clone, what is needed no more.
  func confine() throws(RuntimeError)
}
