// SPDX-License-Identifier: Apache-2.0

import JSON
import RuntimeSpec
import Testing

@Suite struct ValidationTests {
  @Test(arguments: [
    "1.0.0", "1.0.2-dev", "1.3.0-rc.1+build.007", "1.10.200", "1.0.0--", "1.0.0+0",
  ])
  func takesSemanticVersions(text: String) throws {
    #expect(SemanticVersion(text)?.major == 1)
  }

  @Test(
    arguments: [
      (User(uid: .max), "user.uid"), (User(gid: .max), "user.gid"),
      (User(additionalGids: [1, .max]), "user.additionalGids[1]"), (User(uid: .max - 1), nil),
    ] as [(User, String?)])
  func refusesTheIDThatMeansUnchanged(user: User, path: String?) {
    let process = Process(user: user, args: ["/bin/true"])
    do {
      try process.validate(at: .root)
      #expect(path == nil)
    } catch {
      #expect(error.path == path)
    }
  }

  @Test(arguments: [
    "", "1", "1.0", "1.0.0.0", "01.0.0", "1.00.0", "v1.0.0", "1.0.0-", "1.0.0+", "1.0.0-01",
    "1.0.0-a..b", "1.0.x", "1.0.0-é", "+1.0.0", " 1.0.0", "1.0.99999999999",
  ])
  func refusesOtherVersions(text: String) {
    #expect(SemanticVersion(text) == nil)
  }

  @Test(arguments: [
    ("net.ipv4.ip_forward", "net/ipv4/ip_forward", NamespaceType.network),
    ("net/ipv4/conf/eth0.1/x", "net/ipv4/conf/eth0.1/x", .network),
    ("net.ipv4.conf.eth0/1.x", "net/ipv4/conf/eth0.1/x", .network),
    ("kernel.sem", "kernel/sem", .ipc), ("fs.mqueue.msg_max", "fs/mqueue/msg_max", .ipc),
    ("kernel.domainname", "kernel/domainname", .uts), ("user.max_x", "user/max_x", .user),
    ("kernel.core_pattern", "kernel/core_pattern", nil), ("vm.swappiness", "vm/swappiness", nil),
    ("fs.file-max", "fs/file-max", nil), ("kernel.semaphore", "kernel/semaphore", nil),
  ])
  func findsTheNamespaceOfAParameter(name: String, path: String, namespace: NamespaceType?) throws {
    let sysctl = try #require(Sysctl(name))
    #expect(sysctl.components.joined(separator: "/") == path)
    #expect(sysctl.namespace == namespace)
  }

  @Test(arguments: [
    "", "net", "net..x", ".net.x", "net.x.", "net/../kernel/x", "net/./x", "/net/x",
  ])
  func refusesWhatNamesNoParameter(name: String) {
    #expect(Sysctl(name) == nil)
  }

  @Test func showsNothingRawAndNoSecret() throws {
    func message(_ process: Process) -> String? {
      #expect(throws: SpecError.self) { try process.validate(at: .root["process"]) }?.description
    }
    #expect(
      message(Process(args: ["true"], cwd: "a\n\u{1B}[31mb"))
        == #"process.cwd: "a\n\u001b[31mb" is not an absolute path"#)
    #expect(
      message(Process(args: ["true"], env: ["A=b", "secret"]))
        == "process.env[1]: not of the form NAME=value")
    let sysctl: OrderedMap = ["vm.\u{1B}[31m": "1"]
    let error = #expect(throws: SpecError.self) {
      try Sysctl.validate(sysctl, namespaces: [], at: .root["sysctl"])
    }
    #expect(error?.path == #"sysctl["vm.\u001b[31m"]"#)
  }

  @Test(
    arguments: [
      ("0", [0...0]), ("0-3,7", [0...3, 7...7]), ("5-5,1", [5...5, 1...1]),
    ] as [(String, [ClosedRange<UInt32>])])
  func parsesNumberLists(text: String, ranges: [ClosedRange<UInt32>]) {
    #expect(NumberList(text)?.ranges == ranges)
  }

  @Test(arguments: ["", "a", "1,", ",1", "3-1", "1-2-3", "-1", "+1", "1 ", "4294967296"])
  func refusesOtherLists(text: String) {
    #expect(NumberList(text) == nil)
  }

  @Test(arguments: ["", ".", "..", "memory", "memory.", ".high", "../cgroup.procs", "a/b.c"])
  func whatIsNoFileOfACgroupIsRefused(_ name: String) {
    let resources = LinuxResources(unified: [name: "1"])
    let error = #expect(throws: SpecError.self) { try resources.validate(at: .root["resources"]) }
    #expect(error?.path == "resources.unified")
    #expect(error?.reason == "\(name.quoted) is not the name of a file of a cgroup")
  }

  @Test func aDevicesNumberIsOneOfTheKernelsOrAny() throws {
    let rule = try LinuxDeviceCgroup(
      json: JSONNode(["allow": true, "major": -1, "minor": 4_294_967_295]))
    #expect(rule.major == nil && rule.minor == .max)
    for number in [-2, 4_294_967_296] as [JSONValue] {
      let error = #expect(throws: SpecError.self) {
        try LinuxDeviceCgroup(json: JSONNode(["allow": true, "major": number]))
      }
      #expect(error?.description == "major: \(number.shown) is not in the range 0 to 4294967295")
    }
  }

  @Test(arguments: [
    ("1KB", true), ("64KB", true), ("512KB", true), ("2MB", true), ("1GB", true), ("16GB", true),
    ("2048GB", true), ("2048KB", false), ("1024MB", false), ("3MB", false), ("0MB", false),
    ("02MB", false), ("2mb", false), ("2M", false), ("2MiB", false), ("MB", false), ("", false),
    ("+2MB", false), ("-2MB", false), ("2 MB", false), ("2TB", false),
  ])
  func knowsPageSizes(text: String, isPageSize: Bool) {
    let resources = LinuxResources(hugepageLimits: [LinuxHugepageLimit(pageSize: text, limit: 0)])
    let accepted = (try? resources.validate(at: .root)) != nil
    #expect(accepted == isPageSize)
  }

  @Test(arguments: [
    ("eth1", true), ("a%d", true), ("%d", true), ("abcdefghijklmno", true),
    ("abcdefghijklmnop", false), ("a%db", false), ("%s", false), ("a b", false), ("a:b", false),
    (".", false), ("..", false), ("a/b", false), ("%d%d", false),
  ])
  func knowsNamesOfNetworkDevices(name: String, isName: Bool) {
    let devices: OrderedMap<LinuxNetDevice> = ["eth0": LinuxNetDevice(name: name)]
    let namespaces = [LinuxNamespace(type: .network)]
    let accepted = (try? devices.validate(at: .root, namespaces: namespaces)) != nil
    #expect(accepted == isName)
  }

  @Test(
    arguments: [
      ([(0, 0, 10), (10, 10, 10)], true), ([(0, 0, 10), (10, 9, 10)], false),
      ([(10, 0, 10), (0, 10, 10)], true), ([(10, 0, 10), (0, 10, 11)], false),
      ([(0, 0, 4_294_967_295)], true), ([(0, 1, 4_294_967_295)], false),
      ([(4_294_967_294, 0, 1)], true), ([(4_294_967_295, 0, 1)], false), ([(0, 0, 0)], false),
    ] as [([(UInt32, UInt32, UInt32)], Bool)])
  func knowsMappings(ranges: [(UInt32, UInt32, UInt32)], isValid: Bool) {
    let mappings = ranges.map { LinuxIDMapping(containerID: $0.0, hostID: $0.1, size: $0.2) }
    #expect(((try? mappings.validate(at: .root)) != nil) == isValid)
  }

  @Test func limitsTheNumberOfMappings() {
    let mappings = (0..<341).map { LinuxIDMapping(containerID: $0, hostID: $0, size: 1) }
    #expect(throws: Never.self) { try mappings.dropLast().map { $0 }.validate(at: .root) }
    #expect(throws: SpecError.self) { try mappings.validate(at: .root) }
  }

  @Test func joinedNamespaceIsEnoughForAHostname() throws {
    let joined = [LinuxNamespace(type: .uts, path: "/proc/1/ns/uts")]
    try Spec.validate(hostname: String(repeating: "h", count: 64), joined, at: .root)
    try Spec.validate(hostname: nil, [], at: .root)
    // The kernel counts bytes.
    #expect(throws: SpecError.self) {
      try Spec.validate(hostname: String(repeating: "é", count: 33), joined, at: .root)
    }
  }

  @Test(arguments: [
    (LinuxCPU(quota: 1000, burst: 1000), true), (LinuxCPU(quota: -1, burst: 5), true),
    (LinuxCPU(quota: 999), false), (LinuxCPU(period: 1_000_001), false), (LinuxCPU(), true),
    (LinuxCPU(mems: "x"), false),
  ])
  func knowsCPULimits(cpu: LinuxCPU, isValid: Bool) {
    let resources = LinuxResources(cpu: cpu)
    #expect(((try? resources.validate(at: .root)) != nil) == isValid)
  }

  @Test(arguments: [
    (LinuxSeccompAction.errno, 4094, true), (.errno, 4095, false), (.trace, 65535, true),
    (.trace, 65536, false), (.kill, 0, false),
  ])
  func knowsErrorNumbers(action: LinuxSeccompAction, number: UInt32, isValid: Bool) {
    let seccomp = LinuxSeccomp(defaultAction: action, defaultErrnoRet: number)
    #expect(((try? seccomp.validate(at: .root)) != nil) == isValid)
  }

  @Test(arguments: [
    (Scheduler(policy: .other, nice: -20), true), (Scheduler(policy: .batch, nice: 20), false),
    (Scheduler(policy: .fifo, priority: 99), true), (Scheduler(policy: .fifo), false),
    (Scheduler(policy: .idle, priority: 1), false),
    (Scheduler(policy: .deadline, runtime: 2, deadline: 1), false),
    (Scheduler(policy: .deadline, runtime: 1, deadline: 3, period: 2), false),
    (Scheduler(policy: .deadline, runtime: 1, deadline: 3), true),
    (Scheduler(policy: .deadline, nice: 19, runtime: 1, deadline: 3), true),
    (Scheduler(policy: .deadline, nice: 20, runtime: 1, deadline: 3), false),
    (Scheduler(policy: .deadline, deadline: 3), false),
    (Scheduler(policy: .fifo, nice: 5, priority: 1), true),
  ])
  func knowsSchedulers(scheduler: Scheduler, isValid: Bool) {
    let process = Process(args: ["true"], scheduler: scheduler)
    #expect(((try? process.validate(at: .root)) != nil) == isValid)
  }
}
