#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Limits that change while a container runs. What needs more controllers than
# huge pages is under vm/.

load helpers

prepare() {
  if ! grep -qw hugetlb "$RUNP_CGROUP2/cgroup.controllers"; then skip "cgroup v2 has no hugetlb here"; fi
  MAX=hugetlb.2MB.max
  RESERVED=hugetlb.2MB.rsvd.max
}

here() { echo "$RUNP_CGROUP2$CGROUP_PARENT/$ID"; }
file() { cat "$(here)/$1"; }

# A document with a limit of huge pages.
pages() { echo "{\"hugepageLimits\": [{\"pageSize\": \"${2:-2MB}\", \"limit\": $1}]}"; }

# Changes limits by a document: update WITH DOCUMENT [ARG...]; WITH is ok, refused
# or one of those with strace.
update() {
  local how=$1
  echo "$2" >"$WORK/limits.json"
  shift 2
  $how "$@" update --resources "$WORK/limits.json" "$ID"
}

@test "a file by its name is changed while the container runs" {
  config ".linux.resources.unified = {\"$MAX\": \"4194304\"}"
  running
  equal "$(file $MAX)" 4194304
  update ok "{\"unified\": {\"$MAX\": \"8388608\"}}"
  equal "$(file $MAX)" 8388608
  has_status "$ID" running
}

@test "standard input is a document, too" {
  config ".linux.resources.unified = {\"$MAX\": \"4194304\"}"
  running
  echo "{\"unified\": {\"$MAX\": \"8388608\"}}" >"$WORK/in"
  for option in "--resources -" "--resources=-" "-r -"; do
    echo 4194304 >"$(here)/$MAX"
    # shellcheck disable=SC2086
    runtime update $option "$ID" <"$WORK/in"
    equal "$(file $MAX)" 8388608
  done
}

@test "a created container can be changed" {
  config ".linux.resources.unified = {\"$MAX\": \"4194304\"}"
  arguments /bin/probe hang
  create
  update ok "{\"unified\": {\"$MAX\": \"8388608\"}}"
  equal "$(file $MAX)" 8388608
}

@test "limits of huge pages are changed" {
  runp_only "it takes no hugepageLimits of an update"
  running
  update ok "$(pages 4194304)"
  equal "$(file $MAX)" 4194304
  equal "$(file $RESERVED)" 4194304
  update ok "$(pages 2097152)"
  equal "$(file $MAX)" 2097152
}

@test "nothing named, or 0, changes nothing" {
  peer_falls_short crun "it takes 0 for a limit of memory"
  config ".linux.resources.unified = {\"$MAX\": \"4194304\"}"
  running
  ok update "$ID"
  update ok '{}'
  update ok '{"memory": {"limit": 0}, "cpu": {"shares": 0, "quota": 0, "cpus": ""}, "blockIO": {"weight": 0}}'
  equal "$(file $MAX)" 4194304
}

@test "other options mean nothing beside a document" {
  running
  echo '{}' >"$WORK/limits.json"
  ok update --resources "$WORK/limits.json" --cpu-quota 5 --pids-limit 7 "$ID"
}

@test "a container that has stopped, and one that is not there, are refused" {
  arguments /bin/true
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  refused update --memory 64m "$ID"
  if ! is_crun; then says 'not running'; fi
  refused update --memory 64m no-such
  says 'does not exist'
}

@test "a limit whose controller is not there is refused with its place" {
  runp_only
  if grep -qw pids "$RUNP_CGROUP2/cgroup.controllers"; then skip "cgroup v2 has pids here"; fi
  running
  local before
  before=$(file $MAX)
  refused update --pids-limit 5 "$ID"
  says 'linux.resources.pids.limit: the pids controller is not on the cgroup2 hierarchy'
  # Nothing is set beside it.
  update refused "$(pages 4194304 | jq -c '.pids.limit = 5')"
  equal "$(file $MAX)" "$before"
}

@test "what is wrong is named, and nothing is changed" {
  runp_only "the words are runp's"
  config ".linux.resources.unified = {\"$MAX\": \"4194304\"}"
  running
  local case
  while read -r case; do
    # shellcheck disable=SC2086
    refused update ${case%%|*} "$ID"
    says "${case#*|}"
  done <<'CASES'
--memory 12x|invalid value "12x" for --memory: must be a number of bytes
--memory -2|invalid value "-2" for --memory
--memory 9999999999999g|invalid value
--cpu-quota 1.5|invalid value "1.5" for --cpu-quota: must be a whole number$
--cpu-idle true|invalid value "true" for --cpu-idle: must be a whole number$
--pids-limit -|invalid value "-" for --pids-limit: must be a whole number$
--cpu-quota +5|invalid value "[+]5" for --cpu-quota: must be a whole number$
--cpu-share -1|invalid value "-1" for --cpu-share: must be a number from 0 to 18446744073709551615$
--cpu-period 5|linux.resources.cpu.period: 5 is not in the range
--cpu-idle 2|linux.resources.cpu.idle
--cpuset-cpus 0-|linux.resources.cpu.cpus
--blkio-weight 5|linux.resources.blockIO.weight
--memory 64m --memory-swap 32m|linux.resources.memory.swap
--memory-swap 32m|linux.resources.memory.swap: it is memory and swap together, and memory.limit is not set
--l3-cache-schema L3:0=f|--l3-cache-schema: not supported yet
--mem-bw-schema MB:0=10|--mem-bw-schema: not supported yet
CASES
  update refused '{"cpu": {"quota": "x"}}'
  says 'limits.json: linux.resources.cpu.quota: "x" is not an integer'
  update refused '{"unified": {"cgroup.procs": "1"}}'
  says 'linux.resources.unified.cgroup.procs'
  update refused '[]'
  says 'limits.json: .*not an object'
  update refused '{'
  says 'limits.json'
  refused update --resources "$WORK/no-such" "$ID"
  says 'no-such.*no such file'
  equal "$(file $MAX)" 4194304
  [ ! -e "$STATE/$ID/limits.json" ]
}

@test "limits of cgroup v1 are passed over with a warning" {
  runp_only "the words are runp's"
  running
  ok update --cpu-rt-period 1000000 --cpu-rt-runtime 950000 --kernel-memory 64m "$ID"
  for option in cpu-rt-period cpu-rt-runtime kernel-memory; do
    says "--$option has no effect"
  done
}

@test "the cgroup is left alone with --cgroup-manager disabled" {
  runp_only
  running
  refused --cgroup-manager disabled update --cpuset-cpus 0 "$ID"
  says 'disabled'
}

# --- all or nothing ---------------------------------------------------------

@test "when a limit cannot be set, those before it are set back" {
  runp_only "it takes no hugepageLimits of an update"
  config ".linux.resources = $(pages 4194304)"
  running
  echo "$(pages 8388608)" >"$WORK/limits.json"
  refused_with --at "$(here)/$RESERVED" write:error=EBUSY:when=1 \
    update --resources "$WORK/limits.json" "$ID"
  says 'linux.resources.hugepageLimits\[0\].limit: .*busy'
  equal "$(file $MAX)" 4194304
  equal "$(file $RESERVED)" 4194304
  [ ! -e "$STATE/$ID/limits.json" ]
  update ok "$(pages 8388608)"
  equal "$(file $RESERVED)" 8388608
}

@test "a file that can only be read is refused, and nothing is said to be left changed" {
  runp_only "the words are runp's"
  config ".linux.resources.unified = {\"$MAX\": \"4194304\"}"
  running
  # The first has changed by then.
  update refused "{\"unified\": {\"$MAX\": \"8388608\", \"${MAX%.max}.numa_stat\": \"1\"}}"
  says "update $ID: linux.resources.unified.${MAX%.max}.numa_stat: [^;]*invalid argument\$"
  equal "$(file $MAX)" 4194304
}

@test "when it cannot be kept, a change is taken back" {
  runp_only "it takes no hugepageLimits of an update"
  config ".linux.resources = $(pages 4194304)"
  running
  echo "$(pages 8388608)" >"$WORK/limits.json"
  refused_with renameat:error=ENOSPC:when=1 update --resources "$WORK/limits.json" "$ID"
  equal "$(file $MAX)" 4194304
  equal "$(file $RESERVED)" 4194304
  [ ! -e "$STATE/$ID/limits.json" ]
  equal "$(find "$STATE/$ID" -name '.runp.*')" ""
}

@test "an update that was killed is in nobody's way" {
  runp_only "it takes no hugepageLimits of an update"
  config ".linux.resources = $(pages 4194304)"
  running
  echo "$(pages 8388608)" >"$WORK/limits.json"
  rt_with --at "$(here)/$RESERVED" write:signal=KILL:when=1 \
    update --resources "$WORK/limits.json" "$ID"
  equal "$(file $MAX)" 8388608
  has_status "$ID" running
  update ok "$(pages 6291456)"
  equal "$(file $MAX)" 6291456
  equal "$(file $RESERVED)" 6291456
  rt_with renameat:signal=KILL:when=1 update --resources "$WORK/limits.json" "$ID"
  ok delete --force "$ID"
  gone "$ID"
}

# Like `running`, with flags for create.
hanging() {
  arguments /bin/probe hang
  create "$@"
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
}

# --- devices ----------------------------------------------------------------

# Whether the container may read from a device of its own.
opens() {
  ok exec "$ID" /bin/probe open /dev/log-like
  value open./dev/log-like
}

# A container with a device that only a rule lets it use: the kernel's log.
with_device() {
  local rules=$1
  shift
  config --argjson r "$rules" '.linux.resources.devices = $r
    | .linux.devices = [{type: "c", path: "/dev/log-like", major: 1, minor: 11, fileMode: 438}]
    | .process.capabilities |= map_values(. + ["CAP_SYSLOG"])'
  hanging "$@"
}

@test "devices are allowed and denied while the container runs" {
  runp_only "it changes no devices"
  with_device '[{"allow": false, "access": "rwm"}]'
  equal "$(opens)" EPERM
  update ok '{"devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 1, "minor": 11, "access": "rwm"}]}'
  equal "$(opens)" ok
  update ok '{"devices": [{"allow": false, "access": "rwm"}]}'
  equal "$(opens)" EPERM
  update ok '{"devices": [{"allow": true, "access": "rwm"}]}'
  equal "$(opens)" ok
  update ok '{"devices": [{"allow": false, "access": "rwm"}]}'
  equal "$(opens)" EPERM
}

@test "a document without devices leaves them as they are" {
  with_device '[{"allow": false, "access": "rwm"}]'
  equal "$(opens)" EPERM
  update ok '{"cpu": {"shares": 0}}'
  update ok '{"devices": null}'
  update ok '{"devices": []}'
  equal "$(opens)" EPERM
}

@test "devices are replaced in one step, and set back when the change is not kept" {
  runp_only "it changes no devices"
  with_device '[{"allow": false, "access": "rwm"}]'
  echo '{"devices": [{"allow": true, "type": "c", "major": 1, "minor": 11, "access": "rwm"}, {"allow": false, "type": "b", "access": "rwm"}]}' \
    >"$WORK/limits.json"
  strace -f -qqq -o "$WORK/strace" -e trace=bpf \
    "$RUNTIME" --root "$STATE" update --resources "$WORK/limits.json" "$ID"
  grep -q 'BPF_PROG_ATTACH.*attach_flags=BPF_F_ALLOW_MULTI|BPF_F_REPLACE' "$WORK/strace"
  if grep -q BPF_PROG_DETACH "$WORK/strace"; then return 1; fi
  equal "$(opens)" ok
  echo '{"devices": [{"allow": false, "access": "rwm"}]}' >"$WORK/limits.json"
  refused_with renameat:error=ENOSPC:when=1 update --resources "$WORK/limits.json" "$ID"
  equal "$(opens)" ok
}

# --- pods -------------------------------------------------------------------

pod_file() { cat "$RUNP_CGROUP2$CGROUP_PARENT/pod/$1"; }

a_pod() {
  runp_only "it has no pods"
  POD=pod-$ID
  jq -n --arg c "$CGROUP_PARENT/pod" --argjson r "$1" \
    '{podVersion: "0.1.0", linux: {cgroupsPath: $c, resources: $r}}' >"$WORK/pod.json"
  ok pod create -f "$WORK/pod.json" "$POD"
  config 'del(.hostname) | del(.linux.cgroupsPath)'
}

@test "pod update: the pod's limit changes, the containers' own stay" {
  a_pod "$(pages 8388608)"
  config ".linux.resources = $(pages 4194304)"
  hanging --pod "$POD"
  echo "$(pages 2097152)" >"$WORK/limits.json"
  ok pod update --resources "$WORK/limits.json" "$POD"
  equal "$(pod_file $MAX)" 2097152
  equal "$(pod_file "$ID/$MAX")" 4194304
  echo "$(pages 16777216)" >"$WORK/limits.json"
  runtime pod update -r - "$POD" <"$WORK/limits.json"
  equal "$(pod_file $MAX)" 16777216
  equal "$(pod_file "$ID/$MAX")" 4194304
  update ok "$(pages 6291456)"
  equal "$(pod_file "$ID/$MAX")" 6291456
  equal "$(pod_file $MAX)" 16777216
}

@test "pod update: one that cannot be carried out changes nothing" {
  a_pod "$(pages 8388608)"
  echo "$(pages 2097152)" >"$WORK/limits.json"
  refused_with --at "$RUNP_CGROUP2$CGROUP_PARENT/pod/$RESERVED" write:error=EBUSY:when=1 \
    pod update --resources "$WORK/limits.json" "$POD"
  equal "$(pod_file $MAX)" 8388608
  refused_with renameat:error=ENOSPC:when=1 pod update --resources "$WORK/limits.json" "$POD"
  equal "$(pod_file $MAX)" 8388608
  refused pod update --cpu-period 5 "$POD"
  says 'linux.resources.cpu.period'
  refused pod update --memory 64m no-such
  says 'pod no-such does not exist'
}

@test "pod update: devices of a pod that had no rules" {
  a_pod '{}'
  with_device '[{"allow": true, "type": "c", "major": 1, "minor": 11, "access": "rwm"}]' --pod "$POD"
  equal "$(opens)" ok
  echo '{"devices": [{"allow": false, "access": "rwm"}]}' >"$WORK/limits.json"
  refused_with renameat:error=ENOSPC:when=1 pod update --resources "$WORK/limits.json" "$POD"
  equal "$(opens)" ok
  ok pod update --resources "$WORK/limits.json" "$POD"
  equal "$(opens)" EPERM
}
