#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What systemd knows of a container's limits. `make test` runs these alone of the
# tests with systemd.

load systemd

@test "a container is a scope that has its limits as properties and as files" {
  config '.linux.resources = {
    memory: {limit: 67108864, swap: 100663296, reservation: 33554432},
    cpu: {quota: 20000, period: 100000, shares: 512, cpus: "0"}, pids: {limit: 20}}'
  running
  has Slice "$SLICE"
  has Delegate yes
  has MemoryMax 67108864
  has MemorySwapMax 33554432
  has MemoryLow 33554432
  has CPUQuotaPerSecUSec 200ms
  has AllowedCPUs 0
  has TasksMax 20
  has DevicePolicy strict
  equal "$(shown CPUWeight)" "$(file cpu.weight)"
  equal "$(file memory.max)" 67108864
  equal "$(file memory.swap.max)" 33554432
  equal "$(file cpu.max)" "20000 100000"
  equal "$(file cpuset.cpus)" 0
  equal "$(file pids.max)" 20
  equal "$(cgroup_of "$(pid_of)")" "/$SLICE/$UNIT"
}

@test "systemctl daemon-reload leaves the limits as they are" {
  config '.linux.resources = {
    memory: {limit: 67108864, swap: 100663296, reservation: 33554432},
    cpu: {quota: 15000, period: 50000, shares: 2000, cpus: "0", mems: "0"}, pids: {limit: 20},
    hugepageLimits: [{pageSize: "2MB", limit: 6291456}]}'
  running
  # Of the last it knows nothing, not even the controller.
  local files=(memory.max memory.swap.max memory.low cpu.max cpu.weight cpuset.cpus cpuset.mems pids.max hugetlb.2MB.max)
  local before=() after=() name
  for name in "${files[@]}"; do before+=("$name=$(file "$name")"); done
  systemctl daemon-reload
  for name in "${files[@]}"; do after+=("$name=$(file "$name")"); done
  equal "${after[*]}" "${before[*]}"
  says_in "${before[*]}" cpu.max=15000
  says_in "${before[*]}" hugetlb.2MB.max=6291456
}

@test "a quota is in the steps that systemd keeps it in, and daemon-reload leaves it so" {
  peer_falls_short crun "it writes it as it is"
  config '.linux.resources.cpu = {quota: 50000, period: 90000}'
  running
  has CPUQuotaPerSecUSec 560ms
  equal "$(file cpu.max)" "50400 90000"
  ok update --cpu-period 80000 "$ID"
  has CPUQuotaPerSecUSec 630ms
  equal "$(file cpu.max)" "50400 80000"
  systemctl daemon-reload
  equal "$(file cpu.max)" "50400 80000"
}

says_in() {
  if [[ $1 != *"$2"* ]]; then echo "'$1' has no '$2'" >&2; return 1; fi
}
