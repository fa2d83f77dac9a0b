#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Limits that change while a container runs, as the kernel keeps them then.

load ../helpers

prepare() {
  local controller
  for controller in memory cpu pids io cpuset; do
    if ! grep -qw "$controller" "$RUNP_CGROUP2/cgroup.controllers"; then
      skip "cgroup v2 has no $controller here"
    fi
  done
  LIMIT=120
}

at() { echo "$RUNP_CGROUP2$CGROUP_PARENT/$ID/$1"; }
file() { tr '\n' ' ' <"$(at "$1")" | sed 's/ $//'; }
field() { awk -v k="$2" '$1 == k { print $2 }' "$(at "$1")"; }

# Updates by a document.
update() {
  echo "$1" >"$WORK/limits.json"
  ok update --resources "$WORK/limits.json" "$ID"
}

# A container whose program begins once it is started, under its changed limits.
created() {
  config "$1"
  shift
  arguments /bin/probe "$@"
  create
}

@test "a container that takes more memory than its new limit is killed" {
  created '.linux.resources.memory = {limit: 268435456, swap: 268435456}' \
    print before -- memhog 134217728 -- print after
  ok update --memory 33554432 --memory-swap 33554432 "$ID"
  equal "$(file memory.max)" 33554432
  ok start "$ID"
  eventually has_status "$ID" stopped
  log | grep -qx before
  if log | grep -qx after; then return 1; fi
  [ "$(field memory.events oom_kill)" -ge 1 ]
}

@test "a container that was given more memory gets it" {
  created '.linux.resources.memory = {limit: 33554432, swap: 33554432}' \
    memhog 67108864 -- print after -- hang
  ok update --memory 134217728 --memory-swap 134217728 "$ID"
  ok start "$ID"
  eventually grep -qx after "${LOGS[$ID]}"
}

@test "a fork bomb stops at the new pids.max" {
  created '.linux.resources.pids.limit = 100' forkbomb 200 -- hang
  ok update --pids-limit 20 "$ID"
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  output=$(log)
  is fork.made 19
  is fork.stop EAGAIN
  ok update --pids-limit -1 "$ID"
  equal "$(file pids.max)" max
}

@test "a CPU burner is held at its new quota" {
  created '.linux.resources.cpu = {quota: 90000, period: 100000}' burn 3000 -- hang
  ok update --cpu-quota 20000 "$ID"
  equal "$(file cpu.max)" "20000 100000"
  ok start "$ID"
  eventually grep -q burn.wall "${LOGS[$ID]}"
  [ "$(field cpu.stat nr_throttled)" -ge 5 ]
  [ "$(field cpu.stat usage_usec)" -le $(($(field cpu.stat nr_periods) * 20000 * 3 / 2 + 100000)) ]
}

@test "processors change, in a container that had none of its own" {
  created '.' scheduler -- hang
  ok update --cpuset-cpus 0 --cpuset-mems 0 "$ID"
  equal "$(file cpuset.cpus)" 0
  equal "$(file cpuset.mems)" 0
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  output=$(log)
  is cpus 1
}

@test "rates of a block device change" {
  local disk
  disk=$(cat /sys/block/*/dev 2>/dev/null | head -n 1)
  if [ -z "$disk" ]; then skip "there is no block device"; fi
  created '.' hang
  update "{\"blockIO\": {\"throttleReadBpsDevice\": [{\"major\": ${disk%:*}, \"minor\": ${disk#*:}, \"rate\": 1048576}]}}"
  equal "$(file io.max)" "$disk rbps=1048576 wbps=max riops=max wiops=max"
  update "{\"blockIO\": {\"throttleWriteIOPSDevice\": [{\"major\": ${disk%:*}, \"minor\": ${disk#*:}, \"rate\": 100}]}}"
  equal "$(file io.max)" "$disk rbps=1048576 wbps=max riops=max wiops=100"
}

@test "a period keeps its quota, and a quota its period" {
  created '.linux.resources.cpu = {quota: 40000, period: 100000}' hang
  ok update --cpu-period 50000 "$ID"
  equal "$(file cpu.max)" "40000 50000"
  ok update --cpu-quota 30000 "$ID"
  equal "$(file cpu.max)" "30000 50000"
  ok update --cpu-quota -1 "$ID"
  equal "$(file cpu.max)" "max 50000"
  ok update --cpu-quota 20000 --cpu-period 80000 "$ID"
  equal "$(file cpu.max)" "20000 80000"
}

@test "shares, and idle that takes them away and gives them back" {
  peer_falls_short crun "it has no --cpu-idle"
  peer_falls_short runc "it takes no shares for what is idle"
  created '.linux.resources.cpu = {shares: 512}' hang
  equal "$(file cpu.weight)" 59
  ok update --cpu-idle 1 "$ID"
  equal "$(file cpu.idle)" 1
  ok update --cpu-share 2 "$ID"
  equal "$(file cpu.idle)" 1
  ok update --cpu-idle 0 "$ID"
  equal "$(file cpu.idle)" 0
  equal "$(file cpu.weight)" 1
  ok update --cpu-share 262144 "$ID"
  equal "$(file cpu.weight)" 10000
}

@test "a burst grows and shrinks with its quota, and never exceeds it" {
  peer_falls_short crun "it has no --cpu-burst"
  created '.linux.resources.cpu = {quota: 20000, period: 100000, burst: 10000}' hang
  ok update --cpu-quota 60000 --cpu-burst 50000 "$ID"
  equal "$(file cpu.max) $(file cpu.max.burst)" "60000 100000 50000"
  ok update --cpu-quota 20000 --cpu-burst 5000 "$ID"
  equal "$(file cpu.max) $(file cpu.max.burst)" "20000 100000 5000"
  refused update --cpu-burst 30000 "$ID"
  equal "$(file cpu.max) $(file cpu.max.burst)" "20000 100000 5000"
  refused update --cpu-quota 4000 "$ID"
  equal "$(file cpu.max) $(file cpu.max.burst)" "20000 100000 5000"
}

@test "memory: units, reservation, and no limit" {
  peer_falls_short crun "it takes no units"
  created '.linux.resources.memory = {limit: 67108864}' hang
  ok update --memory 50M --memory-reservation 1048576k "$ID"
  equal "$(file memory.max) $(file memory.low)" "52428800 1073741824"
  ok update --memory -1 "$ID"
  equal "$(file memory.max)" max
}

@test "memory and swap: each goes by the other that holds" {
  runp_only "it forgets the limit of memory, or wants both"
  created '.linux.resources.memory = {limit: 67108864, swap: 100663296}' hang
  if [ ! -e "$(at memory.swap.max)" ]; then skip "the kernel has no limit of swap"; fi
  equal "$(file memory.swap.max)" 33554432
  # The amount of swap stays.
  ok update --memory 134217728 "$ID"
  equal "$(file memory.max) $(file memory.swap.max)" "134217728 33554432"
  ok update --memory-swap 150994944 "$ID"
  equal "$(file memory.max) $(file memory.swap.max)" "134217728 16777216"
  refused update --memory-swap 1048576 "$ID"
  ok update --memory 67108864 --memory-swap 67108864 "$ID"
  equal "$(file memory.max) $(file memory.swap.max)" "67108864 0"
  ok update --memory -1 "$ID"
  equal "$(file memory.max) $(file memory.swap.max)" "max max"
}

@test "a limit below what is in use is refused if that is to be checked" {
  peer_falls_short crun "its words are others"
  created '.' memhog 33554432 -- print full -- hang
  ok start "$ID"
  eventually grep -qx full "${LOGS[$ID]}"
  echo '{"memory": {"limit": 1048576, "checkBeforeUpdate": true}}' >"$WORK/limits.json"
  refused update --resources "$WORK/limits.json" "$ID"
  says 'rejecting memory limit 1048576 <= usage'
  echo '{"memory": {"limit": 1048576, "swap": 2097152, "checkBeforeUpdate": true}}' >"$WORK/limits.json"
  refused update --resources "$WORK/limits.json" "$ID"
  says 'rejecting memory\+swap limit 2097152 <= usage'
  equal "$(file memory.max)" max
  has_status "$ID" running
}

@test "when one limit cannot be set, all stay as they were" {
  peer_falls_short crun "it leaves what it has set"
  peer_falls_short runc "it leaves what it has set"
  created '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 10}, cpu: {quota: 20000}}' hang
  refused update --memory 134217728 --pids-limit 20 --cpu-quota 30000 --cpuset-cpus 4000 "$ID"
  equal "$(file memory.max)" 67108864
  equal "$(file pids.max)" 10
  equal "$(file cpu.max)" "20000 100000"
  # Nor are they what the next update goes by.
  ok update --cpu-period 50000 "$ID"
  equal "$(file cpu.max)" "20000 50000"
}

@test "a paused container can be changed" {
  created '.linux.resources.pids.limit = 10' hang
  ok start "$ID"
  echo 1 >"$(at cgroup.freeze)"
  ok update --pids-limit 20 "$ID"
  equal "$(file pids.max)" 20
  echo 0 >"$(at cgroup.freeze)"
}

@test "pod update: the sum of the members stops at the new limit" {
  runp_only "it has no pods"
  local pod=pod-$ID
  jq -n --arg c "$CGROUP_PARENT/pod" \
    '{podVersion: "0.1.0", linux: {cgroupsPath: $c, resources: {pids: {limit: 200}, cpu: {quota: 50000, period: 100000}}}}' \
    >"$WORK/pod.json"
  ok pod create -f "$WORK/pod.json" "$pod"
  ok pod update --pids-limit 30 --cpu-period 50000 "$pod"
  equal "$(cat "$RUNP_CGROUP2$CGROUP_PARENT/pod/pids.max")" 30
  equal "$(cat "$RUNP_CGROUP2$CGROUP_PARENT/pod/cpu.max")" "50000 50000"
  config 'del(.hostname) | del(.linux.cgroupsPath)'
  arguments /bin/probe forkbomb 100 -- hang
  create --pod "$pod"
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  output=$(log)
  is fork.stop EAGAIN
  [ "$(value fork.made)" -le 29 ]
}
