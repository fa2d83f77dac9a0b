// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import RuntimeSpec
import Support
import Testing

@testable import Container

@Suite struct SeccompListenerTests {
  private let directory = TemporaryDirectory()

  @Test func theStateAndTheListenerArriveTogether() throws {
    let path = "\(directory.path)/agent.sock"
    let agent = try Sockets.listen(path)
    let sent = try File.open("/proc/self/status")
    let state = Array(#"{"fds":["seccompFd"]}"#.utf8)
    try SeccompListener.send(path: path, state: state, listener: sent)

    let connection = try Sockets.accept(agent)
    let message = try Sockets.receive(on: connection)
    let received = try #require(message.descriptors.first)
    #expect(message.descriptors.count == 1)
    #expect(message.bytes == state)
    let status = try FileStatus(of: received.value)
    #expect(try status.isSameFile(as: FileStatus(of: sent)))
    // One state a connection.
    #expect(try Sockets.receive(on: connection).bytes.isEmpty)
  }

  @Test func anAgentThatIsNotThereIsNamed() throws {
    let path = "\(directory.path)/none.sock"
    let file = try File.open("/dev/null")
    let error = #expect(throws: RuntimeError.self) {
      try SeccompListener.send(path: path, state: [], listener: file)
    }
    #expect(
      error?.description
        == "send seccomp listener to \(path): connect \(path): no such file or directory")
  }

  @Test func aProfilesListenerIsMadeByLoadingIt() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let profile = LinuxSeccomp(
        defaultAction: .allow, listenerPath: "/run/agent.sock",
        syscalls: [LinuxSyscall(names: ["chdir"], action: .notify)])
      let program = try SeccompTranslation.compile(profile)
      try OwnProcess.setNoNewPrivileges()
      guard let listener = try program.load() else { exit(1) }
      exit(listener.isStandardStream ? 2 : 7)
    }
  }

  @Test func aLoadedProfileDecides() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let profile = LinuxSeccomp(
        defaultAction: .allow, flags: [.log],
        syscalls: [
          LinuxSyscall(names: ["chdir"], action: .errno, errnoRet: UInt32(EDOM)),
          LinuxSyscall(
            names: ["dup"], action: .errno,
            args: [LinuxSeccompArg(index: 0, value: 12345, op: .equalTo)]),
        ])
      let program = try SeccompTranslation.compile(profile)
      try OwnProcess.setNoNewPrivileges()
      _ = try program.load()
      let denied = unsafe chdir("/") == -1 && errno == EDOM
      let allowed = unsafe mkdir("/", 0) == -1 && errno == EEXIST
      let byArgument = dup(12345) == -1 && errno == EPERM
      let otherArgument = dup(12346) == -1 && errno == EBADF
      exit(denied && allowed && byArgument && otherArgument ? 7 : 1)
    }
  }

  @Test func theCLibraryFallsBackFromCallsThatAreTooNew() async {
    await #expect(processExitsWith: .exitCode(7)) {
      // faccessat2 is newer than anything here. Were it EPERM, glibc would not
      // try the calls of before.
      let before = ["newfstatat", "faccessat", "geteuid", "getuid", "getegid", "getgid"]
      let profile = LinuxSeccomp(
        defaultAction: .errno,
        syscalls: [
          LinuxSyscall(
            names: before + ["exit_group", "exit", "futex", "munmap", "clone3"], action: .allow)
        ])
      let program = try SeccompTranslation.compile(profile)
      try OwnProcess.setNoNewPrivileges()
      _ = try program.load()
      let effectiveIDs: Int32 = 0x200
      let newer = unsafe faccessat(AT_FDCWD, "/", R_OK, effectiveIDs) == 0
      let denied = unsafe mkdir("/", 0) == -1 && errno == EPERM
      _exit(newer && denied ? 7 : 1)
    }
  }
}
