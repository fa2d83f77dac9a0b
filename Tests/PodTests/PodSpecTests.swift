// SPDX-License-Identifier: Apache-2.0

import JSON
import RuntimeSpec
import Testing

@testable import Pod

@Suite struct PodSpecTests {
  private func spec(_ text: String) throws -> PodSpec {
    try PodSpec(parsing: Array(text.utf8))
  }

  /// A document with the given members besides the version.
  private func spec(with members: String) throws -> PodSpec {
    try spec("{\"podVersion\":\"0.1.0\",\(members)}")
  }

  @Test func onlyTheVersionIsRequired() throws {
    let pod = try spec("{\"podVersion\":\"0.1.7\"}")
    #expect(pod.linux.namespaces == [.network, .ipc, .uts])
    #expect(pod.sharedMemorySize == 64 << 20)
    #expect(pod.exitPolicy == .continue)
    #expect(pod.containers.isEmpty && pod.volumes.isEmpty && pod.hostname == nil)
  }

  @Test func everyPropertyIsRead() throws {
    let pod = try spec(
      """
      {"podVersion":"0.1.0","ociVersion":"1.3.0","hostname":"web","domainname":"example",
       "annotations":{"anything":"at all"},"shm":{"size":1024},
       "volumes":[{"name":"work","kind":"empty","medium":"memory","size":4096,"mode":"0750"},
                  {"name":"plain","kind":"empty"},
                  {"name":"cfg","kind":"host","source":"/srv/cfg","readOnly":true}],
       "initContainers":[{"id":"migrate","bundle":"m","restartPolicy":"OnFailure"}],
       "containers":[{"id":"proxy","bundle":"p","restartPolicy":"Always"},
                     {"id":"app","bundle":"/a","after":["proxy"],"stopSignal":"SIGINT",
                      "stopTimeout":3,
                      "mounts":[{"volume":"work","destination":"/work","readOnly":true}]}],
       "exitPolicy":"stop",
       "linux":{"cgroupsPath":"/runp/web","namespaces":[{"type":"network"},{"type":"ipc"},
                {"type":"uts"}],
                "uidMappings":[{"containerID":0,"hostID":100000,"size":65536}],
                "gidMappings":[{"containerID":0,"hostID":200000,"size":65536}],
                "sysctl":{"net.ipv4.ip_unprivileged_port_start":"0"},
                "resources":{"memory":{"limit":536870912},"pids":{"limit":512}}}}
      """)
    #expect(pod.hostname == "web" && pod.domainname == "example")
    #expect(pod.annotations["anything"] == "at all")
    #expect(pod.sharedMemorySize == 1024)
    #expect(
      pod.volumes == [
        PodVolume(name: "work", source: .empty(.init(inMemory: true, size: 4096, mode: 0o750))),
        PodVolume(name: "plain", source: .empty(.init())),
        PodVolume(name: "cfg", source: .host(path: "/srv/cfg", readOnly: true)),
      ])
    #expect(pod.initContainers[0].restartPolicy == .onFailure)
    #expect(pod.containers[0].restartPolicy == .always)
    #expect(pod.containers[0].stopSignal == 15 && pod.containers[0].stopTimeout == 10)
    #expect(pod.containers[1].stopSignal == 2 && pod.containers[1].stopTimeout == 3)
    #expect(
      pod.containers[1].mounts == [
        .init(volume: "work", destination: "/work", readOnly: true)
      ])
    #expect(pod.exitPolicy == .stop)
    #expect(pod.linux.namespaces == [.network, .ipc, .uts, .user])
    #expect(pod.linux.resources?.pids?.limit == 512)
    #expect(pod.linux.uidMappings[0].hostID == 100_000)
  }

  @Test(arguments: [("", 0), (#""ociVersion":"1.3.0","#, 0), (#""ociVersion":"1.2.0","#, nil)])
  func aLimitOfNoProcessesIsOneSinceVersion1Point3(version: String, meant: Int64?) throws {
    let text = #"{"podVersion":"0.1.0",\#(version)"linux":{"resources":{"pids":{"limit":0}}}}"#
    #expect(try PodSpec(parsing: Array(text.utf8)).linux.resources?.pids?.limit == meant)
  }

  @Test(arguments: [
    ("\"hostnam\":\"x\"", "hostnam: unknown property"),
    ("\"shm\":{\"siz\":1}", "shm.siz: unknown property"),
    ("\"shm\":{\"size\":0}", "shm.size: must be more than 0"),
    (
      "\"shm\":{\"size\":1},\"linux\":{\"namespaces\":[]}",
      "shm: the pod holds no ipc namespace, so it has no /dev/shm of its own"
    ),
    (
      "\"hostname\":\"x\",\"linux\":{\"namespaces\":[]}",
      "hostname: \"x\" needs a uts namespace in linux.namespaces"
    ),
    ("\"ociVersion\":\"2.0.0\"", "ociVersion: version \"2.0.0\" is not supported, only 1.x is"),
    (
      "\"volumes\":[{\"name\":\"v\",\"kind\":\"nfs\"}]",
      "volumes[0].kind: \"nfs\" is not one of empty, host"
    ),
    (
      "\"volumes\":[{\"name\":\"v\",\"kind\":\"empty\",\"source\":\"/\"}]",
      "volumes[0].source: unknown property"
    ),
    (
      "\"volumes\":[{\"name\":\"v\",\"kind\":\"host\",\"source\":\"etc\"}]",
      "volumes[0].source: \"etc\" is not absolute"
    ),
    (
      "\"volumes\":[{\"name\":\"v\",\"kind\":\"empty\",\"size\":1}]",
      "volumes[0].size: only a volume with the medium memory has a size"
    ),
    (
      "\"volumes\":[{\"name\":\"v\",\"kind\":\"empty\",\"mode\":\"0888\"}]",
      "volumes[0].mode: \"0888\" is not octal permission bits, such as 1777"
    ),
    (
      "\"volumes\":[{\"name\":\"../v\",\"kind\":\"empty\"}]",
      "volumes[0].name: \"../v\" is not made of 1 to 255 letters, digits, _, +, - and ."
    ),
    (
      "\"volumes\":[{\"name\":\"v\",\"kind\":\"empty\"},{\"name\":\"v\",\"kind\":\"empty\"}]",
      "volumes[1].name: v is there twice"
    ),
    ("\"containers\":[{\"id\":\"a\"}]", "containers[0].bundle: required, but missing"),
    (
      "\"containers\":[{\"id\":\"a\",\"bundle\":\"\"}]",
      "containers[0].bundle: must not be empty"
    ),
    (
      "\"containers\":[{\"id\":\"a/b\",\"bundle\":\"x\"}]",
      "containers[0].id: \"a/b\" is not made of 1 to 255 letters, digits, _, +, - and ."
    ),
    (
      "\"initContainers\":[{\"id\":\"a\",\"bundle\":\"x\"}],"
        + "\"containers\":[{\"id\":\"a\",\"bundle\":\"x\"}]", "containers[0].id: a is there twice"
    ),
    (
      "\"initContainers\":[{\"id\":\"a\",\"bundle\":\"x\",\"after\":[]}]",
      "initContainers[0].after: init containers run in the order of their list"
    ),
    (
      "\"initContainers\":[{\"id\":\"a\",\"bundle\":\"x\",\"restartPolicy\":\"Always\"}]",
      "initContainers[0].restartPolicy: an init container must end: OnFailure or Never"
    ),
    (
      "\"containers\":[{\"id\":\"a\",\"bundle\":\"x\",\"restartPolicy\":\"always\"}]",
      "containers[0].restartPolicy: \"always\" is not one of Always, OnFailure, Never"
    ),
    (
      "\"containers\":[{\"id\":\"a\",\"bundle\":\"x\",\"stopSignal\":\"SIGNONE\"}]",
      "containers[0].stopSignal: \"SIGNONE\" is not a signal"
    ),
    (
      "\"containers\":[{\"id\":\"a\",\"bundle\":\"x\",\"livenessProbe\":{}}]",
      "containers[0].livenessProbe: probes are not supported yet"
    ),
    (
      "\"containers\":[{\"id\":\"a\",\"bundle\":\"x\",\"after\":[\"b\"]}]",
      "containers[0].after[0]: the pod has no container \"b\""
    ),
    (
      "\"containers\":[{\"id\":\"a\",\"bundle\":\"x\",\"after\":[\"a\"]}]",
      "containers[0].after: the containers wait for each other: a after a"
    ),
    (
      "\"containers\":[{\"id\":\"a\",\"bundle\":\"x\",\"mounts\":"
        + "[{\"volume\":\"v\",\"destination\":\"/v\"}]}]",
      "containers[0].mounts[0].volume: the pod has no volume \"v\""
    ),
    (
      "\"containers\":[{\"id\":\"a\",\"bundle\":\"x\",\"mounts\":"
        + "[{\"volume\":\"v\",\"destination\":\"v\"}]}]",
      "containers[0].mounts[0].destination: \"v\" is not absolute"
    ),
    ("\"exitPolicy\":\"halt\"", "exitPolicy: \"halt\" is not one of continue, stop"),
    (
      "\"linux\":{\"namespaces\":[{\"type\":\"pid\"}]}",
      "linux.namespaces[0].type: a shared pid namespace is not supported yet"
    ),
    (
      "\"linux\":{\"namespaces\":[{\"type\":\"mount\"}]}",
      "linux.namespaces[0].type: containers never share the mount namespace"
    ),
    (
      "\"linux\":{\"namespaces\":[{\"type\":\"ipc\"},{\"type\":\"ipc\"}]}",
      "linux.namespaces[1].type: ipc is listed twice"
    ),
    (
      "\"linux\":{\"namespaces\":[{\"type\":\"network\",\"path\":\"/x\"}]}",
      "linux.namespaces[0].path: a pod makes its own namespaces, it joins none"
    ),
    (
      "\"linux\":{\"namespaces\":[{\"type\":\"user\"}]}",
      "linux.namespaces[0].type: a user namespace needs linux.uidMappings and linux.gidMappings"
    ),
    (
      "\"linux\":{\"uidMappings\":[{\"containerID\":0,\"hostID\":1,\"size\":1}]}",
      "linux.gidMappings: a user namespace needs mappings of users and of groups"
    ),
    (
      "\"linux\":{\"uidMappings\":[{\"containerID\":1,\"hostID\":1,\"size\":1}],"
        + "\"gidMappings\":[{\"containerID\":0,\"hostID\":1,\"size\":1}]}",
      "linux.uidMappings: ID 0 of the pod is not mapped"
    ),
    (
      "\"linux\":{\"sysctl\":{\"vm.swappiness\":\"1\"}}",
      "linux.sysctl[\"vm.swappiness\"]: belongs to the whole host, not to a namespace"
    ),
    (
      "\"linux\":{\"namespaces\":[],\"sysctl\":{\"net.core.somaxconn\":\"1\"}}",
      "linux.sysctl[\"net.core.somaxconn\"]: "
        + "needs a namespace of type network in linux.namespaces"
    ),
    (
      "\"linux\":{\"resources\":{\"memory\":{\"limt\":1}}}",
      "linux.resources.memory.limt: unknown property"
    ),
  ])
  func aWrongDocumentIsRefusedByName(_ members: String, _ message: String) {
    let error = #expect(throws: SpecError.self) { try spec(with: members) }
    #expect(error?.description == message)
  }

  @Test(arguments: ["0.2.0", "1.0.0", "0.1", "0.1.x", ""])
  func anotherVersionIsRefused(_ version: String) {
    let error = #expect(throws: SpecError.self) { try spec("{\"podVersion\":\"\(version)\"}") }
    #expect(error?.path == "podVersion")
  }

  @Test func theVersionMustBeThere() {
    let error = #expect(throws: SpecError.self) { try spec("{}") }
    #expect(error?.description == "podVersion: required, but missing")
  }

  @Test func containersStartBehindThoseTheyNameAndElseInTheOrderOfTheFile() throws {
    let pod = try spec(
      with: """
        "containers":[{"id":"d","bundle":"x","after":["c"]},{"id":"a","bundle":"x"},
          {"id":"b","bundle":"x","after":["d","a"]},{"id":"c","bundle":"x"}]
        """)
    #expect(try pod.startOrder().map(\.id) == ["a", "c", "d", "b"])
  }

  @Test func aCircleIsNamedFromItsStartToItsEnd() {
    let error = #expect(throws: SpecError.self) {
      try spec(
        with: """
          "containers":[{"id":"x","bundle":"x","after":["a"]},
            {"id":"a","bundle":"x","after":["b"]},{"id":"b","bundle":"x","after":["c"]},
            {"id":"c","bundle":"x","after":["a"]}]
          """)
    }
    #expect(
      error?.description
        == "containers[1].after: the containers wait for each other: a after b after c after a")
  }

  @Test(arguments: [
    #""volumes":[{"name":"v","kind":"empty","mode":"+777"}]"#,
    #""linux":{"namespaces":[{"type":"user"}],"uidMappings":[],"gidMappings":[]}"#,
    #""volumes":[{"name":"v","kind":"empty"}],"containers":[{"id":"a","bundle":"b","mounts":["#
      + #"{"volume":"v","destination":"/x"},{"volume":"v","destination":"//x/."}]}]"#,
  ])
  func whatOnlyLooksRightIsRefused(_ members: String) {
    #expect(throws: SpecError.self) { try spec(with: members) }
  }

  @Test func aVersionIsMadeOfDigits() {
    #expect(throws: SpecError.self) { try spec(#"{"podVersion":"0.1.+5"}"#) }
  }

  private static var numbers: [(path: String, members: (String) -> String)] {
    [
      ("shm.size", { "\"shm\":{\"size\":\($0)}" }),
      (
        "volumes[0].size",
        { "\"volumes\":[{\"name\":\"v\",\"kind\":\"empty\",\"medium\":\"memory\",\"size\":\($0)}]" }
      ),
      (
        "containers[0].stopTimeout",
        { "\"containers\":[{\"id\":\"c\",\"bundle\":\"b\",\"stopTimeout\":\($0)}]" }
      ),
      (
        "linux.uidMappings[0].size",
        {
          "\"linux\":{\"uidMappings\":[{\"containerID\":0,\"hostID\":1,\"size\":\($0)}],"
            + "\"gidMappings\":[{\"containerID\":0,\"hostID\":1,\"size\":1}]}"
        }
      ),
      (
        "linux.resources.memory.limit",
        { "\"linux\":{\"resources\":{\"memory\":{\"limit\":\($0)}}}" }
      ),
      ("linux.resources.pids.limit", { "\"linux\":{\"resources\":{\"pids\":{\"limit\":\($0)}}}" }),
      ("linux.resources.cpu.period", { "\"linux\":{\"resources\":{\"cpu\":{\"period\":\($0)}}}" }),
    ]
  }

  @Test(arguments: [
    "18446744073709551616", "-9223372036854775809", "1e300", "1.5", "-1e300",
    "99999999999999999999999999999999",
  ])
  func aNumberThatFitsNowhereIsRefusedByItsPlace(number: String) {
    for (path, members) in Self.numbers {
      let error = #expect(throws: SpecError.self, "\(path) \(number)") {
        try spec(with: members(number))
      }
      // The reader itself refuses what no property can have, by its place.
      let text = error?.description ?? ""
      #expect(
        text.hasPrefix(path) || text.hasSuffix("\(number) does not fit in 64 bits"),
        "\(path) \(number)")
    }
  }

  @Test(arguments: [
    "18446744073709551615", "9223372036854775807", "4294967295", "-9223372036854775808", "-1", "0",
  ])
  func aNumberAtTheEdgeIsTakenOrRefusedByPath(number: String) {
    for (path, members) in Self.numbers {
      do {
        _ = try spec(with: members(number))
      } catch let error as SpecError {
        #expect(error.description.hasPrefix(String(path.prefix(8))), "\(path) \(number)")
      } catch {
        Issue.record("\(path) \(number): \(error)")
      }
    }
  }
}
