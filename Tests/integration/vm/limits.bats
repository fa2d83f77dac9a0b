#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Limits as the kernel keeps them, on a machine with the whole of cgroup v2.

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

# A file of the container's cgroup, in one line.
file() { tr '\n' ' ' <"$RUNP_CGROUP2$CGROUP_PARENT/$ID/$1" | sed 's/ $//'; }

# A field of a file like cpu.stat.
field() { awk -v k="$2" '$1 == k { print $2 }' "$RUNP_CGROUP2$CGROUP_PARENT/$ID/$1"; }

@test "a container that takes more memory than its limit is killed" {
  config '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
  arguments /bin/probe print before -- memhog 134217728 -- print after
  create
  equal "$(file memory.max)" 33554432
  ok start "$ID"
  eventually has_status "$ID" stopped
  log | grep -qx before
  if log | grep -qx after; then return 1; fi
  [ "$(field memory.events oom_kill)" -ge 1 ]
  ok delete "$ID"
  gone "$ID"
}

@test "state tells of an out-of-memory kill, while the container runs and when it has stopped" {
  runp_only "it is told by none else"
  config '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
  arguments /bin/probe hang
  create
  ok start "$ID"
  equal "$(state_of "$ID" .oomKills)" 0
  rt exec "$ID" /bin/probe memhog 134217728
  equal "$status" 137
  equal "$(state_of "$ID" .oomKills)" 1
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  equal "$(state_of "$ID" .oomKills)" 1
}

@test "events tells of an out-of-memory kill as it happens" {
  peer_falls_short crun "it has no events"
  config '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
  arguments /bin/probe hang
  create
  ok start "$ID"
  background "$WORK/events" "$RUNTIME" --root "$STATE" events --interval 1h "$ID"
  eventually eval 'ls -l /proc/${BACKGROUND[0]}/fd | grep -qE "memory.events|inotify"'
  rt exec "$ID" /bin/probe memhog 134217728
  equal "$status" 137
  eventually grep -qx "{\"type\":\"oom\",\"id\":\"$ID\"}" "$WORK/events"
  ok kill "$ID" KILL
  eventually eval '! kill -0 "${BACKGROUND[0]}"'
  equal "$(grep -c oom "$WORK/events")" 1
}

@test "events tells of an out-of-memory kill that ends the container" {
  runp_only "runc may miss it"
  config '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
  arguments /bin/probe memhog 134217728
  create
  background "$WORK/events" "$RUNTIME" --root "$STATE" events --interval 1h "$ID"
  eventually eval 'ls -l /proc/${BACKGROUND[0]}/fd | grep -q memory.events'
  ok start "$ID"
  eventually eval '! kill -0 "${BACKGROUND[0]}"'
  equal "$(jq -r .type "$WORK/events" | xargs)" "oom end"
}

@test "events says when it does not know of out-of-memory kills, for the cgroup is gone" {
  runp_only "runc says nothing"
  config '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
  arguments /bin/probe hang
  create
  ok start "$ID"
  background "$WORK/events" "$RUNTIME" --root "$STATE" events --interval 1h "$ID"
  eventually eval 'ls -l /proc/${BACKGROUND[0]}/fd | grep -q memory.events'
  kill -STOP "${BACKGROUND[0]}"
  ok delete --force "$ID"
  kill -CONT "${BACKGROUND[0]}"
  eventually eval '! kill -0 "${BACKGROUND[0]}"'
  equal "$(<"$WORK/events")" "{\"type\":\"end\",\"id\":\"$ID\",\"data\":{\"oomKills\":null}}"
}

@test "events tells of a process that could not be made for pids.max" {
  runp_only "it is told by none else"
  config '.linux.resources.pids.limit = 20'
  arguments /bin/probe forkbomb 200 -- hang
  create
  background "$WORK/events" "$RUNTIME" --root "$STATE" events --interval 1h "$ID"
  eventually eval 'ls -l /proc/${BACKGROUND[0]}/fd | grep -q pids.events'
  ok start "$ID"
  eventually grep -qx "{\"type\":\"pids-max\",\"id\":\"$ID\"}" "$WORK/events"
}

@test "events of a pod tells of its limit, and of the container that it ends" {
  runp_only "no pods"
  local pod=p-${WORK##*.}
  echo '{"podVersion": "0.1.0", "linux": {"resources": {"memory": {"limit": 33554432, "swap": 33554432}}}}' >"$WORK/pod.json"
  ok pod create --file "$WORK/pod.json" "$pod"
  config 'del(.linux.cgroupsPath) | del(.hostname)'
  arguments /bin/probe memhog 134217728
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID"
  background "$WORK/events" "$RUNTIME" --root "$STATE" pod events --interval 1h "$pod"
  eventually eval 'ls -l /proc/${BACKGROUND[0]}/fd | grep -q memory.events.local'
  ok pod start "$pod"
  eventually grep -q '"end"' "$WORK/events"
  grep -qx "{\"type\":\"oom\",\"pod\":\"$pod\"}" "$WORK/events"
  grep -qx "{\"type\":\"oom\",\"id\":\"$ID\",\"pod\":\"$pod\"}" "$WORK/events"
  equal "$(runtime pod state "$pod" | jq .oomKills)" 1
  ok pod delete --force "$pod"
}

@test "events has the counters of all controllers" {
  peer_falls_short crun "it has no events"
  config '.linux.resources = {memory: {limit: 67108864, swap: 67108864}, pids: {limit: 30},
    cpu: {quota: 50000, period: 100000}}'
  arguments /bin/probe burn 500 -- hang
  create
  ok start "$ID"
  eventually grep -q burn.wall "${LOGS[$ID]}"
  ok events --stats "$ID"
  jq -e '.data.memory.usage | .limit == 67108864 and .usage > 0 and .failcnt == 0' <<<"$output"
  jq -e '.data.memory.raw.anon > 0' <<<"$output"
  jq -e '.data.pids | .current == 1 and .limit == 30' <<<"$output"
  jq -e '.data.cpu.throttling | .periods > 0 and .throttledPeriods > 0' <<<"$output"
  jq -e '.data.cpu.usage.total > 100000000' <<<"$output"
  jq -e '.data.blkio | type == "object"' <<<"$output"
}

@test "run tells of an out-of-memory kill by the exit status" {
  config '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
  arguments /bin/probe memhog 134217728
  rt run --bundle "$BUNDLE" "$ID"
  equal "$status" 137
  gone "$ID"
}

@test "a container that stays below its limit is not killed" {
  config '.linux.resources.memory = {limit: 67108864}'
  arguments /bin/probe memhog 16777216 -- print after
  run_once
  is memhog 16777216
}

@test "a fork bomb stops at pids.max" {
  config '.linux.resources.pids.limit = 20'
  arguments /bin/probe forkbomb 200 -- hang
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  output=$(log)
  is fork.made 19
  is fork.stop EAGAIN
  equal "$(file pids.max)" 20
  [ "$(field pids.events max)" -ge 1 ]
}

@test "a CPU burner is held at its quota" {
  config '.linux.resources.cpu = {quota: 20000, period: 100000}'
  # Longer than ten periods, on however slow a machine.
  arguments /bin/probe burn 3000 -- hang
  create
  equal "$(file cpu.max)" "20000 100000"
  ok start "$ID"
  eventually grep -q burn.wall "${LOGS[$ID]}"
  output=$(log)
  local periods throttled usage
  periods=$(field cpu.stat nr_periods)
  throttled=$(field cpu.stat nr_throttled)
  usage=$(field cpu.stat usage_usec)
  [ "$throttled" -ge 5 ]
  # In so many periods no more than a fifth each, and some for the edges.
  [ "$usage" -le $((periods * 20000 * 3 / 2 + 100000)) ]
}

@test "a device that is denied is denied, and one that is allowed is allowed" {
  config '.linux.resources.devices = [
      {allow: false, access: "rwm"},
      {allow: true, type: "c", major: 1, minor: 11, access: "r"},
      {allow: true, type: "c", major: 10, access: "m"}]
    | .linux.devices = [
      {type: "c", path: "/dev/kmsg", major: 1, minor: 11, fileMode: 438},
      {type: "c", path: "/dev/mem-like", major: 1, minor: 1, fileMode: 438},
      {type: "c", path: "/dev/other", major: 10, minor: 200, fileMode: 438}]
    | .process.capabilities |= map_values(. + ["CAP_SYSLOG"])'
  probe open /dev/kmsg /dev/mem-like -- open w /dev/kmsg -- open /dev/null
  equal "$(grep -c '^open./dev/kmsg=' <<<"$output")" 2
  equal "$(grep '^open./dev/kmsg=' <<<"$output" | head -n 1)" "open./dev/kmsg=ok"
  equal "$(grep '^open./dev/kmsg=' <<<"$output" | tail -n 1)" "open./dev/kmsg=EPERM"
  is open./dev/mem-like EPERM
  is open./dev/null ok
}

@test "a device that may not be made cannot be made" {
  config '.linux.resources.devices = [{allow: false, access: "rwm"}, {allow: true, type: "c", major: 1, minor: 11, access: "rw"}]'
  arguments /bin/probe mknod /tmp/disk b 7 0 -- open /tmp/disk -- mknod /tmp/null c 1 3 -- open /tmp/null
  run_once
  # Default rules let nodes be made, but none but the default devices be used.
  differ "$(value open./tmp/disk)" ok
  is open./tmp/null ok
}

@test "memory values are converted" {
  config '.linux.resources.memory = {limit: 67108864, reservation: 33554432, swap: 100663296}'
  create
  equal "$(file memory.max)" 67108864
  equal "$(file memory.low)" 33554432
  if [ -e "$RUNP_CGROUP2$CGROUP_PARENT/$ID/memory.swap.max" ]; then
    equal "$(file memory.swap.max)" 33554432
  fi
}

@test "unlimited memory, and swap that is equal to memory" {
  config '.linux.resources.memory = {limit: -1, swap: -1}'
  create
  equal "$(file memory.max)" max
  ok delete --force "$ID"
  config '.linux.resources.memory = {limit: 67108864, swap: 67108864}'
  create
  if [ -e "$RUNP_CGROUP2$CGROUP_PARENT/$ID/memory.swap.max" ]; then
    equal "$(file memory.swap.max)" 0
  fi
}

@test "a swap limit below the memory limit is refused" {
  config '.linux.resources.memory = {limit: 67108864, swap: 33554432}'
  create_refused
  says 'swap'
}

@test "cpu shares become a weight" {
  local pair
  for pair in 2:1 1024:100 262144:10000; do
    config --argjson s "${pair%:*}" '.linux.resources.cpu = {shares: $s}'
    create
    equal "$(file cpu.weight)" "${pair#*:}"
    ok delete --force "$ID"
  done
}

@test "cpu quota without period, period without quota, burst and idle" {
  config '.linux.resources.cpu = {quota: 40000}'
  create
  equal "$(file cpu.max)" "40000 100000"
  ok delete --force "$ID"
  config '.linux.resources.cpu = {period: 50000}'
  create
  equal "$(file cpu.max)" "max 50000"
  ok delete --force "$ID"
  config '.linux.resources.cpu = {quota: 40000, period: 100000, burst: 20000}'
  create
  equal "$(file cpu.max.burst)" 20000
  ok delete --force "$ID"
  config '.linux.resources.cpu = {idle: 1}'
  create
  equal "$(file cpu.idle)" 1
}

@test "cpuset is written as it is" {
  config '.linux.resources.cpu = {cpus: "0", mems: "0"}'
  probe_cpus
  equal "$(file cpuset.cpus)" 0
  equal "$(file cpuset.mems)" 0
}

probe_cpus() {
  arguments /bin/probe scheduler -- hang
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  output=$(log)
  is cpus 1
}

@test "pids: -1 is no limit" {
  config '.linux.resources.pids.limit = -1'
  create
  equal "$(file pids.max)" max
}

# No process can be cloned into a cgroup that may have none.
@test "pids: 0 is a limit, of the first process alone, as the specification says since 1.3" {
  peer_falls_short crun "it leaves 0 out"
  config '.ociVersion = "1.3.0" | .linux.resources.pids.limit = 0'
  arguments /bin/probe forkbomb 5
  run_once
  is fork.made 0
  is fork.stop EAGAIN
}

@test "pids: 0 is no limit in a document of before, as engines of that time mean it (podman 4: --pids-limit=-1)" {
  peer_falls_short runc "it makes 1 of it, and nothing can be forked"
  config '.ociVersion = "1.0.2-dev" | .linux.resources.pids.limit = 0'
  arguments /bin/probe forkbomb 5
  run_once
  is fork.made 5
}

@test "io weight and throttling" {
  local disk
  disk=$(cat /sys/block/*/dev 2>/dev/null | head -n 1)
  if [ -z "$disk" ]; then skip "there is no block device"; fi
  config --argjson a "${disk%:*}" --argjson i "${disk#*:}" '.linux.resources.blockIO = {
    throttleReadBpsDevice: [{major: $a, minor: $i, rate: 1048576}],
    throttleWriteIOPSDevice: [{major: $a, minor: $i, rate: 100}]}'
  create
  [[ $(file io.max) == "$disk rbps=1048576 wbps=max riops=max wiops=100" ]]
  ok delete --force "$ID"
  config '.linux.resources.blockIO = {weight: 1000}'
  rt create --bundle "$BUNDLE" "$ID"
  if [ -e "$RUNP_CGROUP2$CGROUP_PARENT/$ID/io.weight" ]; then
    equal "$(file io.weight)" "default 10000"
  elif [ -e "$RUNP_CGROUP2$CGROUP_PARENT/$ID/io.bfq.weight" ]; then
    equal "$(file io.bfq.weight)" "default 1000"
  else
    says 'io'
  fi
}

@test "huge pages stop at their limit" {
  if ! grep -qw hugetlb "$RUNP_CGROUP2/cgroup.controllers"; then skip "cgroup v2 has no hugetlb here"; fi
  echo 8 >/proc/sys/vm/nr_hugepages
  config '.linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 6291456}]'
  if is_crun; then
    # Without a limit of the reservation a process is killed by SIGBUS.
    arguments /bin/probe hugehog 8
    rt run --bundle "$BUNDLE" "$ID"
    equal "$status" 135
  else
    probe hugehog 8
    is huge.made 3
    is huge.stop ENOMEM
  fi
  echo 0 >/proc/sys/vm/nr_hugepages
}

@test "processors are a partition of their own, or the reason why not" {
  config --arg p "/$ID" '.linux.cgroupsPath = $p
    | .linux.resources.unified = {"cpuset.cpus": "1", "cpuset.cpus.partition": "isolated"}'
  create
  equal "$(cat "$RUNP_CGROUP2/$ID/cpuset.cpus.partition")" isolated
  ok delete --force "$ID"
  peer_falls_short crun "it does not look what has become of it"
  peer_falls_short runc "it does not look what has become of it"
  # What is around it is no partition, and has the processors, too.
  config --arg p "$CGROUP_PARENT/$ID" '.linux.cgroupsPath = $p'
  create_refused
  says 'unified.cpuset.cpus.partition: cgroup .* is no partition: isolated invalid'
}

@test "exclusive processors, where the kernel knows them" {
  create
  if [ ! -e "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cpuset.cpus.exclusive" ]; then
    ok delete --force "$ID"
    config '.linux.resources.unified = {"cpuset.cpus.exclusive": "1"}'
    create_refused
    says 'cpuset.cpus.exclusive'
    return 0
  fi
  ok delete --force "$ID"
  config '.linux.resources.unified = {"cpuset.cpus": "1", "cpuset.cpus.exclusive": "1"}'
  create
  equal "$(file cpuset.cpus.exclusive)" 1
}

@test "all controllers are the container's to pass on" {
  peer_falls_short crun "it enables those that it knows"
  with_mount /sys/fs/cgroup cgroup cgroup rw
  probe read /sys/fs/cgroup/cgroup.controllers
  equal "$(value read./sys/fs/cgroup/cgroup.controllers)" "$(cat "$RUNP_CGROUP2/cgroup.controllers")"
}

@test "what limits no resource of this machine is refused with the kernel's reason" {
  local name
  for name in misc rdma dmem; do
    if ! grep -qw "$name" "$RUNP_CGROUP2/cgroup.controllers"; then continue; fi
    config --arg f "$name.max" '.linux.resources.unified = {($f): "nothing 1"}'
    create_refused
    says "$name.max"
  done
}

@test "hugetlb limits, the reservation's too" {
  if ! grep -qw hugetlb "$RUNP_CGROUP2/cgroup.controllers"; then skip "cgroup v2 has no hugetlb here"; fi
  peer_falls_short crun "it writes no limit for reservations"
  config '.linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 4194304}]'
  create
  equal "$(file hugetlb.2MB.max)" 4194304
  equal "$(file hugetlb.2MB.rsvd.max)" 4194304
}

@test "unified files are written last" {
  config '.linux.resources = {memory: {limit: 67108864}, unified: {"memory.high": "50331648", "memory.max": "58720256", "pids.max": "77"}}'
  create
  equal "$(file memory.high)" 50331648
  equal "$(file memory.max)" 58720256
  equal "$(file pids.max)" 77
}

@test "controllers are enabled all the way down, and parents keep no process" {
  config --arg p "$CGROUP_PARENT/one/two/$ID" '.linux.cgroupsPath = $p | .linux.resources.pids.limit = 33'
  create
  equal "$(cat "$RUNP_CGROUP2$CGROUP_PARENT/one/two/$ID/pids.max")" 33
  equal "$(cat "$RUNP_CGROUP2$CGROUP_PARENT/one/two/cgroup.procs")" ""
  ok delete --force "$ID"
  rmdir "$RUNP_CGROUP2$CGROUP_PARENT/one/two" "$RUNP_CGROUP2$CGROUP_PARENT/one" 2>/dev/null || true
}

@test "init that is killed for its memory while it is made: the message says so" {
  peer_falls_short crun "its message is another"
  config '.linux.resources.memory = {limit: 65536, swap: 65536}'
  refused run --bundle "$BUNDLE" "$ID"
  says 'memory|OOM'
}

@test "the options of the host's hierarchy stay, whatever namespace it is mounted in" {
  peer_falls_short crun "it takes them away for the whole host"
  peer_falls_short runc "it takes them away for the whole host"
  mount -o remount,nsdelegate "$RUNP_CGROUP2"
  with_mount /sys/fs/cgroup cgroup cgroup ro
  probe mounts /sys/fs/cgroup
  grep -q 'cgroup2 .*nsdelegate' /proc/mounts
  # The host's own, which a configuration can name.
  with_namespace cgroup /proc/self/ns/cgroup
  probe mounts /sys/fs/cgroup
  like mount./sys/fs/cgroup '^cgroup2 ro'
  grep -q 'cgroup2 .*nsdelegate' /proc/mounts
}

# --- pods -------------------------------------------------------------------

# A pod with limits, and two members that have none of their own.
pod_with() {
  runp_only "it has no pods"
  POD=pod-$ID
  jq -n --arg c "$CGROUP_PARENT/pod" --argjson r "$1" \
    '{podVersion: "0.1.0", linux: {cgroupsPath: $c, resources: $r}}' >"$WORK/pod.json"
  rm -r "$BUNDLE"
  ok pod create -f "$WORK/pod.json" "$POD"
}

# Starts a member: member NAME OPERATION...
member() {
  new_bundle "$1"
  config 'del(.hostname) | del(.linux.cgroupsPath)'
  local name=$1
  shift
  arguments /bin/probe "$@"
  LOGS["$ID-$name"]=$WORK/out.$((calls + 1))
  ok create --pod "$POD" --bundle "$BUNDLE" "$ID-$name"
  ok start "$ID-$name"
}

pod_file() { tr '\n' ' ' <"$RUNP_CGROUP2$CGROUP_PARENT/pod/$1" | sed 's/ $//'; }
pod_field() { awk -v k="$2" '$1 == k { print $2 }' "$RUNP_CGROUP2$CGROUP_PARENT/pod/$1"; }

# Asked anew each time, which an argument of `eventually` would not be.
has_killed() { [ "$(pod_field memory.events oom_kill)" -ge 1 ]; }

@test "pod: memory is the sum of its members'" {
  pod_with '{"memory": {"limit": 67108864, "swap": 67108864}}'
  equal "$(pod_file memory.max)" 67108864
  member one memhog 41943040 -- print full -- hang
  eventually grep -q full "${LOGS[$ID-one]}"
  # Neither alone is too much, both are.
  member two memhog 41943040 -- print full -- hang
  eventually has_killed
}

@test "pod: processes are the sum of its members'" {
  pod_with '{"pids": {"limit": 30}}'
  member one forkbomb 12 -- print had -- hang
  eventually grep -qx had "${LOGS[$ID-one]}"
  member two forkbomb 100 -- hang
  eventually grep -q ready "${LOGS[$ID-two]}"
  output=$(log "$ID-two")
  is fork.stop EAGAIN
  [ "$(value fork.made)" -le 29 ]
  # Older kernels count where the fork was, newer ones where the limit is.
  [ $(($(pod_field pids.events max) + $(pod_field "$ID-two/pids.events" max))) -ge 1 ]
}

@test "pod: the quota is for all of its members together" {
  pod_with '{"cpu": {"quota": 30000, "period": 100000}}'
  member one burn 3000 -- hang
  member two burn 3000 -- hang
  eventually grep -q burn.wall "${LOGS[$ID-one]}"
  eventually grep -q burn.wall "${LOGS[$ID-two]}"
  [ "$(pod_field cpu.stat nr_throttled)" -ge 5 ]
  [ "$(pod_field cpu.stat usage_usec)" -le $(($(pod_field cpu.stat nr_periods) * 30000 * 3 / 2 + 100000)) ]
}

@test "pod: a member may have less than the pod" {
  pod_with '{"memory": {"limit": 67108864}, "pids": {"limit": 40}}'
  new_bundle one
  config 'del(.hostname) | del(.linux.cgroupsPath) | .linux.resources = {memory: {limit: 33554432}, pids: {limit: 10}}'
  arguments /bin/probe hang
  ok create --pod "$POD" --bundle "$BUNDLE" "$ID-one"
  equal "$(cat "$RUNP_CGROUP2$CGROUP_PARENT/pod/$ID-one/memory.max")" 33554432
  equal "$(cat "$RUNP_CGROUP2$CGROUP_PARENT/pod/$ID-one/pids.max")" 10
  equal "$(pod_file pids.max)" 40
}

@test "pod: a device that the pod denies is denied to its members" {
  pod_with '{"devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 1, "access": "rwm"},
    {"allow": true, "type": "c", "major": 5, "access": "rwm"}, {"allow": true, "type": "c", "major": 136, "access": "rwm"}]}'
  new_bundle one
  config 'del(.hostname) | del(.linux.cgroupsPath)
    | .linux.devices = [{type: "b", path: "/dev/disk", major: 7, minor: 0, fileMode: 438}]'
  arguments /bin/probe open /dev/disk /dev/null
  rt run --pod "$POD" --bundle "$BUNDLE" "$ID-one"
  if [ "$status" -eq 0 ]; then
    is open./dev/disk EPERM
    is open./dev/null ok
  else
    # Or the node cannot even be made.
    says '/dev/disk'
  fi
}
