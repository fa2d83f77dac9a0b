// SPDX-License-Identifier: Apache-2.0

import Kernel
import RuntimeSpec
import Testing

@testable import Container

@Suite struct IDMapOptionTests {
  @Test func readsRanges() throws {
    let option = try IDMapOption(
      "uids=0-1-10#10-11-10;gids=0-100-10", option: "idmap", container: nil)
    #expect(
      option.users == [
        LinuxIDMapping(containerID: 0, hostID: 1, size: 10),
        LinuxIDMapping(containerID: 10, hostID: 11, size: 10),
      ])
    #expect(option.groups == [LinuxIDMapping(containerID: 0, hostID: 100, size: 10)])
  }

  @Test func findsIDsOfTheContainer() throws {
    let mappings = [
      LinuxIDMapping(containerID: 0, hostID: 0, size: 1),
      LinuxIDMapping(containerID: 1, hostID: 2, size: 1000),
    ]
    let linux = Linux(uidMappings: mappings, gidMappings: mappings)
    let option = try IDMapOption(
      "uids=@1-3-10;gids=1-3-10", option: "idmap", container: linux)
    #expect(option.users == [LinuxIDMapping(containerID: 1, hostID: 4, size: 10)])
    #expect(option.groups == [LinuxIDMapping(containerID: 1, hostID: 3, size: 10)])
  }

  @Test(arguments: [
    "", "uids=0-0-1", "gids=0-0-1", "uids=;gids=0-0-1", "uids=0-0;gids=0-0-1",
    "uids=0-0-0;gids=0-0-1", "uids=0--1;gids=0-0-1", "uids=0-0-x;gids=0-0-1",
    "uids=@5-5-1;gids=0-0-1", "uids=0-0-1;gids=0-0-1;pids=0-0-1",
    "uids=0-0-4294967296;gids=0-0-1",
  ])
  func refusesOtherText(text: String) throws {
    let error = try #require(throws: RuntimeError.self) {
      _ = try IDMapOption(text, option: "mounts[2]: idmap", container: nil)
    }
    #expect(error.description.hasPrefix("mounts[2]: idmap: "))
  }
}
