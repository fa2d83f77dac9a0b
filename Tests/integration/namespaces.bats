#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

own() { inode "/proc/self/ns/$1"; }

@test "every namespace of the configuration is new" {
  probe ns
  local type
  for type in cgroup ipc mnt net pid uts; do
    differ "$(value "ns.$type")" "$(own "$type")"
  done
  is ns.user "$(own user)"
}

@test "a namespace that is not in the configuration is the caller's" {
  local type
  for type in network ipc cgroup; do without_namespace "$type"; done
  config 'del(.mounts[] | select(.type == "sysfs" or .type == "mqueue"))'
  probe ns
  is ns.net "$(own net)"
  is ns.ipc "$(own ipc)"
  is ns.cgroup "$(own cgroup)"
}

@test "without a uts namespace the host's name is the container's" {
  without_namespace uts
  config 'del(.hostname)'
  probe uts
  is hostname "$(uname -n)"
}

@test "the first process of a pid namespace is 1, and sees no other" {
  probe process -- list /proc
  is pid 1
  like list./proc '^1,[a-z]'
}

@test "without a pid namespace the container sees the caller's processes" {
  without_namespace pid
  probe process
  differ "$(value pid)" 1
}

@test "a new network namespace has the loopback interface up" {
  probe interface
  like interfaces '^lo'
  unlike interfaces 'eth'
  is loopback ok
}

@test "a new network namespace can talk over localhost" {
  arguments /bin/sh -c 'probe serve 8080 hello >/dev/null & probe fetch 8080'
  run_once
  is fetch hello
}

# A namespace held by a process of its own; its file is $WORK/ns.
hold() {
  touch "$WORK/ns"
  case $1 in
  time) unshare --time sh -c "mount --bind /proc/self/ns/time_for_children '$WORK/ns'" ;;
  mnt) return 1 ;;
  *) unshare "--$1" sh -c "mount --bind /proc/self/ns/$1 '$WORK/ns'" ;;
  esac
}

release() { umount "$WORK/ns"; }

joins() {
  hold "$2"
  with_namespace "$1" "$WORK/ns"
  local expected
  expected=$(inode "$WORK/ns")
  probe ns
  is "ns.$2" "$expected"
  release
}

@test "a network namespace is joined by its path" {
  joins network net
}
@test "an ipc namespace is joined by its path" {
  joins ipc ipc
}
@test "a uts namespace is joined by its path" {
  config 'del(.hostname)'
  joins uts uts
}
@test "a cgroup namespace is joined by its path" {
  joins cgroup cgroup
}

@test "a time namespace is joined by its path" {
  peer_falls_short crun "it joins, and the process stays in the caller's"
  joins time time
}

@test "a pid namespace is joined by its path" {
  background "$WORK/holder" unshare --pid --fork --kill-child sleep 60
  local holder
  eventually pgrep -P "${BACKGROUND[0]}"
  holder=$(pgrep -P "${BACKGROUND[0]}")
  with_namespace pid "/proc/$holder/ns/pid"
  probe ns -- process
  is ns.pid "$(inode "/proc/$holder/ns/pid")"
  differ "$(value pid)" 1
}

@test "a mount namespace is joined by its path" {
  background "$WORK/holder" unshare --mount --fork --kill-child sleep 60
  eventually pgrep -P "${BACKGROUND[0]}"
  with_namespace mount "/proc/$(pgrep -P "${BACKGROUND[0]}")/ns/mnt"
  probe ns
  is ns.mnt "$(inode "/proc/$(pgrep -P "${BACKGROUND[0]}")/ns/mnt")"
}

# The caller mounts something at the root, as engines do.
mounted_root() {
  mount --bind "$BUNDLE/rootfs" "$BUNDLE/rootfs"
  mount --make-private "$BUNDLE/rootfs"
}
mounts_at_root() { grep -c " $BUNDLE/rootfs " /proc/self/mountinfo; }

@test "without a mount namespace only the container's mounts go with it" {
  peer_falls_short runc "it needs one"
  peer_falls_short crun "it leaves its mounts behind"
  without_namespace mount
  mounted_root
  run_once
  equal "$(mounts_at_root)" 1
  create
  equal "$(mounts_at_root)" 2
  ok delete "$ID"
  equal "$(mounts_at_root)" 1
  # Nor when it has none yet.
  config '.mounts += [{destination: "/x", type: "bind", source: "/nowhere", options: ["bind"]}]'
  create_refused
  config '.mounts |= .[:-1] | .linux.sysctl = {"net.ipv4.nothing": "1"}'
  create_refused
  equal "$(mounts_at_root)" 1
  umount "$BUNDLE/rootfs"
}

@test "a joined mount namespace leaves what the host has mounted at the root" {
  peer_falls_short runc "it refuses the file: a mount namespace may hold its root only"
  background "$WORK/holder" unshare --mount --fork --kill-child sleep 60
  eventually pgrep -P "${BACKGROUND[0]}"
  mounted_root
  with_namespace mount "/proc/$(pgrep -P "${BACKGROUND[0]}")/ns/mnt"
  run_once
  equal "$(mounts_at_root)" 1
  umount "$BUNDLE/rootfs"
}

@test "a user namespace is joined by its path, and what it owns works" {
  background "$WORK/holder" unshare --user --map-root-user --net --ipc --uts --fork --kill-child sleep 60
  local holder type
  eventually pgrep -P "${BACKGROUND[0]}"
  holder=$(pgrep -P "${BACKGROUND[0]}")
  eventually grep -q ' 0 ' "/proc/$holder/uid_map"
  for type in user:user network:net ipc:ipc uts:uts; do
    with_namespace "${type%:*}" "/proc/$holder/ns/${type#*:}"
  done
  config 'del(.hostname) | del(.process.user.additionalGids)
    | (.mounts[] | select(.type == "devpts") | .options) |= map(select(. != "gid=5"))'
  probe ns -- ids
  is ns.user "$(inode "/proc/$holder/ns/user")"
  is ns.net "$(inode "/proc/$holder/ns/net")"
  is uid 0
}

@test "a namespace path that does not exist is refused" {
  with_namespace network "$WORK/nothing"
  create_refused
  says 'nothing'
}

@test "a namespace path of another type is refused" {
  with_namespace network /proc/self/ns/ipc
  create_refused
}

@test "a namespace path that is no namespace is refused" {
  peer_falls_short runc "its message names no file, but that setns failed"
  with_namespace network "$BUNDLE/config.json"
  create_refused
  says 'config.json'
}

@test "a namespace path to a file that nobody writes to is refused, and does not wait" {
  peer_falls_short crun "it waits for ever"
  peer_falls_short runc "its message names no file, but that setns failed"
  mkfifo "$WORK/pipe"
  with_namespace network "$WORK/pipe"
  LIMIT=5 create_refused
  says 'pipe'
}

@test "a relative namespace path is refused" {
  cd /
  with_namespace network proc/self/ns/net
  create_refused
}

@test "a namespace type twice is refused" {
  config '.linux.namespaces += [{type: "ipc"}]'
  create_refused
  says 'ipc'
}

@test "an unknown namespace type is refused by name" {
  config '.linux.namespaces += [{type: "dream"}]'
  create_refused
  says 'dream'
}

# --- uts --------------------------------------------------------------------

@test "hostname and domainname are set, and the host's stay" {
  config '.hostname = "some-box" | .domainname = "example.org"'
  local before
  before=$(uname -n)
  probe uts
  is hostname some-box
  is domainname example.org
  equal "$(uname -n)" "$before"
}

@test "a hostname of more than its letters' bytes is set whole" {
  config '.hostname = "kästchen-ü"'
  probe uts
  is hostname "kästchen-ü"
}

@test "a hostname that is too long is refused" {
  config --arg h "$(printf 'x%.0s' {1..65})" '.hostname = $h'
  create_refused
}

@test "a hostname without a uts namespace is refused" {
  without_namespace uts
  create_refused
  says 'uts|hostname'
  equal "$(uname -n)" "$(uname -n)"
}

@test "a domainname without a uts namespace is refused" {
  without_namespace uts
  config 'del(.hostname) | .domainname = "example.org"'
  create_refused
  says 'uts|domainname'
}

@test "a name for a uts namespace that is the host's own is refused" {
  peer_falls_short crun "it renames the host"
  peer_falls_short runc "it renames the host"
  local domain
  domain=$(cat /proc/sys/kernel/domainname)
  with_namespace uts /proc/self/ns/uts
  # What the host has already, for the day when this fails.
  config --arg h "$(uname -n)" '.hostname = $h'
  create_refused
  says 'hostname.*/proc/self/ns/uts'
  config --arg d "$domain" 'del(.hostname) | .domainname = $d'
  create_refused
  says 'domainname.*/proc/self/ns/uts'
  config --arg d "$domain" 'del(.domainname) | .linux.sysctl = {"kernel.domainname": $d}'
  create_refused
  says 'kernel.domainname'
}

# --- sysctl -----------------------------------------------------------------

@test "sysctls of the container's namespaces are set" {
  config '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.msgmax": "4242",
    "fs.mqueue.msg_max": "42", "net/ipv4/ip_default_ttl": "42"}'
  probe sysctl net.ipv4.ip_forward kernel.msgmax fs.mqueue.msg_max net.ipv4.ip_default_ttl
  is sysctl.net.ipv4.ip_forward 1
  is sysctl.kernel.msgmax 4242
  is sysctl.fs.mqueue.msg_max 42
  is sysctl.net.ipv4.ip_default_ttl 42
}

@test "a sysctl works on an interface whose name has a dot" {
  config '.linux.sysctl = {"net/ipv4/conf/lo/forwarding": "1"}'
  probe sysctl net.ipv4.conf.lo.forwarding
  is sysctl.net.ipv4.conf.lo.forwarding 1
}

@test "a sysctl of the whole host is refused by name" {
  config '.linux.sysctl = {"vm.swappiness": "42"}'
  create_refused
  says 'vm.swappiness'
}

@test "a sysctl whose namespace the container shares with the host is refused" {
  local key
  without_namespace ipc
  config '.linux.sysctl = {"kernel.msgmax": "4242"} | del(.mounts[] | select(.type == "mqueue"))'
  create_refused
  says 'kernel.msgmax'
  with_namespace ipc
  without_namespace network
  config '.linux.sysctl = {"net.ipv4.ip_forward": "1"} | del(.mounts[] | select(.type == "sysfs"))'
  create_refused
  says 'net.ipv4.ip_forward'
}

@test "a sysctl of a network namespace that is the host's own is refused" {
  peer_falls_short crun "it sees that a namespace is given, not which"
  with_namespace network /proc/self/ns/net
  # The runtime's own file of that name is what the path leads to.
  config '.linux.sysctl = {"net.ipv4.ip_forward": "1"} | del(.mounts[] | select(.type == "sysfs"))'
  create_refused
  says 'net.ipv4.ip_forward'
}

@test "a sysctl of an ipc namespace that is the host's own is refused" {
  peer_falls_short crun "it sets the host's"
  peer_falls_short runc "it sets the host's"
  with_namespace ipc /proc/self/ns/ipc
  config --arg v "$(cat /proc/sys/kernel/msgmax)" '.linux.sysctl = {"kernel.msgmax": $v}
    | del(.mounts[] | select(.type == "mqueue"))'
  create_refused
  says 'kernel.msgmax'
}

@test "a sysctl with a value that the kernel does not take is refused by name" {
  config '.linux.sysctl = {"net.ipv4.ip_default_ttl": "much"}'
  create_refused
  says 'ip_default_ttl'
}

@test "a sysctl cannot leave /proc/sys" {
  config '.linux.sysctl = {"net/../kernel/domainname": "x"}'
  create_refused
}

@test "kernel.hostname is to be set by hostname" {
  config '.linux.sysctl = {"kernel.hostname": "x"}'
  create_refused
  says 'kernel.hostname'
}

@test "a sysctl that does not exist is refused by name" {
  config '.linux.sysctl = {"net.ipv4.no_such_key": "1"}'
  create_refused
  says 'no_such_key'
}

# --- time -------------------------------------------------------------------

@test "time offsets move the clocks of a new time namespace" {
  with_namespace time
  config '.linux.timeOffsets = {monotonic: {secs: 7337, nanosecs: 0}, boottime: {secs: 1000000}}'
  local boot
  boot=$(cut -d. -f1 /proc/uptime)
  probe clocks -- ns
  differ "$(value ns.time)" "$(own time)"
  [ $(($(value boottime) - boot)) -ge 1000000 ]
  [ $(($(value boottime) - boot)) -le 1000030 ]
}

@test "time offsets move the clocks of a container with a user namespace" {
  peer_falls_short crun "it may not write them"
  with_namespace time
  with_namespace user
  config '.linux.timeOffsets = {boottime: {secs: 1000000}}
    | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = .linux.uidMappings'
  probe clocks -- ns
  differ "$(value ns.time)" "$(own time)"
  [ $(($(value boottime) - $(cut -d. -f1 /proc/uptime))) -ge 999990 ]
}

@test "time offsets without a time namespace are refused" {
  config '.linux.timeOffsets = {monotonic: {secs: 1}}'
  create_refused
  says 'time'
}
