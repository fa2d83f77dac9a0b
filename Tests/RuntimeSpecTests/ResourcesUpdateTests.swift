// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import RuntimeSpec

/// What holds, a change, what holds then, and what is set for it.
private let cases: [(String, String, String, String)] = [
  (#"{}"#, #"{}"#, #"{}"#, #"{}"#),
  (
    #"{"pids":{"limit":5}}"#, #"{"memory":{"limit":100}}"#,
    #"{"memory":{"limit":100},"pids":{"limit":5}}"#, #"{"memory":{"limit":100}}"#
  ),
  // A quota goes by its period.
  (
    #"{"cpu":{"quota":5000,"period":20000,"cpus":"0"}}"#, #"{"cpu":{"quota":6000}}"#,
    #"{"cpu":{"quota":6000,"period":20000,"cpus":"0"}}"#, #"{"cpu":{"quota":6000,"period":20000}}"#
  ),
  (
    #"{"cpu":{"quota":5000,"period":20000}}"#, #"{"cpu":{"period":10000,"quota":0}}"#,
    #"{"cpu":{"quota":5000,"period":10000}}"#, #"{"cpu":{"quota":5000,"period":10000}}"#
  ),
  (
    #"{"cpu":{"quota":5000,"burst":1000}}"#, #"{"cpu":{"burst":0}}"#,
    #"{"cpu":{"quota":5000,"burst":0}}"#, #"{"cpu":{"burst":0}}"#
  ),
  // A weight is lost while idle.
  (
    #"{"cpu":{"shares":512}}"#, #"{"cpu":{"idle":1}}"#,
    #"{"cpu":{"shares":512,"idle":1}}"#, #"{"cpu":{"shares":512,"idle":1}}"#
  ),
  (
    #"{"cpu":{"shares":512,"idle":1}}"#, #"{"cpu":{"idle":0}}"#,
    #"{"cpu":{"shares":512,"idle":0}}"#, #"{"cpu":{"shares":512,"idle":0}}"#
  ),
  (
    #"{"cpu":{"shares":512,"idle":1}}"#, #"{"cpu":{"shares":1024}}"#,
    #"{"cpu":{"shares":1024,"idle":1}}"#, #"{"cpu":{"shares":1024,"idle":1}}"#
  ),
  // Swap is counted with memory: the amount of it stays.
  (
    #"{"memory":{"limit":100,"swap":150,"reservation":10}}"#, #"{"memory":{"limit":200}}"#,
    #"{"memory":{"limit":200,"reservation":10,"swap":250}}"#, #"{"memory":{"limit":200}}"#
  ),
  (
    #"{"memory":{"limit":100,"swap":150}}"#, #"{"memory":{"swap":120}}"#,
    #"{"memory":{"limit":100,"swap":120}}"#, #"{"memory":{"limit":100,"swap":120}}"#
  ),
  (
    #"{"memory":{"limit":100,"swap":150}}"#, #"{"memory":{"limit":-1}}"#,
    #"{"memory":{"limit":-1,"swap":-1}}"#, #"{"memory":{"limit":-1,"swap":-1}}"#
  ),
  (
    #"{"memory":{"limit":-1,"swap":50}}"#, #"{"memory":{"limit":100}}"#,
    #"{"memory":{"limit":100,"swap":150}}"#, #"{"memory":{"limit":100}}"#
  ),
  (
    #"{"memory":{"limit":100,"swap":-1}}"#, #"{"memory":{"limit":9223372036854775807,"swap":0}}"#,
    #"{"memory":{"limit":9223372036854775807,"swap":-1}}"#,
    #"{"memory":{"limit":9223372036854775807,"swap":0}}"#
  ),
  (
    #"{"memory":{"limit":100,"swap":150}}"#, #"{"memory":{"limit":9223372036854775807}}"#,
    #"{"memory":{"limit":9223372036854775807,"swap":9223372036854775807}}"#,
    #"{"memory":{"limit":9223372036854775807}}"#
  ),
  // The check is for a limit that changes.
  (
    #"{"memory":{"limit":100,"checkBeforeUpdate":true}}"#, #"{"memory":{"swap":200}}"#,
    #"{"memory":{"limit":100,"swap":200,"checkBeforeUpdate":true}}"#,
    #"{"memory":{"limit":100,"swap":200}}"#
  ),
  (
    #"{"memory":{"limit":100,"checkBeforeUpdate":true}}"#, #"{"memory":{"limit":90}}"#,
    #"{"memory":{"limit":90,"checkBeforeUpdate":true}}"#,
    #"{"memory":{"limit":90,"checkBeforeUpdate":true}}"#
  ),
  // 0 is a number of processes.
  (
    #"{"pids":{"limit":5}}"#, #"{"pids":{"limit":0}}"#, #"{"pids":{"limit":0}}"#,
    #"{"pids":{"limit":0}}"#
  ),
  // Lists go by their keys.
  (
    #"{"hugepageLimits":[{"pageSize":"2MB","limit":1},{"pageSize":"1GB","limit":2}]}"#,
    #"{"hugepageLimits":[{"pageSize":"2MB","limit":3}]}"#,
    #"{"hugepageLimits":[{"pageSize":"1GB","limit":2},{"pageSize":"2MB","limit":3}]}"#,
    #"{"hugepageLimits":[{"pageSize":"2MB","limit":3}]}"#
  ),
  (
    #"{"blockIO":{"weight":10,"throttleReadBpsDevice":[{"major":8,"minor":0,"rate":1}]}}"#,
    #"{"blockIO":{"throttleReadBpsDevice":[{"major":8,"minor":16,"rate":2}]}}"#,
    #"{"blockIO":{"weight":10,"throttleReadBpsDevice":"#
      + #"[{"major":8,"minor":0,"rate":1},{"major":8,"minor":16,"rate":2}]}}"#,
    #"{"blockIO":{"throttleReadBpsDevice":[{"major":8,"minor":16,"rate":2}]}}"#
  ),
  (
    #"{"rdma":{"a":{"hcaHandles":1,"hcaObjects":2}}}"#,
    #"{"rdma":{"a":{"hcaHandles":3},"b":{"hcaObjects":4}}}"#,
    #"{"rdma":{"a":{"hcaHandles":3,"hcaObjects":2},"b":{"hcaObjects":4}}}"#,
    #"{"rdma":{"a":{"hcaHandles":3},"b":{"hcaObjects":4}}}"#
  ),
  (
    #"{"unified":{"memory.high":"1","memory.low":"2"}}"#, #"{"unified":{"memory.high":"3"}}"#,
    #"{"unified":{"memory.high":"3","memory.low":"2"}}"#, #"{"unified":{"memory.high":"3"}}"#
  ),
  // Rules of devices are one list.
  (
    #"{"devices":[{"allow":true}]}"#,
    #"{"devices":[{"allow":false,"type":"c","major":1,"access":"rw"}]}"#,
    #"{"devices":[{"allow":false,"type":"c","major":1,"access":"rw"}]}"#,
    #"{"devices":[{"allow":false,"type":"c","major":1,"access":"rw"}]}"#
  ),
  (#"{"devices":[{"allow":true}]}"#, #"{"devices":[]}"#, #"{"devices":[{"allow":true}]}"#, #"{}"#),
]

@Suite struct ResourcesUpdateTests {
  private func resources(_ text: String) throws -> LinuxResources {
    try LinuxResources(json: JSONNode(JSONValue(parsing: Array(text.utf8))))
  }

  @Test(arguments: cases)
  func aChangeIsMergedPropertyByProperty(
    held: String, change: String, result: String, part: String
  ) throws {
    let change = try resources(change)
    let updated = try resources(held).updated(by: change)
    #expect(updated == (try resources(result)))
    #expect(updated.part(changedBy: change).json == (try resources(part).json))
  }

  @Test(arguments: cases)
  func limitsAreReadAsTheyWereWritten(
    held: String, change: String, result: String, part: String
  ) throws {
    for text in [held, change, result, part] {
      let limits = try resources(text)
      #expect(try LinuxResources(json: JSONNode(limits.json)) == limits)
    }
  }
}
