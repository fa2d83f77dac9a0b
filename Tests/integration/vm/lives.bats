#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Many lives on a machine with the whole of cgroup v2, many at once: nothing may
# be left of them in the kernel.

load ../helpers

prepare() { LIMIT=300; }

# The numbers of all BPF programs that are loaded, by bpf(2)'s
# BPF_PROG_GET_NEXT_ID.
programs() {
  python3 - <<'PYTHON'
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
attributes = (ctypes.c_uint32 * 32)()
number = 0
while True:
    attributes[0] = number
    if libc.syscall(321, 11, attributes, 128) != 0:
        break
    number = attributes[1]
    print(number)
PYTHON
}

cgroups() { find "$RUNP_CGROUP2" -type d | sort; }
mounts() { wc -l </proc/self/mountinfo; }
programs_are() { [ "$(programs)" = "$1" ]; }

@test "of 300 lives, ten at once, no cgroup, BPF program or mount is left" {
  local before_programs before_cgroups before_mounts round n jobs
  before_programs=$(programs)
  before_cgroups=$(cgroups)
  before_mounts=$(mounts)
  for n in {1..10}; do
    new_bundle "b$n"
    # Half of them have parents that go with the last of them.
    config --arg p "$CGROUP_PARENT/$([ $((n % 2)) = 0 ] || echo one/two/)$ID-$n" '.linux.cgroupsPath = $p
      | .linux.resources = {
          memory: {limit: 67108864}, pids: {limit: 20}, cpu: {shares: 512, cpus: "0"},
          devices: [{allow: false, access: "rwm"}]}'
  done
  for round in {1..30}; do
    jobs=()
    for n in {1..10}; do
      runtime run --bundle "$WORK/b$n" "$ID-$n" </dev/null >>"$WORK/said" 2>&1 3>&- 4>&- &
      jobs+=($!)
    done
    for n in "${jobs[@]}"; do
      if ! wait "$n"; then
        echo "in round $round:" >&2
        cat "$WORK/said" >&2
        return 1
      fi
    done
  done
  # Of the parents, the peers leave those that they have made.
  if ! is_runp; then rmdir "$RUNP_CGROUP2$CGROUP_PARENT/one/two" "$RUNP_CGROUP2$CGROUP_PARENT/one"; fi
  equal "$(cgroups)" "$before_cgroups"
  equal "$(mounts)" "$before_mounts"
  # The kernel lets go of the programs of a cgroup in its own time.
  eventually programs_are "$before_programs"
}
