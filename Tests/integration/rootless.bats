#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Everything is called by a user without privileges, who has no more than a new
# account on a fresh machine.

load helpers

prepare() {
  USER_ID=47110
  local file
  for file in passwd group subuid subgid; do
    if [ -e "/etc/$file" ]; then cp "/etc/$file" "$WORK/$file"; else touch "/etc/$file" "$WORK/$file"; fi
    chmod 644 "$WORK/$file"
    mount --bind "$WORK/$file" "/etc/$file"
  done
  echo "runpuser:x:$USER_ID:$USER_ID::$WORK/home:/bin/sh" >>/etc/passwd
  echo "runpuser:x:$USER_ID:" >>/etc/group
  mkdir "$WORK/home" "$WORK/run"
  rm -r "$BUNDLE"
  mkdir "$BUNDLE"
  cp -a "$RUNP_SUITE/rootfs" "$BUNDLE/rootfs"
  chown -R -h "$USER_ID:$USER_ID" "$WORK/home" "$WORK/run" "$BUNDLE" "$STATE"
  chmod 700 "$WORK/run" "$WORK/home"
  BETWEEN=()
  cd "$BUNDLE" || return
  runtime spec --rootless
  config '.process.terminal = false'
}

finish() {
  local file
  remove_all
  if [ -n "${DELEGATED:-}" ]; then rmdir "$DELEGATED/own" "$DELEGATED"; fi
  for file in passwd group subuid subgid; do umount "/etc/$file"; done
  unset -f runtime
}

# The runtime as the user calls it, perhaps through another program.
runtime() {
  timeout -k 5 "$LIMIT" setpriv --reuid="$USER_ID" --regid="$USER_ID" --clear-groups \
    env -i PATH="$PATH" HOME="$WORK/home" XDG_RUNTIME_DIR="$WORK/run" \
    "${BETWEEN[@]}" "$RUNTIME" --root "$STATE" "$@"
}

# The IDs that the user may hand on.
ranges() {
  echo "runpuser:600000:65536" >>/etc/subuid
  echo "runpuser:700000:65536" >>/etc/subgid
  config --argjson u "$USER_ID" '
    .linux.uidMappings = [{containerID: 0, hostID: $u, size: 1}, {containerID: 1, hostID: 600000, size: 65535}]
    | .linux.gidMappings = [{containerID: 0, hostID: $u, size: 1}, {containerID: 1, hostID: 700000, size: 65535}]'
}

# The whole life of a container.
lives() {
  arguments /bin/probe hang
  create
  has_status "$ID" created
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  has_status "$ID" running
  ok exec "$ID" /bin/probe ids -- ns -- write /dev/shm/x
  is uid 0
  is write./dev/shm/x ok
  is ns.user "$(inode "/proc/$(pid_of)/ns/user")"
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  ok delete "$ID"
  gone "$ID"
}

@test "a user runs the configuration of spec --rootless" {
  probe ids -- ns -- write /dev/null -- list /proc -- mounts /sys /dev/pts
  is uid 0
  is gid 0
  is write./dev/null ok
  differ "$(value ns.user)" "$(inode /proc/self/ns/user)"
  like list./proc '^1,[a-z]'
  like mount./dev/pts '^devpts '
}

@test "a user creates, starts, executes in, kills and deletes a container" {
  lives
}

@test "a user with ranges of IDs does, too" {
  ranges
  lives
}

@test "a user with ranges of IDs has other users in a container" {
  peer_falls_short runc "it sets no additional groups for whom is not root"
  ranges
  config '.process.user = {uid: 7, gid: 8, additionalGids: [9]}'
  chmod 755 "$BUNDLE"
  probe ids
  is uid 7
  is gid 8
  is groups 9
}

@test "a user binds a directory of his own into a container" {
  mkdir "$WORK/home/data"
  chown "$USER_ID:$USER_ID" "$WORK/home/data"
  with_mount /data bind "$WORK/home/data" rbind
  probe write /data/new -- stat /data
  is write./data/new ok
  like stat./data ' 0:0$'
  equal "$(stat -c %u "$WORK/home/data/new")" "$USER_ID"
}

@test "a user executes in a container that is created, and not started" {
  peer_falls_short crun "it may not open the namespaces"
  arguments /bin/probe hang
  create
  ok exec "$ID" /bin/probe ids -- ns -- write /dev/shm/x
  is uid 0
  is write./dev/shm/x ok
  is ns.user "$(inode "/proc/$(pid_of)/ns/user")"
  is ns.mnt "$(inode "/proc/$(pid_of)/ns/mnt")"
  has_status "$ID" created
  ok start "$ID"
}

@test "a user with ranges of IDs executes in another user's created container" {
  peer_falls_short crun "it may not open the namespaces"
  peer_falls_short runc "it may not open the namespaces"
  ranges
  chmod 755 "$BUNDLE"
  config '.process.user = {uid: 7, gid: 8}'
  arguments /bin/probe hang
  create
  ok exec "$ID" /bin/probe ids
  is uid 7
  ok exec --user 0 "$ID" /bin/probe ids
  is uid 0
}

@test "a user's container has clocks of its own" {
  with_namespace time
  config '.linux.timeOffsets = {monotonic: {secs: 7337, nanosecs: 0}, boottime: {secs: 1000000}}'
  arguments /bin/probe hang
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  ok exec "$ID" /bin/probe clocks -- ns
  [ $(($(value boottime) - $(cut -d. -f1 /proc/uptime))) -ge 999990 ]
  is ns.time "$(inode "/proc/$(pid_of)/ns/time")"
  differ "$(value ns.time)" "$(inode /proc/self/ns/time)"
}

@test "a score that a user may not have is left as it was, and told" {
  runp_only "both refuse it"
  local own
  own=$(cat /proc/self/oom_score_adj)
  config '.process.oomScoreAdj = -1000'
  arguments /bin/probe hang
  create
  says 'warning: process.oomScoreAdj: -1000 needs privileges'
  ok start "$ID"
  ok exec "$ID" /bin/probe oom
  says 'warning: process.oomScoreAdj: -1000 needs privileges'
  is oom_score_adj "$own"
}

@test "a user's container fails with a reason, and nothing of it is left" {
  arguments /bin/nothing
  create_refused
  says nothing
}

@test "a user runs a container in a user namespace of his own" {
  BETWEEN=(unshare --map-root-user)
  config '.linux.uidMappings = [{containerID: 0, hostID: 0, size: 1}] | .linux.gidMappings = .linux.uidMappings'
  probe ids -- write /dev/null
  is uid 0
  is write./dev/null ok
}

# As podman does where there are no ranges: its own user namespace is the
# container's.
@test "a user namespace with one ID serves containers without one of their own" {
  peer_falls_short runc "it shows no sysfs of the host in the place of a new one"
  BETWEEN=(unshare --map-root-user)
  without_namespace user
  config 'del(.linux.uidMappings) | del(.linux.gidMappings)
    | (.mounts[] | select(.destination == "/sys")) = {destination: "/sys", type: "sysfs", source: "sysfs",
        options: ["nosuid", "noexec", "nodev", "ro"]}'
  probe ids -- write /dev/null -- mounts /sys
  is uid 0
  is write./dev/null ok
  like mount./sys '^sysfs .*ro'
}

@test "groups that a user namespace does not let be set are no error" {
  peer_falls_short runc "it refuses them"
  BETWEEN=(unshare --map-root-user)
  without_namespace user
  config 'del(.linux.uidMappings) | del(.linux.gidMappings) | .process.user.additionalGids = [1, 2]'
  probe ids
  is uid 0
}

@test "a user's container without a cgroup of its own shows the one that it is in" {
  runp_only "it is about its own order of calls"
  # Where the user may make none.
  with_namespace cgroup
  config '.mounts = [{destination: "/proc", type: "proc"},
    {destination: "/sys/fs/cgroup", type: "cgroup", options: ["ro", "nosuid"]}] | del(.linux.cgroupsPath)'
  arguments /bin/probe mounts /sys/fs/cgroup
  # The cgroup2 file system cannot be mounted anew.
  touch "$WORK/strace"
  chmod 666 "$WORK/strace"
  ok_with fsconfig:error=EPERM:when=4 run --bundle "$BUNDLE" "$ID"
  like mount./sys/fs/cgroup '^cgroup2 ro,nosuid'
}

# Everything is called from a cgroup that the user has been given.
delegated() {
  runp_only "they take what is empty by other rules"
  DELEGATED=$RUNP_CGROUP2$CGROUP_PARENT/user
  mkdir "$DELEGATED" "$DELEGATED/own"
  chown "$USER_ID:$USER_ID" "$DELEGATED" "$DELEGATED"/cgroup.{procs,subtree_control,threads} \
    "$DELEGATED/own" "$DELEGATED"/own/cgroup.{procs,subtree_control,threads}
  eval "as_user_$(declare -f runtime)"
  # shellcheck disable=SC2317
  runtime() { (echo "$BASHPID" >"$DELEGATED/own/cgroup.procs" && as_user_runtime "$@"); }
}

@test "an address of a user's bus that is no local socket starts nothing, and is named" {
  runp_only "the words are runp's"
  printf '#!/bin/sh\n: >"%s/run/started"\n' "$WORK" >"$WORK/bus"
  chmod 755 "$WORK" "$WORK/bus"
  local address
  for address in "unixexec:path=$WORK/bus" autolaunch: tcp:host=127.0.0.1,port=1; do
    BETWEEN=(env DBUS_SESSION_BUS_ADDRESS="$address")
    refused --systemd-cgroup run --bundle "$BUNDLE" "$ID"
    says "the user's systemd cannot be reached: $address is not the address of a local socket"
  done
  # Of several that cannot be reached the best is named, not the usual one.
  BETWEEN=(env DBUS_SESSION_BUS_ADDRESS="unix:path=$WORK/none;unixexec:path=$WORK/bus")
  refused --systemd-cgroup run --bundle "$BUNDLE" "$ID"
  says "the user's systemd cannot be reached: .*$WORK/none: no such file"
  [ ! -e "$WORK/run/started" ]
}

@test "a user takes an empty cgroup of those that he has been given, and no claimed one" {
  delegated
  local path=$CGROUP_PARENT/user/own/taken here=$DELEGATED/own/taken
  config --arg p "$path" '.linux.cgroupsPath = $p'
  install -d -o "$USER_ID" -g "$USER_ID" "$here"
  chown "$USER_ID:$USER_ID" "$here"/cgroup.{procs,subtree_control,threads}
  arguments /bin/probe hang
  create
  equal "$(cgroup_of "$(pid_of)")" "$path"
  refused create --bundle "$BUNDLE" "$ID-other"
  says 'taken already exists|in use'
  kill_init
  eventually has_status "$ID" stopped
  refused create --bundle "$BUNDLE" "$ID-other"
  says "taken already exists, and is that of .*$ID"
  ok delete "$ID"
  [ ! -d "$here" ]
  create "$ID"
}

@test "an ID-mapped mount of a user is refused by name" {
  runp_only "it fails with the kernel's words"
  with_mount /data bind "$WORK/home" bind idmap
  create_refused
  says 'mounts\[[0-9]+\].*privileges'
}
