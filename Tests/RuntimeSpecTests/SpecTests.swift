// SPDX-License-Identifier: Apache-2.0

import JSON
import RuntimeSpec
import Testing

@Suite struct SpecTests {
  @Test func decodesEveryProperty() throws {
    let spec = try Spec.decode(bytes: FixtureTests.bytes("good/everything.json"))
    let process = try #require(spec.process)
    #expect(process.consoleSize == Box(height: 25, width: 80))
    #expect(process.user == User(uid: 1, gid: 2, umask: 63, additionalGids: [5, 6]))
    #expect(process.args[2] == "echo \"héllo\tworld\"")
    #expect(process.capabilities?.ambient == ["CAP_FUTURE"])
    #expect(process.rlimits[1] == POSIXRlimit(type: .core, soft: 0, hard: .max))
    #expect(process.scheduler?.policy == .deadline && process.scheduler?.deadline == 20_000_000)
    #expect(process.ioPriority == LinuxIOPriority(class: .be, priority: 4))
    #expect(process.execCPUAffinity == CPUAffinity(initial: "0-3,7", final: "1"))
    #expect(process.oomScoreAdj == -500 && process.noNewPrivileges && process.terminal)
    #expect(spec.root == Root(path: "rootfs", readonly: true))
    #expect(spec.mounts.count == 3 && spec.mounts[1].isBind && !spec.mounts[2].isBind)
    #expect(spec.mounts[1].uidMappings == [LinuxIDMapping(containerID: 0, hostID: 1000, size: 1)])
    #expect(spec.annotations.keys == ["org.example.b", "org.example.a"])
    for kind in HookKind.allCases {
      let hook = Hook(
        path: "/usr/bin/hook", args: ["hook", kind.rawValue], env: ["A=b"], timeout: 5)
      #expect(spec.hooks[kind] == [hook])
    }
  }

  @Test func decodesTheLinuxSection() throws {
    let spec = try Spec.decode(bytes: FixtureTests.bytes("good/everything.json"))
    let linux = try #require(spec.linux)
    #expect(linux.namespaces.count == NamespaceType.allCases.count)
    #expect(linux.namespace(.network)?.path == "/run/netns/a")
    #expect(linux.namespace(.pid)?.path == nil)
    #expect(linux.sysctl["kernel.shmmax"] == "65536")
    #expect(linux.netDevices["eth0"]?.name == "container_eth0")
    #expect(linux.devices[1] == LinuxDevice(path: "/dev/fifo", type: .fifo))
    #expect(linux.rootfsPropagation == .slave)
    #expect(linux.personality?.domain == .linux32)
    #expect(linux.memoryPolicy?.flags == [.staticNodes])
    #expect(linux.intelRdt?.schemata.count == 2 && linux.intelRdt?.enableMonitoring == true)
    #expect(linux.timeOffsets["monotonic"] == LinuxTimeOffset(secs: -172800, nanosecs: 999_999_999))
    let seccomp = try #require(linux.seccomp)
    #expect(seccomp.defaultErrnoRet == 38 && seccomp.flags == [.log, .specAllow])
    #expect(
      seccomp.syscalls[2].args[0]
        == LinuxSeccompArg(index: 0, value: .max, valueTwo: 0, op: .maskedEqual))
  }

  @Test func decodesTheResources() throws {
    let spec = try Spec.decode(bytes: FixtureTests.bytes("good/everything.json"))
    let resources = try #require(spec.linux?.resources)
    #expect(resources.devices[0] == LinuxDeviceCgroup(allow: false))
    #expect(
      resources.devices[2] == LinuxDeviceCgroup(allow: true, type: .block, major: 8, access: "r"))
    #expect(resources.memory?.limit == 536_870_912 && resources.memory?.reservation == -1)
    #expect(resources.cpu?.burst == 50000 && resources.cpu?.cpus == "2-3")
    #expect(resources.pids?.limit == -1)
    #expect(resources.blockIO?.throttleWriteIOPSDevice.first?.rate == .max)
    #expect(resources.hugepageLimits[2] == LinuxHugepageLimit(pageSize: "1GB", limit: 1 << 63))
    #expect(resources.network?.priorities.first?.priority == 500)
    #expect(resources.rdma["rxe3"] == LinuxRdma(hcaObjects: 10))
    #expect(resources.unified.keys == ["memory.high", "io.max"])
  }

  @Test(arguments: [
    ("{}", User()), (#"{"uid": 5}"#, User(uid: 5)), (#"{"gid": 6}"#, User(gid: 6)),
  ])
  func takesMissingIDsForRoot(text: String, user: User) throws {
    #expect(try User(json: JSONNode(JSONValue(parsing: text))) == user)
  }

  /// podman 4 writes 0 for `--pids-limit=-1`, and 1.0.2-dev for the version.
  @Test(
    arguments: [
      ("1.3.0", 0, 0), ("1.4.0-dev", 0, 0), ("1.2.1", 0, nil), ("1.0.2-dev", 0, nil),
      ("1.0.2-dev", 5, 5), ("1.0.2-dev", -1, -1), ("1.3.0", -1, -1),
    ] as [(String, Int64, Int64?)])
  func aLimitOfNoProcessesIsOneSinceVersion1Point3(
    version: String, written: Int64, meant: Int64?
  ) throws {
    let text = """
      {"ociVersion": "\(version)", "linux": {"resources": {"pids": {"limit": \(written)}}}}
      """
    #expect(try Spec.decode(bytes: Array(text.utf8)).linux?.resources?.pids?.limit == meant)
  }

  @Test(arguments: [(0, nil), (5, 5), (-1, -1)] as [(Int64, Int64?)])
  func aLimitOfNoProcessesIsNoneInAChange(written: Int64, meant: Int64?) {
    let change = LinuxResources(pids: LinuxPids(limit: written))
    #expect(change.written(in: nil).pids?.limit == meant)
  }

  @Test func tellsAbsentFromEmpty() throws {
    let spec = try Spec.decode(bytes: FixtureTests.bytes("good/minimal.json"))
    #expect(spec == Spec(ociVersion: "1.0.0", root: Root(path: "rootfs")))
    let text = #"{"defaultAction": "SCMP_ACT_ALLOW", "flags": []}"#
    let seccomp = try LinuxSeccomp(json: JSONNode(JSONValue(parsing: text)))
    #expect(seccomp.flags == [])
    #expect(LinuxSeccomp(defaultAction: .allow).flags == nil)
  }

  @Test func decodesApartWithAPathOfItsOwn() throws {
    let pod = JSONNode(
      try JSONValue(parsing: #"{"linux": {"resources": {"cpu": {"period": 5, "shares": "x"}}}}"#))
    let json = try #require(try pod.child("linux")?.child("resources"))
    #expect(
      throws: SpecError(path: "linux.resources.cpu.shares", reason: #""x" is not an integer"#)
    ) { try LinuxResources(json: json) }
    let resources = LinuxResources(cpu: LinuxCPU(period: 5))
    #expect(
      throws: SpecError(
        path: "pod.resources.cpu.period", reason: "5 is not in the range 1000 to 1000000")
    ) { try resources.validate(at: .root["pod"]["resources"]) }
  }

  @Test func writesTheStateForHooks() throws {
    var state = State(id: "c1", status: .created, pid: 42, bundle: "/b", annotations: ["k": "v"])
    #expect(
      state.json.text() == """
        {"ociVersion":"1.3.0","id":"c1","status":"created","pid":42,"bundle":"/b",\
        "annotations":{"k":"v"}}
        """)
    state.pid = nil
    state.annotations = [:]
    #expect(
      state.json.text()
        == #"{"ociVersion":"1.3.0","id":"c1","status":"created","bundle":"/b"}"#)
    let sent = ContainerProcessState(pid: 42, metadata: "m", state: state).json
    #expect(sent["fds"] == ["seccompFd"] && sent["state"] == state.json && sent["metadata"] == "m")
  }
}
