// SPDX-License-Identifier: Apache-2.0

import Container
import Kernel
import Testing

@testable import runp

@Suite struct StateRootTests {
  private func root(
    _ given: String? = nil, user: UInt32 = 0, inUserNamespace: Bool = false,
    _ variables: [String: String] = [:]
  ) throws(RuntimeError) -> String {
    let environment = Environment(
      userID: user, groupID: user, isInUserNamespace: { inUserNamespace },
      workingDirectory: { "/work/dir" }, variable: { variables[$0] })
    let root = try StateRoot(given, environment)
    return root.path + (root.mode == 0o1700 ? " sticky" : "")
  }

  private let runtime = ["XDG_RUNTIME_DIR": "/run/user/1000", "USER": "me"]

  @Test func rootsDefaultIsTheHosts() throws {
    #expect(try root() == "/run/runp")
    // sudo leaves the variable of the caller.
    #expect(try root(runtime) == "/run/runp")
  }

  private func root(_ variables: [String: String]) throws(RuntimeError) -> String {
    try root(nil, variables)
  }

  @Test func usersDefaultIsTheirRuntimeDirectory() throws {
    #expect(try root(user: 1000, runtime) == "/run/user/1000/runp sticky")
    #expect(try root(user: 1000) == "/run/runp")
    #expect(try root(user: 1000, ["XDG_RUNTIME_DIR": ""]) == "/run/runp")
  }

  @Test func rootOfAUserNamespaceIsAUserUnlessCalledRoot() throws {
    #expect(try root(inUserNamespace: true, runtime) == "/run/user/1000/runp sticky")
    let asRoot = runtime.merging(["USER": "root"]) { $1 }
    #expect(try root(inUserNamespace: true, asRoot) == "/run/runp")
  }

  @Test(arguments: [
    ("/x", "/x"), ("/x/", "/x"), ("/x/./y/../z//", "/x/z"), ("state", "/work/dir/state"),
    ("../s", "/work/s"), (".", "/work/dir"),
  ])
  func givenDirectoryIsMadeAbsolute(given: String, path: String) throws {
    #expect(try root(given, user: 1000, runtime) == path)
  }

  @Test(arguments: ["/", "//", "/.", "/x/..", "../.."])
  func theHostsRootIsRefused(given: String) {
    do throws(RuntimeError) {
      _ = try root(given)
      Issue.record("\(given) was taken")
    } catch {
      #expect(error.description == "the state directory (--root) must not be /")
    }
  }
}
