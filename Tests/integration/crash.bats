#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The runtime is killed with SIGKILL at many moments of its work, or, with
# RUNP_CRASH=all, at each of its system calls. Whatever it leaves, `delete
# --force` makes whole, and the ID is free again.

load helpers
load crash

realistic() {
  mkdir -p "$WORK/data"
  with_mount /data bind "$WORK/data" rbind
  config '.linux.maskedPaths = ["/proc/meminfo", "/proc/sys/net", "/sys/firmware"]
    | .linux.readonlyPaths = ["/proc/bus", "/proc/sys"]
    | .hooks.createRuntime = [{path: "/bin/true"}]
    | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]}'
}

@test "killed during create" {
  realistic
  measure create --bundle "$BUNDLE" "$ID"
  ok delete --force "$ID"
  local call
  for call in $(moments); do
    killed_at "$call" create --bundle "$BUNDLE" "$ID"
    whole_again "$call"
  done
  killed_most
}

@test "killed during create, with its children" {
  MOMENTS=10
  realistic
  measure create --bundle "$BUNDLE" "$ID"
  ok delete --force "$ID"
  local call
  for call in $(moments); do
    killed_at --with-children "$call" create --bundle "$BUNDLE" "$ID"
    whole_again "$call"
  done
}

@test "killed during create with an ID-mapped mount, whose helper goes too" {
  mkdir "$WORK/data"
  with_mount /data bind "$WORK/data" rbind idmap
  config '.mounts[-1].uidMappings = [{containerID: 0, hostID: 1000, size: 10}]
    | .mounts[-1].gidMappings = [{containerID: 0, hostID: 1000, size: 10}]'
  rt run --bundle "$BUNDLE" "$ID"
  if [ "$status" -ne 0 ]; then skip "no ID-mapped mounts of tmpfs here: $errors"; fi
  measure create --bundle "$BUNDLE" "$ID"
  ok delete --force "$ID"
  # The moments around the helper: from its clone to its end.
  local call
  for call in clone3:1 getpid:1 socketpair:1 openat:14 openat:16 openat:18 openat:20 openat:22 waitid:1; do
    killed_at "$call" create --bundle "$BUNDLE" "$ID"
    whole_again "$call"
  done
}

@test "a cgroup that is there already is nobody's to remove until it is claimed" {
  local leaf=$RUNP_CGROUP2$CGROUP_PARENT/$ID call
  mkdir "$leaf"
  for call in mkdirat:1 renameat:1 mkdirat:2 fsetxattr:1; do
    killed_at "$call" create --bundle "$BUNDLE" "$ID"
    ok delete --force "$ID"
    [ -d "$leaf" ]
  done
  rmdir "$leaf"
}

@test "a cgroup whose making fails half-way is gone again" {
  local call
  measure create --bundle "$BUNDLE" "$ID"
  ok delete --force "$ID"
  for call in openat:{8..26} statx:{2..12}; do
    failed_at "$call" create --bundle "$BUNDLE" "$ID"
    ok delete --force "$ID"
    all_gone "$call"
  done
}

@test "killed during start" {
  realistic
  arguments /bin/probe sleep 30
  create
  measure start "$ID"
  ok delete --force "$ID"
  local call
  for call in $(moments); do
    arguments /bin/probe sleep 30
    create
    killed_at "$call" start "$ID"
    arguments /bin/true
    whole_again "$call"
  done
  killed_most
}

# A container whose program has ended.
ended() {
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
}

@test "killed during delete" {
  realistic
  ended
  measure delete "$ID"
  local call
  for call in $(moments); do
    ended
    killed_at "$call" delete "$ID"
    whole_again "$call"
  done
  killed_most
}

# A running container with processes of its own.
busy() {
  arguments /bin/probe daemon 30 -- hang
  create
  ok start "$ID"
  arguments /bin/true
}

@test "killed during delete --force of a running container" {
  MOMENTS=10
  busy
  measure delete --force "$ID"
  local call
  for call in $(moments); do
    busy
    killed_at "$call" delete --force "$ID"
    whole_again "$call"
  done
  killed_most
}

@test "killed during kill: the container is as before, or has got it" {
  MOMENTS=10
  busy
  measure kill "$ID" KILL
  ok delete --force "$ID"
  local call
  for call in $(moments); do
    busy
    killed_at "$call" kill "$ID" KILL
    ok kill "$ID" KILL || runp_says "not running"
    eventually has_status "$ID" stopped
    whole_again "$call"
  done
  killed_most
}

@test "killed during run" {
  MOMENTS=10
  realistic
  measure run --bundle "$BUNDLE" "$ID"
  local call
  for call in $(moments); do
    killed_at "$call" run --bundle "$BUNDLE" "$ID"
    whole_again "$call"
  done
  killed_most
}

@test "killed during exec: the container goes on, and delete takes the rest" {
  MOMENTS=10
  running
  measure exec "$ID" /bin/true
  local call
  for call in $(moments); do
    killed_at "$call" exec "$ID" /bin/probe sleep 0.2
    has_status "$ID" running
  done
  for call in $(moments); do
    killed_at --with-children "$call" exec "$ID" /bin/probe sleep 0.2
    has_status "$ID" running
  done
  ok exec "$ID" /bin/true
  ok delete --force "$ID"
  nothing_runs "exec"
  killed_most
}

@test "a create after a crash needs no delete when nothing of it was running" {
  MOMENTS=10
  measure create --bundle "$BUNDLE" "$ID"
  ok delete --force "$ID"
  local call
  for call in $(moments); do
    killed_at "$call" create --bundle "$BUNDLE" "$ID"
    if [ "$(state_of "$ID")" = created ]; then
      ok delete --force "$ID"
      continue
    fi
    rt create --bundle "$BUNDLE" "$ID"
    if [ "$status" -ne 0 ]; then tell "$call blocks the id"; return 1; fi
    ok delete --force "$ID"
  done
}

@test "killed during pause, which another pause or resume makes whole" {
  MOMENTS=8
  running
  measure pause "$ID"
  ok resume "$ID"
  local call
  for call in $(moments); do
    killed_at "$call" pause "$ID"
    # It is refused when the first one had come to its end.
    rt pause "$ID"
    has_status "$ID" paused
    grep -qx 'frozen 1' "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.events"
    ok resume "$ID"
    has_status "$ID" running
  done
  killed_most
}

@test "killed during resume, which another makes whole" {
  MOMENTS=8
  running
  ok pause "$ID"
  measure resume "$ID"
  local call
  for call in $(moments); do
    rt pause "$ID"
    killed_at "$call" resume "$ID"
    # It is refused when the first one had come far enough.
    rt resume "$ID"
    has_status "$ID" running
    grep -qx 'frozen 0' "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.events"
  done
  killed_most
}
