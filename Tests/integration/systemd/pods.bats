#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Pods that are slices of systemd, with their members' scopes in them.

load systemd

# A member's bundle, which sets nothing that is the pod's.
member() {
  config 'del(.hostname) | del(.linux.cgroupsPath)'
  arguments /bin/probe hang
}

# Writes the pod's file: an expression of jq on top of its version.
pod_json() { jq -n "{podVersion: \"0.1.0\"} * $1" >"$WORK/pod.json"; }

# The slice of a pod: a dash in the ID is written so that it does not nest.
slice_of() { echo "runp-${1//-/\\x2d}.slice"; }

@test "a pod is a slice with its limits, and its members are scopes in it" {
  member
  pod_json '{linux: {resources: {memory: {limit: 134217728}, pids: {limit: 50},
    hugepageLimits: [{pageSize: "2MB", limit: 6291456}]}}}'
  ok pod create -f "$WORK/pod.json" "$ID"
  local slice
  slice=$(slice_of "$ID")
  has ActiveState active "$slice"
  has MemoryMax 134217728 "$slice"
  has TasksMax 50 "$slice"
  equal "$(cat "$RUNP_CGROUP2/runp.slice/$slice/pids.max")" 50
  equal "$(cat "$RUNP_CGROUP2/runp.slice/$slice/hugetlb.2MB.max")" 6291456
  local name
  for name in one two; do
    ok create --pod "$ID" --bundle "$BUNDLE" "$ID-$name"
    has Slice "$slice" "runp-$ID-$name.scope"
  done
  equal "$(cgroup_of "$(pid_of "$ID-one")")" "/runp.slice/$slice/runp-$ID-one.scope"
  ok pod start "$ID"
  systemctl daemon-reload
  equal "$(cat "$RUNP_CGROUP2/runp.slice/$slice/pids.max")" 50
  ok exec "$ID-two" /bin/true
  ok pod stop --timeout 0 "$ID"
  ok pod delete "$ID"
  eventually no_units
}

@test "the slice of a pod is not in that of a pod whose ID begins the same" {
  pod_json '{}'
  ok pod create -f "$WORK/pod.json" "$ID"
  ok pod create -f "$WORK/pod.json" "$ID-b"
  equal "$(shown ControlGroup "$(slice_of "$ID-b")")" "/runp.slice/$(slice_of "$ID-b")"
  has Slice runp.slice "$(slice_of "$ID-b")"
  ok pod delete "$ID"
  has ActiveState active "$(slice_of "$ID-b")"
  ok pod delete "$ID-b"
  eventually no_units
}

@test "a member can neither leave the pod's slice nor have another driver" {
  member
  pod_json '{}'
  ok pod create -f "$WORK/pod.json" "$ID"
  config '.linux.cgroupsPath = "system.slice:runp:elsewhere"'
  refused create --pod "$ID" --bundle "$BUNDLE" "$ID-m"
  runp_says "is not in the pod's slice"
  # The pod's driver is the members', whatever the command says.
  config 'del(.linux.cgroupsPath)'
  "$RUNTIME" --root "$STATE" create --pod "$ID" --bundle "$BUNDLE" "$ID-m" \
    </dev/null >/dev/null 3>&- 4>&-
  has Slice "$(slice_of "$ID")" "runp-$ID-m.scope"
  ok pod delete --force "$ID"
  eventually no_units

  jq -n --arg c "$CGROUP_PARENT/pod" '{podVersion: "0.1.0", linux: {cgroupsPath: $c}}' \
    >"$WORK/pod.json"
  "$RUNTIME" --root "$STATE" pod create -f "$WORK/pod.json" "$ID" </dev/null 3>&- 4>&-
  refused create --pod "$ID" --bundle "$BUNDLE" "$ID-m"
  runp_says 'leave --systemd-cgroup out'
  no_units
}

@test "pod delete --force ends members and takes their units with it" {
  member
  pod_json '{}'
  ok pod create -f "$WORK/pod.json" "$ID"
  ok run --detach --pod "$ID" --bundle "$BUNDLE" "$ID-m"
  ok pod delete --force "$ID"
  all_gone "pod delete --force"
  eventually no_units
}
