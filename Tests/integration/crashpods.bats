#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The same as crash.bats for the commands on pods: whatever a killed one leaves,
# `pod delete --force` makes whole, members included, and all IDs are free.

load helpers
load crash

MOMENTS=12

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

@test "pod create of which any call fails says so and leaves nothing" {
  measure pod create -f "$WORK/pod.json" "$POD"
  remove_pod
  local call
  MOMENTS=25
  # Others, such as libc's to begin with, cannot fail. A directory that could not
  # be locked may be another command's, and stays.
  for call in openat:{9..13} $(moments | grep -E "^($CHANGING):" | grep -v '^flock:'); do
    failed_at "$call" pod create -f "$WORK/pod.json" "$POD"
    if [ "$status" = 0 ]; then
      ok pod delete "$POD"
    else
      [ "$status" = 1 ] || tell "$call"
      says 'pod create'
      equal "$status" 1
    fi
    all_gone "$call"
  done
}

# --- members ----------------------------------------------------------------

# A pod without containers, and what to create in it.
empty_pod() {
  jq 'del(.containers)' "$WORK/pod.json" >"$WORK/empty.json"
  ok pod create -f "$WORK/empty.json" "$POD"
  MEMBER=(create --pod "$POD" --bundle "$WORK/first" "$ID-first")
}

# All containers whose state names the pod have an entry in it.
none_is_lost() {
  local state id
  for state in "$STATE"/*/state.json; do
    if [ -e "$state" ] && [ "$(jq -r .pod "$state")" = "$POD" ]; then
      id=$(basename "$(dirname "$state")")
      if ! runtime pod state "$POD" | jq -r '.containers[].id' | grep -qx "$id"; then
        echo "$1: the pod has lost $id" >&2
        return 1
      fi
    fi
  done
}

@test "a create or delete of a member that is killed loses no member" {
  MOMENTS=15
  empty_pod
  measure "${MEMBER[@]}"
  local call
  for call in $(moments); do
    ok delete --force "$ID-first"
    killed_at "$call" "${MEMBER[@]}"
    none_is_lost "create at $call"
  done
  ok delete --force "$ID-first"
  ok "${MEMBER[@]}"
  measure delete --force "$ID-first"
  for call in $(moments); do
    ok "${MEMBER[@]}"
    killed_at "$call" delete --force "$ID-first"
    none_is_lost "delete at $call"
    ok delete --force "$ID-first"
  done
  killed_most
  ok pod delete "$POD"
  all_gone "the end"
}

@test "pod delete --force takes what a killed create of a member has left" {
  MOMENTS=10
  empty_pod
  measure "${MEMBER[@]}"
  remove_pod
  local call
  for call in $(moments); do
    empty_pod
    killed_at "$call" "${MEMBER[@]}"
    remove_pod
    # What was there before the entry, only its own command removes.
    ok delete --force "$ID-first"
    all_gone "$call"
  done
  killed_most
}
