// SPDX-License-Identifier: Apache-2.0

import Cgroups
import Container
import JSON
import Kernel
import RuntimeSpec
import Support
import Testing

@testable import Pod

@Suite struct AdoptionTests {
  private let directory = TemporaryDirectory()

  private func sandbox(_ members: String = "") throws -> Sandbox {
    let spec = try PodSpec(parsing: Array("{\"podVersion\":\"0.1.0\"\(members)}".utf8))
    return Sandbox(
      id: "web", paths: PodPaths(root: directory.path, id: "web"), spec: spec,
      state: PodState(
        id: "web", created: "", creator: .init(pid: 1, startTime: 1), bundleBase: "/",
        namespaces: spec.linux.namespaces, cgroup: .init(path: "/runp-pods/web", .identity(1))))
  }

  private func adopt(
    _ config: String, _ members: String = "", id: String = "app"
  ) throws -> Spec {
    var document = try Spec.document(Array(config.utf8)).value
    try amend(&document, members, id: id)
    return try Spec(json: JSONNode(document))
  }

  private func amend(
    _ document: inout JSONValue, _ members: String = "", id: String = "app"
  ) throws {
    try sandbox(members).amend(&document, Spec(json: JSONNode(document)), id: id)
  }

  private func refusal(_ config: String, _ members: String = "") -> String? {
    #expect(throws: RuntimeError.self) { try adopt(config, members) }?.description
  }

  private var pins: String { "\(directory.path)/pods/web/ns" }

  @Test func thePodsNamespacesAreJoinedWhetherListedOrNot() throws {
    let spec = try adopt(
      """
      {"ociVersion":"1.0.2","linux":{"namespaces":[{"type":"pid"},{"type":"network"},
        {"type":"mount"}]}}
      """)
    #expect(
      spec.linux?.namespaces == [
        .init(type: .pid), .init(type: .network, path: "\(pins)/net"), .init(type: .mount),
        .init(type: .ipc, path: "\(pins)/ipc"), .init(type: .uts, path: "\(pins)/uts"),
      ])
  }

  @Test func aNamespaceElsewhereIsRefused() {
    #expect(
      refusal(
        """
        {"ociVersion":"1.0.2","linux":{"namespaces":[{"type":"pid"},
          {"type":"ipc","path":"/proc/1/ns/ipc"}]}}
        """)
        == "join pod web: linux.namespaces[1].path: /proc/1/ns/ipc is not the pod's ipc"
        + " namespace, leave the path out")
  }

  @Test func aNamespaceThatThePodDoesNotHoldIsTheContainersOwn() throws {
    let spec = try adopt(
      "{\"ociVersion\":\"1.0.2\",\"hostname\":\"own\",\"linux\":{\"namespaces\":"
        + "[{\"type\":\"uts\"}],\"sysctl\":{\"kernel.domainname\":\"d\"}}}",
      ",\"linux\":{\"namespaces\":[{\"type\":\"ipc\"}]}")
    #expect(spec.linux?.namespace(.uts)?.path == nil)
    #expect(spec.hostname == "own")
    #expect(spec.linux?.sysctl["kernel.domainname"] == "d")
  }

  @Test(arguments: [
    ("net.ipv4.ip_forward", "network"), ("net/core/somaxconn", "network"),
    ("kernel.shmmax", "ipc"), ("fs.mqueue.msg_max", "ipc"), ("kernel.domainname", "uts"),
  ])
  func aParameterOfAPodsNamespaceIsRefused(_ name: String, _ type: String) {
    #expect(
      refusal("{\"ociVersion\":\"1.0.2\",\"linux\":{\"sysctl\":{\"\(name)\":\"1\"}}}")
        == "join pod web: \(DocumentPath.root["linux"]["sysctl"][name]): the pod's containers share"
        + " the \(type) namespace: set it in linux.sysctl of pod.json")
  }

  @Test func theSameNamesAreTakenOutBecauseTheyAreSetAlready() throws {
    let spec = try adopt(
      "{\"ociVersion\":\"1.0.2\",\"hostname\":\"web\",\"domainname\":\"d\"}",
      ",\"hostname\":\"web\",\"domainname\":\"d\"")
    #expect(spec.hostname == nil && spec.domainname == nil)
  }

  @Test func anotherHostnameIsRefused() {
    let config = "{\"ociVersion\":\"1.0.2\",\"hostname\":\"runc\"}"
    #expect(
      refusal(config, ",\"hostname\":\"web\"")
        == "join pod web: hostname: \"runc\" cannot be set for one container, the pod's is"
        + " \"web\": set it in pod.json")
    #expect(
      refusal(config)
        == "join pod web: hostname: \"runc\" cannot be set for one container, the pod sets none:"
        + " set it in pod.json")
  }

  @Test func anotherDomainnameIsRefused() {
    #expect(
      refusal("{\"ociVersion\":\"1.0.2\",\"domainname\":\"d\"}", ",\"domainname\":\"e\"")
        == "join pod web: domainname: \"d\" cannot be set for one container, the pod's is"
        + " \"e\": set it in pod.json")
  }

  @Test func ownMappingsAreRefusedAndThePodsAreTakenOut() throws {
    let mapping = "[{\"containerID\":0,\"hostID\":1000,\"size\":10}]"
    let config =
      "{\"ociVersion\":\"1.0.2\",\"linux\":{\"uidMappings\":\(mapping),\"gidMappings\":\(mapping)}}"
    #expect(
      refusal(config)
        == "join pod web: linux.uidMappings: the pod's containers share its mappings: set"
        + " linux.uidMappings in pod.json")
    let spec = try adopt(
      config, ",\"linux\":{\"uidMappings\":\(mapping),\"gidMappings\":\(mapping)}")
    #expect(spec.linux?.uidMappings == [] && spec.linux?.gidMappings == [])
    #expect(spec.linux?.namespace(.user)?.path == "\(pins)/user")
  }

  @Test(
    arguments: [
      (nil, "/runp-pods/web/app"), ("/runp-pods/web/own", "/runp-pods/web/own"),
      ("own", "/runp-pods/web/own"),
    ] as [(String?, String)])
  func theCgroupIsBelowThePods(_ wanted: String?, _ path: String) throws {
    let entry = wanted.map { "\"cgroupsPath\":\"\($0)\"" } ?? ""
    #expect(
      try adopt("{\"ociVersion\":\"1.0.2\",\"linux\":{\(entry)}}").linux?.cgroupsPath == path)
  }

  @Test(arguments: ["/elsewhere", "/runp-pods/web", "/runp-pods/webber/x"])
  func aCgroupElsewhereIsRefused(_ path: String) {
    #expect(
      refusal("{\"ociVersion\":\"1.0.2\",\"linux\":{\"cgroupsPath\":\"\(path)\"}}")
        == "join pod web: linux.cgroupsPath: \"\(path)\" is not below the pod's cgroup"
        + " /runp-pods/web, leave it out")
  }

  @Test func aCgroupThatClimbsOutIsRefused() {
    #expect(
      refusal("{\"ociVersion\":\"1.0.2\",\"linux\":{\"cgroupsPath\":\"/runp-pods/web/../x\"}}")?
        .contains("has the component ..") == true)
  }

  @Test func theSharedMemoryIsThePods() throws {
    let spec = try adopt(
      """
      {"ociVersion":"1.0.2","mounts":[{"destination":"/dev","type":"tmpfs","source":"tmpfs"},
        {"destination":"/dev/shm/","type":"tmpfs","source":"shm","options":["size=65536k","ro"]},
        {"destination":"/dev/mqueue","type":"mqueue","source":"mqueue"}]}
      """)
    #expect(spec.mounts.map(\.destination) == ["/dev", "/dev/shm", "/dev/mqueue"])
    #expect(spec.mounts[1].source == "\(directory.path)/pods/web/shm")
    #expect(spec.mounts[1].isBind && spec.mounts[1].options.contains("ro"))
    #expect(!spec.mounts[1].options.contains("size=65536k"))
  }

  @Test func theSharedMemoryIsAddedWhereThereIsADeviceDirectory() throws {
    let spec = try adopt(
      """
      {"ociVersion":"1.0.2","mounts":[{"destination":"/dev","type":"tmpfs","source":"tmpfs"},
        {"destination":"/tmp","type":"tmpfs","source":"tmpfs"}]}
      """)
    #expect(spec.mounts.map(\.destination) == ["/dev", "/dev/shm", "/tmp"])
    #expect(try adopt("{\"ociVersion\":\"1.0.2\"}").mounts.isEmpty)
  }

  @Test func theSharedMemoryIsTheContainersOwnWithoutThePodsNamespace() throws {
    let config =
      "{\"ociVersion\":\"1.0.2\",\"mounts\":[{\"destination\":\"/dev/shm\",\"type\":\"tmpfs\"}]}"
    let spec = try adopt(config, ",\"linux\":{\"namespaces\":[{\"type\":\"network\"}]}")
    #expect(spec.mounts == [Mount(destination: "/dev/shm", type: "tmpfs")])
  }

  private static let volumes = """
    ,"volumes":[{"name":"work","kind":"empty"},{"name":"cfg","kind":"host","source":"/srv",
    "readOnly":true}],"containers":[{"id":"app","bundle":"a","mounts":[
    {"volume":"work","destination":"/work"},{"volume":"cfg","destination":"/cfg"}]}]
    """

  @Test func volumesAreMountedWhereThePodsFileSays() throws {
    let spec = try adopt("{\"ociVersion\":\"1.0.2\"}", Self.volumes)
    #expect(
      spec.mounts == [
        Mount(
          destination: "/work", type: "bind", source: "\(directory.path)/pods/web/volumes/work",
          options: ["rbind", "rprivate", "nosuid", "nodev", "rw"]),
        Mount(
          destination: "/cfg", type: "bind", source: "/srv", options: ["rbind", "rprivate", "rro"]),
      ])
    #expect(try adopt("{\"ociVersion\":\"1.0.2\"}", Self.volumes, id: "other").mounts.isEmpty)
  }

  @Test func whatNobodyKnowsStaysAndWhatIsGivenUpGoes() throws {
    let mapping: JSONValue = [["containerID": 0, "hostID": 1000, "size": 10]]
    var document: JSONValue = [
      "novelty": [1, ["deep": true]], "ociVersion": "1.0.2", "hostname": "web",
      "linux": [
        "uidMappings": mapping, "namespaces": [["type": "ipc", "note": "kept"]], "novelty": 1,
      ],
      "mounts": [["destination": "/dev/shm", "novelty": 1], ["destination": "/a", "novelty": 2]],
    ]
    try amend(
      &document,
      ",\"hostname\":\"web\",\"linux\":{\"namespaces\":[{\"type\":\"ipc\"},"
        + "{\"type\":\"uts\"},{\"type\":\"user\"}],\"uidMappings\":\(mapping.text()),"
        + "\"gidMappings\":\(mapping.text())}")
    #expect(document["novelty"] == [1, ["deep": true]])
    #expect(document["hostname"] == nil)
    #expect(document["linux"]?["uidMappings"] == nil)
    #expect(document["linux"]?["novelty"] == 1)
    #expect(
      document["linux"]?["namespaces"] == [
        ["type": "ipc", "note": "kept", "path": .string("\(pins)/ipc")],
        ["type": "uts", "path": .string("\(pins)/uts")],
        ["type": "user", "path": .string("\(pins)/user")],
      ])
    // Another file system has taken the place of the one on /dev/shm.
    #expect(document[list: "mounts"][0]["novelty"] == nil)
    #expect(document[list: "mounts"][1] == ["destination": "/a", "novelty": 2])
  }

  @Test func aBundleThatAsksForAnotherPodIsRefused() {
    #expect(
      refusal("{\"ociVersion\":\"1.0.2\",\"annotations\":{\"org.runp.pod\":\"db\"}}")
        == "join pod web: annotations[\"org.runp.pod\"]: the bundle asks for pod \"db\", and is to"
        + " join web")
  }

  @Test func aMountInTheWayOfAVolumeIsRefused() {
    #expect(
      refusal(
        "{\"ociVersion\":\"1.0.2\",\"mounts\":[{\"destination\":\"/work\",\"type\":\"tmpfs\"}]}",
        Self.volumes)
        == "join pod web: mounts[0].destination: /work is where pod.json mounts the volume work")
  }
}
