#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Device programs, which containers with the same rules have in common.

load helpers

prepare() { runp_only "each container loads its own"; }

bpf() { python3 "$BATS_TEST_DIRNAME/payload/bpf.py" "$@"; }

# A container of some devices that waits, created: container NAME [DEVICES].
container() {
  config --arg p "$CGROUP_PARENT/$1" --argjson d "${2:-[]}" \
    '.linux.cgroupsPath = $p | .linux.resources.devices = [{allow: false, access: "rwm"}] + $d'
  arguments /bin/probe hang
  LOGS[$1]=$WORK/$1.log
  ok create --bundle "$BUNDLE" "$1"
}
program_of() { bpf ids "$RUNP_CGROUP2$CGROUP_PARENT/$1"; }
gone() { ! bpf alive "$1"; }

KMSG='[{"allow": true, "type": "c", "major": 1, "minor": 11, "access": "rwm"}]'

# What comes of opening /dev/kmsg in a container's cgroup.
opens_kmsg() {
  sh -c 'echo $$ >"$1/cgroup.procs" && : </dev/kmsg' - "$RUNP_CGROUP2$CGROUP_PARENT/$1" 2>/dev/null
}
confined() { if opens_kmsg "$1"; then return 1; fi; }

# The notes of the state root, and writes ID into the one there is.
notes() {
  python3 -c 'import os, sys
for name in os.listxattr(sys.argv[1]):
    if name.startswith("trusted.runp.devices."): print(name, os.getxattr(sys.argv[1], name).decode())' "$STATE"
}
forge() {
  local name
  name=$(notes | awk '{ print $1 }')
  python3 -c 'import os, sys; os.setxattr(sys.argv[1], sys.argv[2], sys.argv[3].encode())' \
    "$STATE" "$name" "$1"
}

@test "containers with the same rules have one program, and the last one takes it along" {
  container "$ID-a"
  container "$ID-b"
  local program
  program=$(program_of "$ID-a")
  [[ $program =~ ^[0-9]+$ ]]
  equal "$(program_of "$ID-b")" "$program"
  confined "$ID-a"
  confined "$ID-b"
  ok delete --force "$ID-a"
  bpf alive "$program"
  confined "$ID-b"
  # It is found by way of whoever has it.
  container "$ID-a"
  equal "$(program_of "$ID-a")" "$program"
  ok delete --force "$ID-b"
  ok delete --force "$ID-a"
  eventually gone "$program"
}

@test "containers with other rules have another program" {
  container "$ID-a"
  container "$ID-b" "$KMSG"
  [ "$(program_of "$ID-a")" != "$(program_of "$ID-b")" ]
  confined "$ID-a"
  opens_kmsg "$ID-b"
}

@test "a container after the last one has a program of its own" {
  container "$ID-a"
  local program
  program=$(program_of "$ID-a")
  ok delete --force "$ID-a"
  eventually gone "$program"
  container "$ID-a"
  [ "$(program_of "$ID-a")" != "$program" ]
  confined "$ID-a"
}

@test "a program is found by way of a pod's member, too" {
  container "$ID-a"
  local pod=p-${WORK##*.}
  ok pod create "$pod"
  config 'del(.linux.cgroupsPath) | del(.hostname)'
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID-b"
  equal "$(bpf ids "$RUNP_CGROUP2$(jq -r .cgroup.path "$STATE/$ID-b/state.json")")" "$(program_of "$ID-a")"
  ok pod delete --force "$pod"
}

@test "a note that leads to another program is not believed" {
  container "$ID-other" "$KMSG"
  container "$ID-a"
  local program forged id
  program=$(program_of "$ID-a")
  python3 -c 'import os, sys; [os.removexattr(sys.argv[1], n) for n in os.listxattr(sys.argv[1]) if n.startswith("trusted.runp")]' "$STATE"
  container "$ID-b"
  [ "$(program_of "$ID-b")" != "$program" ]
  # One of other rules; the same with another name; of the same name and length, but open;
  # gone; no number; too large; too long; nothing.
  background "$WORK/renamed" python3 "$BATS_TEST_DIRNAME/payload/bpf.py" copy "$program" other
  background "$WORK/opened" python3 "$BATS_TEST_DIRNAME/payload/bpf.py" copy "$program" runp_devices open
  eventually test -s "$WORK/renamed"
  eventually test -s "$WORK/opened"
  id=0
  for forged in "$(program_of "$ID-other")" "$(<"$WORK/renamed")" "$(<"$WORK/opened")" \
    4000000000 0 -1 x 99999999999999999999 "  $program" "" "$program
"; do
    forge "$forged"
    id=$((id + 1))
    container "$ID-$id"
    [ "$(program_of "$ID-$id")" != "$forged" ]
    [ "$(program_of "$ID-$id")" != "$program" ]
    equal "$(program_of "$ID-$id" | wc -w)" 1
    confined "$ID-$id"
    # The note is right again.
    equal "$(notes | awk '{ print $2 }')" "$(program_of "$ID-$id")"
  done
}

@test "a program of the same instructions and name is as good, whoever loaded it" {
  container "$ID-a"
  background "$WORK/copy" python3 "$BATS_TEST_DIRNAME/payload/bpf.py" copy "$(program_of "$ID-a")" runp_devices
  eventually test -s "$WORK/copy"
  forge "$(<"$WORK/copy")"
  container "$ID-b"
  equal "$(program_of "$ID-b")" "$(<"$WORK/copy")"
  confined "$ID-b"
}

@test "a cgroup that has the program already gets one of its own beside it" {
  container "$ID-a"
  mkdir "$RUNP_CGROUP2$CGROUP_PARENT/$ID-b"
  bpf attach "$(program_of "$ID-a")" "$RUNP_CGROUP2$CGROUP_PARENT/$ID-b"
  container "$ID-b"
  equal "$(program_of "$ID-b" | wc -w)" 2
  confined "$ID-b"
}

@test "where nothing can be looked for or noted, each container has its own program" {
  container "$ID-a"
  local program call id=0
  program=$(program_of "$ID-a")
  for call in getxattr:error=ENODATA getxattr:error=EIO setxattr:error=ENOSPC bpf:error=EPERM:when=1 \
    bpf:error=ENOENT:when=1 bpf:error=EPERM:when=2; do
    id=$((id + 1))
    config --arg p "$CGROUP_PARENT/$ID-$id" '.linux.cgroupsPath = $p'
    if [ "$call" = setxattr:error=ENOSPC ]; then forge 0; fi
    strace -qqq -o "$WORK/calls" -e trace="${call%%:*}" -e inject="$call" "$RUNTIME" --root "$STATE" \
      create --bundle "$BUNDLE" "$ID-$id" </dev/null >/dev/null 3>&- 4>&-
    grep -q INJECTED "$WORK/calls"
    [ "$(program_of "$ID-$id")" != "$program" ]
    confined "$ID-$id"
  done
}

@test "an update has the program of others, and changes none of theirs" {
  container "$ID-a"
  container "$ID-b" "$KMSG"
  container "$ID-c"
  local first second
  first=$(program_of "$ID-a")
  second=$(program_of "$ID-b")
  jq -n --argjson d "$KMSG" '{devices: ([{allow: false, access: "rwm"}] + $d)}' >"$WORK/limits.json"
  ok update --resources "$WORK/limits.json" "$ID-a"
  equal "$(program_of "$ID-a")" "$second"
  equal "$(program_of "$ID-c")" "$first"
  opens_kmsg "$ID-a"
  confined "$ID-c"
  # The same once more is no change.
  ok update --resources "$WORK/limits.json" "$ID-a"
  equal "$(program_of "$ID-a")" "$second"
  echo '{"devices": [{"allow": true, "access": "rwm"}]}' >"$WORK/limits.json"
  ok update --resources "$WORK/limits.json" "$ID-a"
  equal "$(program_of "$ID-a")" ""
  equal "$(program_of "$ID-b")" "$second"
  echo '{"devices": [{"allow": false, "access": "rwm"}]}' >"$WORK/limits.json"
  ok update --resources "$WORK/limits.json" "$ID-a"
  equal "$(program_of "$ID-a")" "$first"
}

@test "a create that is killed on its way to a program leaves none" {
  local call program
  for call in getxattr setxattr bpf:when=1 bpf:when=2 bpf:when=3; do
    container "$ID-a"
    program=$(program_of "$ID-a")
    ok delete --force "$ID-a"
    eventually gone "$program"
    config --arg p "$CGROUP_PARENT/$ID-b" '.linux.cgroupsPath = $p'
    strace -f -qqq -o "$WORK/calls" -e trace="${call%%:*}" -e inject="${call%%:*}:signal=KILL${call#"${call%%:*}"}" \
      "$RUNTIME" --root "$STATE" create --bundle "$BUNDLE" "$ID-b" </dev/null >/dev/null 2>&1 3>&- 4>&- || true
    grep -q 'killed by SIGKILL' "$WORK/calls"
    program=$(program_of "$ID-b")
    ok delete --force "$ID-b"
    if [ -n "$program" ]; then eventually gone "$program"; fi
  done
}
