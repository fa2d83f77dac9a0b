#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The same as crash.bats for the commands on pods: whatever a killed one leaves,
# `pod delete --force` makes whole, members included, and all IDs are free.

load helpers
load crash

MOMENTS=8

prepare() {
  runp_only "it has no pods"
  POD=pod-$ID
  rm -r "$BUNDLE"
  mkdir "$WORK/host"
  local name
  for name in first second; do
    new_bundle "$name"
    config 'del(.hostname) | del(.linux.cgroupsPath)'
    arguments /bin/probe hang
  done
  jq -n --arg c "$CGROUP_PARENT/pod" --arg id "$ID" --arg host "$WORK/host" '{
    podVersion: "0.1.0", hostname: "crash", shm: {size: 65536},
    volumes: [{name: "work", kind: "empty"}, {name: "memory", kind: "empty", medium: "memory"},
      {name: "host", kind: "host", source: $host}],
    containers: [
      {id: "\($id)-first", bundle: "first", mounts: [{volume: "work", destination: "/work"}]},
      {id: "\($id)-second", bundle: "second", after: ["\($id)-first"],
        mounts: [{volume: "memory", destination: "/memory"}, {volume: "host", destination: "/host"}]}],
    linux: {cgroupsPath: $c}}' >"$WORK/pod.json"
}

make_pod() { ok pod create -f "$WORK/pod.json" "$POD"; }
start_pod() {
  make_pod
  ok pod start "$POD"
}
remove_pod() { ok pod delete --force "$POD"; }

# Kills a command at each moment, after what has to be there before.
killed_after() {
  local before=$1 call
  shift
  "$before"
  measure "$@"
  remove_pod
  for call in $(moments); do
    "$before"
    killed_at "$call" "$@"
    pod_whole_again "$call"
  done
  killed_most
  # The IDs are free.
  start_pod
  ok pod delete --force "$POD"
}

@test "killed during pod create" { killed_after : pod create -f "$WORK/pod.json" "$POD"; }

@test "killed during pod create, another one is made without a delete" {
  measure pod create -f "$WORK/pod.json" "$POD"
  remove_pod
  local call
  for call in $(moments); do
    killed_at "$call" pod create -f "$WORK/pod.json" "$POD"
    remove_pod
    make_pod
    remove_pod
  done
}

@test "killed during pod start" { killed_after make_pod pod start "$POD"; }

@test "killed during pod stop" { killed_after start_pod pod stop --timeout 1 "$POD"; }

@test "killed during pod delete" {
  stopped_pod() {
    start_pod
    ok pod kill "$POD" KILL
    eventually members_stopped
  }
  members_stopped() { has_status "$ID-first" stopped && has_status "$ID-second" stopped; }
  killed_after stopped_pod pod delete "$POD"
}

@test "killed during pod delete --force" { killed_after start_pod pod delete --force "$POD"; }
