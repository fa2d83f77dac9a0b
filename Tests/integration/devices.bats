#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

@test "the default devices are there and work" {
  probe stat /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty -- \
    write /dev/null -- write /dev/full -- open /dev/zero /dev/urandom /dev/random
  is stat./dev/null "char 1:3 0666 0:0"
  is stat./dev/zero "char 1:5 0666 0:0"
  is stat./dev/full "char 1:7 0666 0:0"
  is stat./dev/random "char 1:8 0666 0:0"
  is stat./dev/urandom "char 1:9 0666 0:0"
  is stat./dev/tty "char 5:0 0666 0:0"
  is write./dev/null ok
  is write./dev/full ENOSPC
  is open./dev/urandom ok
}

@test "the default links are there" {
  probe readlink /dev/fd /dev/stdin /dev/stdout /dev/stderr /dev/ptmx
  is link./dev/fd /proc/self/fd
  is link./dev/stdin /proc/self/fd/0
  is link./dev/stdout /proc/self/fd/1
  is link./dev/stderr /proc/self/fd/2
  like link./dev/ptmx '^(/dev/)?pts/ptmx$'
}

@test "there is nothing else in /dev" {
  probe list /dev
  # /dev/core is there where there is a /proc/kcore to point to.
  like list./dev '^(core,)?fd,full,mqueue,null,ptmx,pts,random,shm,stderr,stdin,stdout,tty,urandom,zero$'
}

@test "without a terminal there is no console" {
  probe stat /dev/console
  is stat./dev/console ENOENT
}

@test "devices of the configuration are made, with owner and mode" {
  config '.linux.devices = [
    {type: "c", path: "/dev/fuse", major: 10, minor: 229, fileMode: 432, uid: 5, gid: 6},
    {type: "b", path: "/dev/deep/er/loop0", major: 7, minor: 0, fileMode: 384},
    {type: "u", path: "/dev/unbuffered", major: 1, minor: 3},
    {type: "c", path: "/other/zero", major: 1, minor: 5, fileMode: 438}]'
  probe stat /dev/fuse /dev/deep/er/loop0 /dev/unbuffered /other/zero
  is stat./dev/fuse "char 10:229 0660 5:6"
  is stat./dev/deep/er/loop0 "block 7:0 0600 0:0"
  is stat./dev/unbuffered "char 1:3 0666 0:0"
  is stat./other/zero "char 1:5 0666 0:0"
}

@test "a device's path is cleaned" {
  config '.linux.devices = [
    {type: "c", path: "/dev/../tmp//x", major: 1, minor: 3, fileMode: 438}]'
  probe stat /tmp/x /dev/tmp
  is stat./tmp/x "char 1:3 0666 0:0"
  is stat./dev/tmp ENOENT
}

@test "a fifo is made too, whatever numbers it has" {
  config '.linux.devices = [{type: "p", path: "/dev/pipe", fileMode: 420}]'
  probe stat /dev/pipe
  is stat./dev/pipe "fifo 0:0 0644 0:0"
}

@test "a fifo's major and minor mean nothing" {
  peer_falls_short runc "it compares them with the file's"
  config '.linux.devices = [{type: "p", path: "/dev/pipe", major: 8, minor: 666, fileMode: 420}]'
  probe stat /dev/pipe
  is stat./dev/pipe "fifo 0:0 0644 0:0"
}

@test "a declared device replaces a default one of the same path" {
  peer_falls_short runc "it then denies it to itself"
  config '.linux.devices = [{type: "c", path: "/dev/null", major: 1, minor: 3, fileMode: 436, uid: 0, gid: 8}]'
  probe stat /dev/null
  is stat./dev/null "char 1:3 0664 0:8"
}

# Numbers that no node of the host has.
some_devices() {
  config '.linux.devices = [
    {type: "c", path: "/dev/fuse", major: 10, minor: 229, fileMode: 432, uid: 5, gid: 6},
    {type: "b", path: "/dev/deep/er/loop", major: 7, minor: 8191, fileMode: 384},
    {type: "c", path: "/dev/my-null", major: 1, minor: 3, fileMode: 438, uid: 7},
    {type: "p", path: "/dev/pipe", fileMode: 420},
    {type: "c", path: "/other/zero", major: 1, minor: 5, fileMode: 438}]'
}

some_devices_are_there() {
  is stat./dev/null "char 1:3 0666 0:0"
  is stat./dev/tty "char 5:0 0666 0:0"
  is stat./dev/fuse "char 10:229 0660 5:6"
  is stat./dev/deep/er/loop "block 7:8191 0600 0:0"
  is stat./dev/my-null "char 1:3 0666 7:0"
  is stat./dev/pipe "fifo 0:0 0644 0:0"
  is stat./other/zero "char 1:5 0666 0:0"
}

@test "devices in a user namespace have numbers, owner and mode as configured" {
  peer_falls_short runc "it binds the host's, or finds none"
  peer_falls_short crun "the default ones belong to nobody"
  with_user_namespace
  some_devices
  probe stat /dev/null /dev/tty /dev/fuse /dev/deep/er/loop /dev/my-null /dev/pipe /other/zero -- \
    write /dev/null -- write /dev/my-null -- open /other/zero -- list /dev -- mounts /
  some_devices_are_there
  is write./dev/null ok
  is write./dev/my-null ok
  is open./other/zero ok
  is mounts./ 1
}

@test "devices in a user namespace that is joined belong to its IDs" {
  peer_falls_short runc "it wants the mappings in the configuration"
  peer_falls_short crun "it cannot make them there"
  with_user_namespace
  some_devices
  background "$WORK/holder" unshare --user sleep 100
  local holder=${BACKGROUND[-1]}
  eventually grep -q sleep "/proc/$holder/comm"
  echo 0 100000 65536 >"/proc/$holder/uid_map"
  echo 0 200000 65536 >"/proc/$holder/gid_map"
  with_namespace user "/proc/$holder/ns/user"
  config 'del(.linux.uidMappings, .linux.gidMappings)'
  probe stat /dev/null /dev/tty /dev/fuse /dev/deep/er/loop /dev/my-null /dev/pipe /other/zero
  some_devices_are_there
}

@test "a device whose owner has no ID in the user namespace is refused by name" {
  runp_only "it becomes nobody's"
  with_user_namespace
  config '.linux.devices = [{type: "c", path: "/dev/x", major: 1, minor: 3, uid: 70000}]'
  create_refused
  says 'linux.devices.0.: its owner has no ID'
}

@test "where no node can be made, the host's is bound" {
  runp_only "it is about its own order of calls"
  arguments /bin/probe stat /dev/null /dev/tty -- write /dev/null
  ok_with mknodat:error=EPERM run --bundle "$BUNDLE" "$ID"
  like stat./dev/tty '^char 5:0'
  is write./dev/null ok
  with_user_namespace
  ok_with mknodat:error=EPERM run --bundle "$BUNDLE" "$ID"
  like stat./dev/tty '^char 5:0'
  is write./dev/null ok
  some_devices
  refused_with mknodat:error=EPERM run --bundle "$BUNDLE" "$ID"
  says '/dev/deep/er/loop'
}

@test "a bind mount on /dev/ptmx stays" {
  runp_only "they replace it, or fail"
  touch "$WORK/ptmx"
  with_mount /dev/ptmx bind "$WORK/ptmx" bind
  probe stat /dev/ptmx
  like stat./dev/ptmx '^file'
}

@test "a link of the image's own /dev stays" {
  peer_falls_short runc "it refuses it"
  config '.mounts |= map(select(.destination != "/dev"))'
  ln -s pts/0 "$BUNDLE/rootfs/dev/stdin"
  probe readlink /dev/stdin /dev/stdout
  is link./dev/stdin pts/0
}

@test "/dev of the image that is a file is refused" {
  config '.mounts |= map(select(.destination | startswith("/dev") | not))'
  rmdir "$BUNDLE/rootfs/dev"
  touch "$BUNDLE/rootfs/dev"
  create_refused
}

@test "a device type that does not exist is refused" {
  peer_falls_short crun "it makes some device"
  config '.linux.devices = [{type: "x", path: "/dev/odd", major: 1, minor: 3}]'
  create_refused
}

@test "a device below a symlink is made within the container or not at all" {
  mkdir "$WORK/host"
  ln -s "$WORK/host" "$BUNDLE/rootfs/out"
  config '.linux.devices = [{type: "c", path: "/out/null", major: 1, minor: 3}]'
  rt run --bundle "$BUNDLE" "$ID"
  equal "$(ls "$WORK/host")" ""
}

@test "a file that is already there and is no such device is refused" {
  runp_only "it keeps the file"
  touch "$BUNDLE/rootfs/tmp/device"
  config '.linux.devices = [{type: "c", path: "/tmp/device", major: 1, minor: 3}]'
  create_refused
  says '/tmp/device'
}

@test "a bind mount over /dev is left as it is" {
  mkdir "$WORK/dev"
  mknod -m 666 "$WORK/dev/null" c 1 3
  config '.mounts |= map(select(.destination | startswith("/dev") | not))'
  with_mount /dev bind "$WORK/dev" bind
  probe stat /dev/zero /dev/null
  is stat./dev/null "char 1:3 0666 0:0"
  is stat./dev/zero ENOENT
  equal "$(ls "$WORK/dev")" null
}

@test "a bind mount over a default device stays when it is one" {
  mknod -m 640 "$WORK/null" c 1 3
  with_mount /dev/null bind "$WORK/null" bind
  probe stat /dev/null
  is stat./dev/null "char 1:3 0640 0:0"
}

@test "device rules deny what they do not allow" {
  config '.linux.resources.devices = [
      {allow: false, access: "rwm"},
      {allow: true, type: "c", major: 1, minor: 3, access: "rwm"}]
    | .linux.devices = [{type: "c", path: "/dev/loopish", major: 7, minor: 0, fileMode: 438}]'
  arguments /bin/probe open /dev/loopish /dev/null
  rt run --bundle "$BUNDLE" "$ID"
  if [ "$status" -ne 0 ]; then
    # Where no device program can be attached, the message says so.
    says 'device|bpf'
    skip "no device program here: $errors"
  fi
  is open./dev/loopish EPERM
  is open./dev/null ok
}

@test "the default devices stay usable under rules that deny everything" {
  config '.linux.resources.devices = [{allow: false, access: "rwm"}]'
  probe write /dev/null -- open /dev/zero /dev/urandom /dev/full
  is write./dev/null ok
  is open./dev/zero ok
  is open./dev/urandom ok
}

@test "a device of the image is opened by nobody before devices are restricted" {
  peer_falls_short crun "it opens whatever the image has as /etc/passwd"
  config '.linux.resources.devices = [{allow: false, access: "rwm"}] | .process.env = ["PATH=/bin"]'
  rm "$BUNDLE/rootfs/etc/passwd"
  mknod "$BUNDLE/rootfs/etc/passwd" c 1 11
  arguments /bin/true
  # However long the kernel takes to load the program.
  strace -f -y -qqq -e trace=bpf,openat,openat2,open -e inject=bpf:delay_enter=300000 -o "$WORK/calls" \
    "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID" </dev/null || true
  grep -q '^[0-9]* *bpf(BPF_PROG_ATTACH' "$WORK/calls"
  equal "$(grep -c 'passwd".*) = [0-9]' "$WORK/calls")" 0
}
