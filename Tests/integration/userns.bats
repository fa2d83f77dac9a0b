#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

prepare() { with_user_namespace; }

@test "the maps are the configuration's" {
  arguments /bin/probe hang
  create
  read -r -a map <"/proc/$(pid_of)/uid_map"
  equal "${map[*]}" "0 100000 65536"
  read -r -a map <"/proc/$(pid_of)/gid_map"
  equal "${map[*]}" "0 200000 65536"
}

@test "the process is root inside and somebody else outside" {
  running
  ok exec "$ID" /bin/probe ids -- ns
  is uid 0
  differ "$(value ns.user)" "$(inode /proc/self/ns/user)"
  equal "$(stat -c %u:%g "/proc/$(pid_of)")" 100000:200000
}

@test "maps of several ranges are written whole" {
  config '.linux.uidMappings = [range(0; 8) | {containerID: (. * 10), hostID: (100000 + . * 10), size: 10}]'
  arguments /bin/probe ids
  config '.process.user = {uid: 42, gid: 42}'
  run_once
  is uid 42
  is gid 42
}

@test "the other namespaces belong to the new user namespace" {
  arguments /bin/sh -c 'hostname changed && probe uts -- mkdir /dev/shm/x'
  config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])'
  run_once
  is hostname changed
  is mkdir./dev/shm/x ok
}

@test "devices are there, by bind mount" {
  probe write /dev/null -- stat /dev/zero /dev/full -- open rw /dev/null
  is write./dev/null ok
  like stat./dev/zero '^char 1:5'
  like stat./dev/full '^char 1:7'
}

@test "the mounts of a usual configuration work" {
  probe mounts /proc /sys /dev /dev/pts /dev/shm /dev/mqueue
  like mount./proc '^proc '
  like mount./sys '^sysfs '
  like mount./dev/pts '^devpts '
  like mount./dev/mqueue '^mqueue '
}

@test "cgroup: a container can make others in a writable one" {
  peer_falls_short runc "it gives it away with systemd only"
  with_mount /sys/fs/cgroup cgroup cgroup rw
  probe stat /sys/fs/cgroup /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/cgroup.max.depth -- \
    mkdir /sys/fs/cgroup/below
  like stat./sys/fs/cgroup ' 0:[0-9]*$'
  like stat./sys/fs/cgroup/cgroup.procs ' 0:[0-9]*$'
  like stat./sys/fs/cgroup/cgroup.max.depth ' 65534:65534$'
  is mkdir./sys/fs/cgroup/below ok
}

@test "cgroup: a writable one belongs to the process's user, as the specification says" {
  peer_falls_short crun "it is root's"
  peer_falls_short runc "it gives it away with systemd only"
  with_mount /sys/fs/cgroup cgroup cgroup rw
  config '.process.user = {uid: 7, gid: 7}'
  probe stat /sys/fs/cgroup -- mkdir /sys/fs/cgroup/below
  like stat./sys/fs/cgroup ' 7:65534$'
  is mkdir./sys/fs/cgroup/below ok
}

@test "cgroup: where the kernel's list of files is not in sight, the specification's is given" {
  runp_only "it has another way to the file"
  with_mount /sys/fs/cgroup cgroup cgroup rw
  arguments /bin/probe stat /sys/fs/cgroup /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/cgroup.max.depth
  ok_with --at /sys/kernel/cgroup/delegate openat:error=ENOENT run --bundle "$BUNDLE" "$ID"
  like stat./sys/fs/cgroup ' 0:[0-9]*$'
  like stat./sys/fs/cgroup/cgroup.procs ' 0:[0-9]*$'
  like stat./sys/fs/cgroup/cgroup.max.depth ' 65534:65534$'
}

@test "cgroup: a writable one belongs to the process's user without a user namespace, too" {
  peer_falls_short crun "it is root's"
  peer_falls_short runc "it gives it away with systemd only"
  new_bundle without
  with_mount /sys/fs/cgroup cgroup cgroup rw
  config '.process.user = {uid: 7, gid: 7}'
  probe stat /sys/fs/cgroup /sys/fs/cgroup/cgroup.max.depth -- mkdir /sys/fs/cgroup/below
  like stat./sys/fs/cgroup ' 7:0$'
  like stat./sys/fs/cgroup/cgroup.max.depth ' 0:0$'
  is mkdir./sys/fs/cgroup/below ok
}

@test "cgroup: a read-only one stays the host's" {
  peer_falls_short crun "it gives it away all the same"
  with_mount /sys/fs/cgroup cgroup cgroup ro
  probe stat /sys/fs/cgroup
  like stat./sys/fs/cgroup ' 65534:65534$'
}

@test "cgroup: without a cgroup namespace it is read-only, whatever is asked" {
  peer_falls_short crun "it is writable for whom the cgroups belong to"
  peer_falls_short runc "it is writable for whom the cgroups belong to"
  without_namespace cgroup
  with_mount /sys/fs/cgroup cgroup cgroup rw
  probe mounts /sys/fs/cgroup
  like mount./sys/fs/cgroup '^cgroup2 ro'
}

@test "message queues belong to the container's root" {
  peer_falls_short runc "their group is nobody's"
  probe stat /dev/mqueue -- ns
  like stat./dev/mqueue '^dir 0:0 1777 0:0'
  differ "$(value ns.ipc)" "$(inode /proc/self/ns/ipc)"
}

@test "files of a user that is not mapped are nobody's" {
  mkdir "$WORK/foreign"
  with_mount /foreign bind "$WORK/foreign" bind
  probe stat /foreign -- write /foreign/x
  like stat./foreign '65534:65534$'
  is write./foreign/x EACCES
}

@test "additional groups of the maps are set" {
  config '.process.user.additionalGids = [7, 8]'
  probe ids
  is groups 7,8
}

@test "a user that is not mapped is refused" {
  config '.process.user.uid = 70000'
  create_refused
}

@test "exec is in the user namespace as well" {
  running
  ok exec --user 1000:1000 "$ID" /bin/probe ids -- ns
  is uid 1000
  is ns.user "$(inode "/proc/$(pid_of)/ns/user")"
}

@test "a user namespace without mappings is refused" {
  peer_falls_short crun "it finds mappings itself"
  config 'del(.linux.uidMappings) | del(.linux.gidMappings)'
  create_refused
  says 'uid ?mappings'
}

@test "mappings that overlap are refused" {
  config '.linux.uidMappings += [{containerID: 10, hostID: 300000, size: 10}]'
  create_refused
}

@test "the container can be killed and deleted like any other" {
  running
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  ok delete "$ID"
  gone "$ID"
}

@test "idmapped mount: files of the host have the container's owner" {
  mkdir "$WORK/data"
  chown 0:0 "$WORK/data"
  with_mount /data bind "$WORK/data" bind idmap
  probe stat /data -- write /data/new
  like stat./data '0:0$'
  is write./data/new ok
  equal "$(stat -c %u:%g "$WORK/data/new")" 0:0
}

@test "idmapped mount: with mappings of its own" {
  mkdir "$WORK/data"
  chown 1234:1234 "$WORK/data"
  with_mount /data bind "$WORK/data" bind
  config '.mounts[-1] += {uidMappings: [{containerID: 1234, hostID: 100000, size: 1}],
    gidMappings: [{containerID: 1234, hostID: 200000, size: 1}]}'
  probe stat /data
  like stat./data ' 0:0$'
}

@test "idmapped mount: with mappings in its option" {
  peer_falls_short runc "it does not know them"
  mkdir "$WORK/data" "$WORK/other"
  chown 1234:1234 "$WORK/data" "$WORK/other"
  with_mount /data bind "$WORK/data" bind 'idmap=uids=1234-100000-1;gids=1234-200000-1'
  with_mount /other bind "$WORK/other" bind 'idmap=uids=@1234-7-1;gids=@1234-8-1'
  probe stat /data /other
  like stat./data ' 0:0$'
  like stat./other ' 7:8$'
}

@test "idmapped mount: the source may be what an earlier mount has put into the root" {
  peer_falls_short crun "it looks for the source before"
  peer_falls_short runc "it does not know the option"
  mkdir -p "$WORK/a" "$WORK/b" "$BUNDLE/rootfs/mnt/x" "$BUNDLE/rootfs/sub/x"
  touch "$WORK/b/file" "$BUNDLE/rootfs/mnt/x/hidden"
  chown 1234:1234 "$WORK/b/file"
  chmod 755 "$WORK/a" "$WORK/b"
  mkdir "$WORK/a/x"
  with_mount /mnt bind "$WORK/a" bind
  with_mount /mnt/x bind "$WORK/b" bind
  with_mount /data bind "$BUNDLE/rootfs/mnt/x" bind 'idmap=uids=1234-100000-1;gids=1234-200000-1'
  probe stat /data/file -- list /data
  like stat./data/file ' 0:0$'
  is list./data file
}

@test "idmapped mount: mappings that cannot be read are refused by name" {
  runp_only "it refuses some of them"
  with_mount /data bind "$WORK" bind 'idmap=uids=0-0;gids=0-0-1'
  create_refused
  says 'mounts\[6\]: idmap: "0-0"'
}

@test "idmapped mount: without a user namespace it needs mappings" {
  without_namespace user
  config 'del(.linux.uidMappings) | del(.linux.gidMappings)'
  with_mount /data bind "$WORK" bind idmap
  create_refused
}

@test "the caller's working directory need not be open to the container's user" {
  mkdir -m 700 "$WORK/private"
  cd "$WORK/private"
  probe ids
  is uid 0
}

# Leaves only one user in the namespace, the process's.
without_root() {
  peer_falls_short runc "it needs a root"
  config '.linux.uidMappings = [{containerID: 1000, hostID: 100000, size: 100}]
    | .linux.gidMappings = [{containerID: 1000, hostID: 200000, size: 100}]
    | .process.user = {uid: 1000, gid: 1000}
    | (.mounts[] | select(.type == "devpts") | .options) |= map(select(. != "gid=5"))
    | .mounts |= map(select(.type != "mqueue"))'
}

@test "a user namespace without a root is set up as the process's user" {
  without_root
  with_mount /made/here tmpfs tmpfs nosuid
  probe ids -- write /made/here/x -- mounts /made/here
  is uid 1000
  is gid 1000
  is write./made/here/x ok
}

@test "exec into a user namespace without a root is the process's user" {
  without_root
  running
  ok exec "$ID" /bin/probe ids
  is uid 1000
}
