// SPDX-License-Identifier: Apache-2.0

import Kernel
import RuntimeSpec
import Testing

@testable import Container

@Suite struct NamespacePlanTests {
  private func plan(
    made: [NamespaceType] = [], joined: [NamespaceType] = []
  ) throws(RuntimeError) -> NamespacePlan {
    try NamespacePlan(
      made.map { LinuxNamespace(type: $0, path: nil) }
        + joined.map { LinuxNamespace(type: $0, path: "/proc/self/ns/\($0.kind.fileName)") })
  }

  @Test func madeAndJoinedAreKeptApart() throws {
    let plan = try plan(made: [.mount, .pid], joined: [.network, .ipc])
    #expect(plan.made == [.mount, .pid])
    #expect(plan.joined.map(\.kind) == [.network, .ipc])
    #expect(plan.joined(.network)?.path == "/proc/self/ns/net")
    #expect(plan.joined(.pid) == nil)
  }

  @Test func aCloneMakesWhatNeedsNoOrder() throws {
    let kinds: [NamespaceType] = [.mount, .pid, .ipc, .uts, .network, .cgroup, .time]
    #expect(try plan(made: kinds).clonable == [.mount, .pid, .ipc, .uts, .network])
    #expect(
      try plan(made: kinds + [.user]).clonable == [.mount, .pid, .uts, .network, .user])
  }

  @Test(
    arguments: [
      ([.mount, .pid, .network], [], false),
      ([.mount, .pid, .user], [], false),
      ([.mount, .pid], [.network], false),
      ([.mount], [.pid], true),
      ([.mount, .time], [], false),
      ([.mount], [.user], true),
      ([.mount, .user], [.network], true),
    ] as [([NamespaceType], [NamespaceType], Bool)])
  func whatOnlyAProcessInBetweenMayEnterNeedsOne(
    made: [NamespaceType], joined: [NamespaceType], isNeeded: Bool
  ) throws {
    #expect(try plan(made: made, joined: joined).needsStage == isNeeded)
  }

  @Test func privilegesAreInTheContainersUserNamespaceIfItHasOne() throws {
    #expect(try plan(made: [.user]).userNamespace == .container)
    #expect(try plan(joined: [.user]).userNamespace == .container)
    #expect(try plan(made: [.mount]).userNamespace == .own)
  }

  @Test func aFileThatIsNoNamespaceOrAnotherIsRefusedByName() {
    for path in ["/dev/null", "/proc/self/ns/uts", "/proc/self/status", "/"] {
      let message = message {
        () throws(RuntimeError) in
        _ = try NamespacePlan([LinuxNamespace(type: .network, path: path)])
      }
      #expect(message == "linux.namespaces[0].path: \(path) is not a network namespace")
    }
  }

  @Test func aNewUserNamespaceNeedsMappings() throws {
    let plan = try plan(made: [.user])
    let message = message { () throws(RuntimeError) in try plan.checkMappings(Linux()) }
    #expect(message == "linux.uidMappings: a new user namespace needs mappings")
  }

  @Test func namesAndParametersOfTheHostsOwnNamespacesAreRefused() throws {
    let plan = try plan(joined: [.uts, .ipc, .network])
    for (text, property) in [
      (#""hostname": "x""#, "hostname: /proc/self/ns/uts is the host's uts namespace"),
      (#""domainname": "x""#, "domainname: /proc/self/ns/uts is the host's uts namespace"),
      (
        #""linux": {"sysctl": {"kernel.msgmax": "1"}}"#,
        "linux.sysctl[\"kernel.msgmax\"]: /proc/self/ns/ipc is the host's ipc namespace"
      ),
      (
        #""linux": {"sysctl": {"net.core.x": "1"}}"#,
        "linux.sysctl[\"net.core.x\"]: /proc/self/ns/net is the host's network namespace"
      ),
    ] {
      let document = #"{"ociVersion": "1.2.0", "root": {"path": "r"}, \#(text)}"#
      let spec = try Spec.decode(bytes: Array(document.utf8))
      let message = message { () throws(RuntimeError) in try plan.checkShared(spec) }
      #expect(message == property)
    }
  }

  private func message(_ body: () throws(RuntimeError) -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return error.description
    }
  }
}
