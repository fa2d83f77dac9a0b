#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Many lives whose cgroups systemd makes, many at once: nothing may be left of
# them in the kernel, nor in systemd.

load systemd
load ../lives

# Services come and go meanwhile.
cgroups() { find "$RUNP_CGROUP2" -type d -name "*${WORK##*.}*" | sort; }

@test "of 300 lives, ten at once, no unit, cgroup, BPF program or mount is left" {
  local slice=lives${WORK##*.}.slice
  lives_begin
  # Half of them are the only ones in their slice, which is there before and after.
  systemctl start "$slice"
  lives "(if \$n % 2 == 0 then \"system.slice\" else \"$slice\" end) as \$slice
    | .linux.cgroupsPath = \"\\(\$slice):runp:\\(\$id)\"
    | .linux.resources = {
        memory: {limit: 67108864}, pids: {limit: 20}, cpu: {shares: 512, cpus: \"0\"},
        devices: [{allow: false, access: \"rwm\"}]}"
  equal "$(units)" "$slice"
  systemctl stop "$slice"
  lives_end
  no_units
  equal "$(systemctl list-units --failed --plain --no-legend 'runp-*')" ""
}
