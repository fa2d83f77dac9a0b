#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Masked and readonly paths.

load helpers

@test "a masked file is /dev/null, and reads as empty" {
  config '.linux.maskedPaths = ["/proc/meminfo", "/etc/passwd"]'
  probe stat /proc/meminfo /etc/passwd -- read /proc/meminfo -- write /etc/passwd
  is stat./proc/meminfo "char 1:3 0666 0:0"
  is stat./etc/passwd "char 1:3 0666 0:0"
  is read./proc/meminfo ""
  grep -q root "$BUNDLE/rootfs/etc/passwd"
}

# The mode is the one it has: the host's device must survive a runtime that fails.
@test "a masked file lets nobody change the host's /dev/null" {
  peer_falls_short runc "its root may change the device's mode and owner"
  config '.linux.maskedPaths = ["/etc/passwd"]'
  arguments /bin/sh -c 'busybox chmod 666 /etc/passwd; echo x >/etc/passwd && probe mounts /etc/passwd'
  run_once
  grep -q 'Read-only file system' "$ERR"
  like mount./etc/passwd ' ro,'
  if is_runp; then like mount./etc/passwd ' ro,nosuid,noexec'; fi
}

@test "a masked directory is empty and cannot be written" {
  mkdir "$BUNDLE/rootfs/secret"
  touch "$BUNDLE/rootfs/secret/key"
  config '.linux.maskedPaths = ["/secret", "/proc/sys/net"]'
  probe list /secret /proc/sys/net -- write /secret/x -- mkdir /secret/d
  is list./secret ""
  is list./proc/sys/net ""
  is write./secret/x EROFS
  is mkdir./secret/d EROFS
}

@test "a masked path that is not there is passed over" {
  config '.linux.maskedPaths = ["/proc/no/such", "/nothing", "/proc/meminfo"]'
  probe stat /proc/meminfo
  like stat./proc/meminfo '^char 1:3'
  [ ! -e "$BUNDLE/rootfs/nothing" ]
}

@test "a path that is listed twice is masked, or made readonly, once" {
  runp_only "they do it twice"
  mkdir "$BUNDLE/rootfs/secret"
  config '.linux.maskedPaths = ["/secret", "/secret", "/secret/", "/etc/passwd", "//etc/./passwd"]
    | .linux.readonlyPaths = ["/proc/sys", "/proc/sys/"]'
  probe mounts /secret /etc/passwd /proc/sys
  is mounts./secret 1
  is mounts./etc/passwd 1
  is mounts./proc/sys 1
}

@test "many masked directories do not see each other" {
  mkdir "$BUNDLE/rootfs/m1" "$BUNDLE/rootfs/m2"
  config '.linux.maskedPaths = ["/m1", "/m2"]'
  probe list /m1 /m2 -- mkdir /m1/x -- list /m2
  is list./m1 ""
  is list./m2 ""
}

@test "a readonly path can be read and not written" {
  config '.linux.readonlyPaths = ["/proc/sys", "/etc"]'
  probe read /etc/passwd -- write /etc/new -- write /proc/sys/net/ipv4/ip_forward 1 -- write /tmp/x
  like read./etc/passwd '^root:'
  is write./etc/new EROFS
  is write./proc/sys/net/ipv4/ip_forward EROFS
  is write./tmp/x ok
}

@test "a readonly path keeps the other options of its mount" {
  with_mount /scratch tmpfs tmpfs nosuid nodev noexec
  config '.linux.readonlyPaths = ["/scratch"]'
  probe mounts /scratch -- write /scratch/x
  is write./scratch/x EROFS
  like mount./scratch 'ro,nosuid,nodev,noexec'
}

@test "a readonly path makes what is mounted below it readonly as well" {
  runp_only "below it stays writable"
  with_mount /outer tmpfs tmpfs
  with_mount /outer/inner tmpfs tmpfs
  config '.linux.readonlyPaths = ["/outer"]'
  probe write /outer/x -- write /outer/inner/x
  is write./outer/x EROFS
  is write./outer/inner/x EROFS
}

@test "the root as a readonly path makes everything readonly" {
  runp_only "what is mounted stays writable, or everything does"
  config '.linux.readonlyPaths = ["/"]'
  probe write /x -- write /dev/shm/x -- write /dev/null
  is write./x EROFS
  is write./dev/shm/x EROFS
  is write./dev/null ok
}

@test "a readonly path that is not there is passed over" {
  config '.linux.readonlyPaths = ["/nothing", "/etc"]'
  probe write /etc/x
  is write./etc/x EROFS
}

@test "a masked path that is a symlink does not mask the host" {
  mkdir "$WORK/host"
  ln -s "$WORK/host" "$BUNDLE/rootfs/link"
  config '.linux.maskedPaths = ["/link"]'
  rt run --bundle "$BUNDLE" "$ID"
  equal "$(awk -v p="$WORK/host" '$5 == p' /proc/self/mountinfo)" ""
}

@test "the usual masks and readonly paths of engines" {
  config '.linux.maskedPaths = ["/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys",
      "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
      "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap"]
    | .linux.readonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]'
  probe write /proc/sys/kernel/domainname x -- write /proc/sysrq-trigger b -- list /sys/firmware
  is write./proc/sys/kernel/domainname EROFS
  unlike write./proc/sysrq-trigger ok
}
