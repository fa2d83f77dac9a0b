#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Limits of scopes and slices as they are felt from inside: at first, and again
# once `update` has changed them and systemd has written all files anew.

load systemd

prepare() {
  config 'del(.linux.cgroupsPath)'
  SLICE=system.slice
  UNIT=runp-$ID.scope
  # The test's pod, if it has one.
  POD=pod${WORK##*.}
}

finish() {
  if [ -n "${LOOP:-}" ]; then
    remove_all
    losetup --detach "$LOOP"
  fi
  echo 0 >/proc/sys/vm/nr_hugepages
}

# A field of a file of a cgroup: field FILE KEY [CGROUP].
field() { awk -v k="$2" '$1 == k { print $2 }' "$RUNP_CGROUP2/${3:-$SLICE/$UNIT}/$1"; }

# Runs the probe in a container: inside OPERATION...
inside() { ok exec "${INSIDE:-$ID}" /bin/probe "$@"; }

# The probe takes so many bytes, and is killed for it, which is counted.
hog_is_killed() {
  local before
  before=$(field memory.events oom_kill)
  rt exec "$ID" /bin/probe memhog "$1" -- print lived
  equal "$status" 137
  equal "$(state_of "$ID" .oomKills)" $((before + 1))
  equal "$(field memory.events oom_kill)" $((before + 1))
}

# Whoever burns in the cgroup $1 from now until the rest of the words return has
# no more than $2 of 100000 microseconds, and some for the edges.
held_at_quota() {
  local at=$1 quota=$2 periods usage throttled
  shift 2
  periods=$(field cpu.stat nr_periods "$at") usage=$(field cpu.stat usage_usec "$at")
  throttled=$(field cpu.stat nr_throttled "$at")
  "$@"
  periods=$(($(field cpu.stat nr_periods "$at") - periods))
  usage=$(($(field cpu.stat usage_usec "$at") - usage))
  throttled=$(($(field cpu.stat nr_throttled "$at") - throttled))
  echo "$usage microseconds in $periods periods, of which $throttled throttled"
  [ "$throttled" -ge 5 ]
  [ "$usage" -le $((periods * quota * 3 / 2 + 100000)) ]
}

@test "memory, processes, quota and processors are held to, and so is what update makes of them" {
  config '.linux.resources = {memory: {limit: 67108864, swap: 67108864}, pids: {limit: 30},
    cpu: {quota: 50000, period: 100000, cpus: "0"}}'
  running
  inside memhog 50331648
  hog_is_killed 134217728
  inside forkbomb 100
  is fork.stop EAGAIN
  is fork.made 28
  held_at_quota "$SLICE/$UNIT" 50000 inside burn 2000
  ok exec "$ID" /bin/grep Cpus_allowed_list /proc/self/status
  equal "$(cut -f 2 <<<"$output")" 0

  ok update --memory 33554432 --memory-swap 33554432 --pids-limit 20 --cpu-quota 20000 \
    --cpuset-cpus 1 "$ID"
  systemctl daemon-reload
  hog_is_killed 50331648
  inside forkbomb 100
  is fork.stop EAGAIN
  is fork.made 18
  held_at_quota "$SLICE/$UNIT" 20000 inside burn 2000
  ok exec "$ID" /bin/grep Cpus_allowed_list /proc/self/status
  equal "$(cut -f 2 <<<"$output")" 1
}

@test "a disk, huge pages and devices are held to, and so is what update makes of them" {
  modprobe loop
  truncate -s 16M "$WORK/disk"
  LOOP=$(losetup --find --show "$WORK/disk")
  local disk
  disk=$(cat "/sys/block/${LOOP##*/}/dev")
  echo none >"/sys/block/${LOOP##*/}/queue/scheduler"
  echo 8 >/proc/sys/vm/nr_hugepages
  config --argjson a "${disk%:*}" --argjson i "${disk#*:}" '
    .linux.devices = [{path: "/dev/disk", type: "b", major: $a, minor: $i}]
    | .linux.resources = {
        devices: [{allow: false, access: "rwm"}, {allow: true, type: "b", major: $a, minor: $i, access: "rw"}],
        hugepageLimits: [{pageSize: "2MB", limit: 6291456}],
        blockIO: {throttleReadBpsDevice: [{major: $a, minor: $i, rate: 1048576}]}}'
  running
  is_read_in 2097152 1200
  inside hugehog 8
  is huge.made 3
  is huge.stop ENOMEM

  change "{\"hugepageLimits\": [{\"pageSize\": \"2MB\", \"limit\": 4194304}],
    \"blockIO\": {\"throttleReadBpsDevice\": [{\"major\": ${disk%:*}, \"minor\": ${disk#*:}, \"rate\": 262144}]}}"
  systemctl daemon-reload
  is_read_in 1048576 2000
  inside hugehog 8
  is huge.made 2

  change '{"devices": [{"allow": false, "access": "rwm"}]}'
  inside open /dev/disk /dev/null
  is open./dev/disk EPERM
  is open./dev/null ok
  systemctl daemon-reload
  inside open /dev/disk /dev/null
  is open./dev/disk EPERM
  is open./dev/null ok
}

# So many bytes of the disk take at least so many milliseconds.
is_read_in() {
  inside readraw /dev/disk "$1"
  is raw.bytes "$1"
  if [ "$(value raw.ms)" -lt "$2" ]; then echo "read in $output" >&2; return 1; fi
}

change() {
  echo "$1" >"$WORK/limits.json"
  ok update --resources "$WORK/limits.json" "$ID"
}

@test "the limits of a pod stop the sum of its members, and so do those that pod update sets" {
  local slice=runp.slice/runp-$POD.slice name
  jq -n '{podVersion: "0.1.0", linux: {resources: {memory: {limit: 67108864, swap: 67108864},
    pids: {limit: 30}, cpu: {quota: 40000, period: 100000}}}}' >"$WORK/pod.json"
  ok pod create -f "$WORK/pod.json" "$POD"
  config 'del(.hostname)'
  arguments /bin/probe hang
  for name in one two; do ok create --pod "$POD" --bundle "$BUNDLE" "$ID-$name"; done
  ok pod start "$POD"
  # Ten of the pod's processes, with the shell.
  ok exec --detach "$ID-one" /bin/sh -c 'for i in 1 2 3 4 5 6 7 8 9; do sleep 1000 & done; wait'
  eventually eval "[ \$(cat $RUNP_CGROUP2/$slice/runp-$ID-one.scope/pids.current) = 11 ]"

  # With them, and both first processes, the probe itself is the thirteenth.
  INSIDE=$ID-two inside forkbomb 100
  is fork.stop EAGAIN
  is fork.made 17
  held_at_quota "$slice" 40000 both_burn
  memory_is_summed 41943040

  ok pod update --pids-limit 20 --cpu-quota 20000 --memory 33554432 --memory-swap 33554432 "$POD"
  systemctl daemon-reload
  INSIDE=$ID-two inside forkbomb 100
  is fork.stop EAGAIN
  is fork.made 7
  held_at_quota "$slice" 20000 both_burn
  memory_is_summed 20971520
}

both_burn() {
  ok exec --detach "$ID-one" /bin/probe burn 2000
  INSIDE=$ID-two inside burn 2000
}

# So much memory is not too much for the pod, twice as much is.
memory_is_summed() {
  local before
  before=$(killed_in_pod)
  INSIDE=$ID-two inside memhog "$1"
  equal "$(killed_in_pod)" "$before"
  ok exec --detach --pid-file "$WORK/pid" "$ID-one" /bin/probe memhog "$1" -- print full -- hang
  eventually is_full "$1" "$RUNP_CGROUP2/$slice/runp-$ID-one.scope"
  rt exec "$ID-two" /bin/probe memhog "$1"
  [ "$(killed_in_pod)" -gt "$before" ]
  kill -KILL "$(cat "$WORK/pid")" 2>/dev/null || true
}

is_full() { [ "$(cat "$2/memory.current")" -ge "$1" ]; }
killed_in_pod() { field memory.events oom_kill "$slice"; }
