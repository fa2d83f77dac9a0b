#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Limits of block devices, on a loop device.

load ../helpers

prepare() { LIMIT=120; }

# A loop device with the scheduler $1: sets disk to MAJOR:MINOR.
loop_device() {
  truncate -s 16M "$WORK/disk"
  LOOP=$(losetup --find --show "$WORK/disk")
  disk=$(cat "/sys/block/${LOOP##*/}/dev")
  echo "$1" >"/sys/block/${LOOP##*/}/queue/scheduler"
}

finish() {
  if [ -n "${LOOP:-}" ]; then
    remove_all
    losetup --detach "$LOOP"
  fi
}

@test "a loop device is read no faster than its limit" {
  loop_device none
  config --argjson a "${disk%:*}" --argjson i "${disk#*:}" '
    .linux.devices = [{path: "/dev/disk", type: "b", major: $a, minor: $i}]
    | .linux.resources = {
        devices: [{allow: false, access: "rwm"}, {allow: true, type: "b", major: $a, minor: $i, access: "rw"}],
        blockIO: {throttleReadBpsDevice: [{major: $a, minor: $i, rate: 1048576}]}}'
  probe readraw /dev/disk 4194304
  is raw.bytes 4194304
  [ "$(value raw.ms)" -ge 2500 ]
}

@test "a device's weight is set for the scheduler that it has" {
  loop_device bfq
  config --argjson a "${disk%:*}" --argjson i "${disk#*:}" '.linux.resources.blockIO = {
    weight: 333, weightDevice: [{major: $a, minor: $i, weight: 444}]}'
  create
  grep -qx 'default 333' "$RUNP_CGROUP2$CGROUP_PARENT/$ID/io.bfq.weight"
  grep -qx "$disk 444" "$RUNP_CGROUP2$CGROUP_PARENT/$ID/io.bfq.weight"
  # Other devices may go by the other file.
  if [ -e "$RUNP_CGROUP2$CGROUP_PARENT/$ID/io.weight" ] && is_runp; then
    grep -qx "default $((1 + 323 * 9999 / 990))" "$RUNP_CGROUP2$CGROUP_PARENT/$ID/io.weight"
  fi
}

@test "the weight of a device whose scheduler goes by none is refused" {
  loop_device none
  config --argjson a "${disk%:*}" --argjson i "${disk#*:}" '.linux.resources.blockIO = {
    weightDevice: [{major: $a, minor: $i, weight: 444}]}'
  create_refused
  if is_runp; then says "weightDevice.0..weight: .*the device's scheduler goes by no weights|no such control"; fi
}
