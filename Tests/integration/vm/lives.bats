#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Many lives on a machine with the whole of cgroup v2, many at once: nothing may
# be left of them in the kernel.

load ../helpers
load ../lives

prepare() { LIMIT=300; }

@test "of 300 lives, ten at once, no cgroup, BPF program or mount is left" {
  lives_begin
  # Half of them have parents that go with the last of them.
  lives "(\"$CGROUP_PARENT/\" + if \$n % 2 == 0 then \"\" else \"one/two/\" end + \$id) as \$path
    | .linux.cgroupsPath = \$path
    | .linux.resources = {
        memory: {limit: 67108864}, pids: {limit: 20}, cpu: {shares: 512, cpus: \"0\"},
        devices: [{allow: false, access: \"rwm\"}]}"
  # Of the parents, the peers leave those that they have made.
  if ! is_runp; then rmdir "$RUNP_CGROUP2$CGROUP_PARENT/one/two" "$RUNP_CGROUP2$CGROUP_PARENT/one"; fi
  lives_end
}
