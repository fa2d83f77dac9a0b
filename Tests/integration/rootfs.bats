#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The root directory, and what a hostile image may try with it.

load helpers

@test "the container sees its root directory and nothing of the host's" {
  probe list / -- stat /boot /work /usr/lib -- cwd -- mounts /
  like list./ '^bin,dev,etc,'
  is stat./boot ENOENT
  is stat./usr/lib ENOENT
  is cwd /
  is mounts./ 1
}

@test "no mount of the host is left in the container's mount table" {
  probe mountpoints
  local extra
  extra=$(sed -n 's/^mountpoint=//p' <<<"$output" |
    grep -vxE '/|/proc|/sys|/dev|/dev/(pts|shm|mqueue)' || true)
  equal "$extra" ""
}

@test "the root directory can be written, and the bundle has what was written" {
  probe write /tmp/new text
  equal "$(cat "$BUNDLE/rootfs/tmp/new")" text
}

@test "root.readonly: nothing of the root can be written, mounts can" {
  config '.root.readonly = true'
  probe write /tmp/new -- write /dev/shm/new -- mounts /
  is write./tmp/new EROFS
  is write./dev/shm/new ok
  like mount./ ' ro'
  [ ! -e "$BUNDLE/rootfs/tmp/new" ]
}

@test "root.readonly: mount points are still made" {
  config '.root.readonly = true'
  mkdir "$WORK/data"
  with_mount /made/for/this bind "$WORK/data" bind
  probe write /made/for/this/x
  is write./made/for/this/x ok
}

@test "root.readonly: the working directory is still made" {
  config '.root.readonly = true | .process.cwd = "/made/for/this"'
  probe cwd -- write /made/new
  is cwd /made/for/this
  is write./made/new EROFS
}

@test "root.path may be absolute" {
  config --arg p "$BUNDLE/rootfs" '.root.path = $p'
  probe list /
  like list./ '^bin,dev,etc,'
}

@test "root.path that does not exist is refused by name" {
  config '.root.path = "nothing"'
  create_refused
  says 'nothing'
}

@test "root.path that is a file is refused" {
  config '.root.path = "config.json"'
  create_refused
  if [ "$RUNTIME_NAME" != runc ]; then says 'config.json'; fi
}

@test "rootfsPropagation is the root mount's" {
  local word
  for word in private shared; do
    config --arg p "$word" '.linux.rootfsPropagation = $p'
    probe mounts /
    like mount./ "propagation=$word"
  done
}

@test "rootfsPropagation slave: what the host mounts below its root comes in" {
  runp_only "their root is private"
  local word
  mount --bind "$BUNDLE/rootfs" "$BUNDLE/rootfs"
  mount --make-shared "$BUNDLE/rootfs"
  for word in slave rslave; do
    config --arg p "$word" '.linux.rootfsPropagation = $p'
    running
    mount -t tmpfs later "$BUNDLE/rootfs/tmp"
    ok exec "$ID" /bin/probe mounts / /tmp
    like mount./ "propagation=master"
    is mounts./tmp 1
    umount "$BUNDLE/rootfs/tmp"
    ok delete --force "$ID"
  done
  umount "$BUNDLE/rootfs"
}

@test "rootfsPropagation that does not exist is refused" {
  peer_falls_short crun "it ignores the word"
  config '.linux.rootfsPropagation = "sideways"'
  create_refused
  says 'sideways'
}

# --- symlinks in the image --------------------------------------------------

# A directory of the host that no container may touch.
trap_dir() {
  mkdir "$WORK/host" "$WORK/data"
  echo untouched >"$WORK/host/file"
  echo content >"$WORK/data/file"
}

untouched() {
  equal "$(ls "$WORK/host")" file
  equal "$(cat "$WORK/host/file")" untouched
}

@test "a symlink in a destination is resolved within the container" {
  trap_dir
  mkdir "$BUNDLE/rootfs/real"
  ln -s /real "$BUNDLE/rootfs/link"
  with_mount /link/inner bind "$WORK/data" bind
  probe read /real/inner/file
  is read./real/inner/file content
}

@test "an absolute symlink to the host does not lead a mount out" {
  trap_dir
  ln -s "$WORK/host" "$BUNDLE/rootfs/out"
  with_mount /out/inner bind "$WORK/data" bind
  rt run --bundle "$BUNDLE" "$ID"
  untouched
  [ ! -e "$WORK/host/inner" ]
}

@test "a relative symlink with many dots does not lead a mount out" {
  trap_dir
  ln -s "../../../../../../../..$WORK/host" "$BUNDLE/rootfs/out"
  with_mount /out/inner bind "$WORK/data" bind
  with_mount /out/file bind "$WORK/data/file" bind
  rt run --bundle "$BUNDLE" "$ID"
  untouched
}

@test "a symlink as the destination itself does not lead a mount out" {
  trap_dir
  ln -s "$WORK/host" "$BUNDLE/rootfs/dir"
  ln -s "$WORK/host/file" "$BUNDLE/rootfs/onefile"
  with_mount /dir bind "$WORK/data" bind
  with_mount /onefile bind "$WORK/data/file" bind
  rt run --bundle "$BUNDLE" "$ID"
  untouched
}

@test "a dangling symlink does not make anything on the host" {
  trap_dir
  ln -s "$WORK/host/made" "$BUNDLE/rootfs/dangling"
  with_mount /dangling tmpfs tmpfs
  rt run --bundle "$BUNDLE" "$ID"
  untouched
  with_mount /dangling/file bind "$WORK/data/file" bind
  rt run --bundle "$BUNDLE" "$ID"
  untouched
}

@test "a symlink loop is an error, not an endless one" {
  ln -s loop "$BUNDLE/rootfs/loop"
  with_mount /loop/x tmpfs tmpfs
  create_refused
  says 'loop'
}

@test "a magic link of /proc as a destination does not lead out" {
  trap_dir
  with_mount /proc/self/root/made tmpfs tmpfs
  rt create --bundle "$BUNDLE" "$ID"
  [ ! -e /made ]
}

@test "nothing but proc is mounted inside proc" {
  peer_falls_short crun "it mounts it"
  ln -s proc "$BUNDLE/rootfs/link"
  local destination
  for destination in /proc/sys /link/sys /link; do
    config '.mounts |= map(select(.source != "cover"))'
    with_mount "$destination" tmpfs cover
    create_refused
    says 'proc'
  done
}

@test "/proc as a symlink is refused" {
  trap_dir
  rmdir "$BUNDLE/rootfs/proc"
  ln -s /tmp "$BUNDLE/rootfs/proc"
  create_refused
  says 'proc'
}

@test "/sys as a symlink is refused" {
  rmdir "$BUNDLE/rootfs/sys"
  ln -s /tmp "$BUNDLE/rootfs/sys"
  create_refused
  says 'sys'
}

@test "/dev as a symlink makes no device on the host" {
  trap_dir
  config '.mounts |= map(select(.destination | startswith("/dev") | not))'
  rmdir "$BUNDLE/rootfs/dev"
  ln -s "$WORK/host" "$BUNDLE/rootfs/dev"
  rt run --bundle "$BUNDLE" "$ID"
  untouched
}

# An image's link to /dev, and a mount on it.
@test "a mount that a link leads onto /dev is refused, and no device is made in it" {
  runp_only "they make the devices in the host's directory"
  trap_dir
  rmdir "$BUNDLE/rootfs/data" 2>/dev/null || true
  ln -s dev "$BUNDLE/rootfs/data"
  with_mount /data bind "$WORK/host" bind
  create_refused
  says '/data leads to /dev'
  untouched
  # Before /dev is mounted, and where it is not at all.
  config '.mounts |= [.[-1]] + .[:-1]'
  create_refused
  says 'mounts.0.*/data leads to /dev'
  config '.mounts |= map(select(.destination | startswith("/dev") | not))'
  create_refused
  says '/data leads to /dev'
  untouched
  config '.mounts[0] = {destination: "/data", type: "tmpfs", source: "tmpfs"}'
  create_refused
  says '/data leads to /dev'
}

@test "/dev as a link to a mount makes no device on the host" {
  trap_dir
  rmdir "$BUNDLE/rootfs/dev"
  ln -s /data "$BUNDLE/rootfs/dev"
  config '.mounts |= map(select(.destination | startswith("/dev") | not))'
  with_mount /data bind "$WORK/host" bind
  rt run --bundle "$BUNDLE" "$ID"
  if is_runp; then differ "$status" 0; untouched; fi
  config --arg s "$WORK/data" '.mounts += [{destination: "/dev", source: $s, options: ["bind"]}]'
  rt run --bundle "$BUNDLE" "$ID"
  equal "$(ls "$WORK/data")" file
}

@test "a link below /dev does not lead a device into another mount" {
  runp_only "they follow it"
  trap_dir
  ln -s dev/deep "$BUNDLE/rootfs/link"
  with_mount /link bind "$WORK/host" bind
  config '.linux.devices = [{type: "c", path: "/dev/deep/null", major: 1, minor: 3}]'
  create_refused
  says '/dev/deep/null'
  untouched
}

@test "a link elsewhere does not lead a device into another mount" {
  runp_only "they follow it"
  trap_dir
  ln -s data "$BUNDLE/rootfs/other"
  with_mount /data bind "$WORK/host" bind
  config '.linux.devices = [{type: "c", path: "/other/zero", major: 1, minor: 5}]'
  create_refused
  says '/other/zero.*another mount'
  untouched
  # Within the root directory it may.
  config '.mounts |= map(select(.destination != "/data"))'
  probe stat /data/zero
  like stat./data/zero '^char 1:5'
}

@test "a device goes into the mount that the configuration has for its directory" {
  with_mount /dev/net tmpfs tmpfs
  with_mount /run tmpfs tmpfs
  config '.linux.devices = [
    {type: "c", path: "/dev/net/tun", major: 10, minor: 200},
    {type: "c", path: "/run/some/zero", major: 1, minor: 5}]'
  probe stat /dev/net/tun /run/some/zero
  like stat./dev/net/tun '^char 10:200'
  like stat./run/some/zero '^char 1:5'
  [ ! -e "$BUNDLE/rootfs/run/some" ]
}

@test "a console that is a link is not followed" {
  trap_dir
  config '.mounts |= map(select(.destination != "/dev"))
    | .process.terminal = true'
  ln -s /link/console "$BUNDLE/rootfs/dev/console"
  ln -s link/inside "$BUNDLE/rootfs/dev/inside"
  with_mount /dev/link bind "$WORK/host" bind
  rt run --bundle "$BUNDLE" "$ID"
  untouched
}

@test "/dev/null as a symlink in an image's own /dev is not followed" {
  trap_dir
  config '.mounts |= map(select(.destination | startswith("/dev") | not))
    | .linux.maskedPaths = ["/proc/meminfo"]'
  ln -s "$WORK/host/file" "$BUNDLE/rootfs/dev/null"
  arguments /bin/probe stat /proc/meminfo
  rt run --bundle "$BUNDLE" "$ID"
  untouched
  if [ "$status" -eq 0 ]; then like stat./proc/meminfo '^char 1:3'; fi
}

@test "a mount source that is a symlink is the host's business" {
  trap_dir
  ln -s data "$WORK/alias"
  with_mount /data bind "$WORK/alias" bind
  probe read /data/file
  is read./data/file content
}

@test "a symlink that changes all the time never lets a mount out" {
  trap_dir
  mkdir "$BUNDLE/rootfs/a"
  local i racer
  while :; do
    set +e
    rm -rf "$BUNDLE/rootfs/a/x" && ln -s "$WORK/host" "$BUNDLE/rootfs/a/x"
    rm -f "$BUNDLE/rootfs/a/x" && mkdir "$BUNDLE/rootfs/a/x"
  done >/dev/null 2>&1 3>&- 4>&- &
  racer=$!
  BACKGROUND+=("$racer")
  with_mount /a/x/made tmpfs tmpfs
  for i in {1..15}; do
    rt run --bundle "$BUNDLE" "$ID-$i"
    untouched
  done
  kill -KILL "$racer"
  wait "$racer" || true
}

@test "a working directory that leads out is refused" {
  local fd
  for fd in 3 4 5 6 7 8 9 10 11 12; do
    config --arg c "/proc/self/fd/$fd" '.process.cwd = $c'
    arguments /bin/probe list . -- read ../../../../../etc/hostname -- cwd
    rt run --bundle "$BUNDLE" "$ID-$fd"
    if [ "$status" -eq 0 ]; then
      unlike list.. 'boot'
      unlike cwd 'unreachable'
    fi
    rt delete --force "$ID-$fd"
  done
}

@test "the runtime's own binary cannot be written from a container" {
  local before
  before=$(sha256sum "$RUNTIME")
  config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH"])'
  arguments /bin/probe print ready -- spy 1500
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  local i
  for i in {1..25}; do
    runtime exec "$ID" /proc/self/exe </dev/null >/dev/null 2>&1 3>&- || true
    runtime exec "$ID" /bin/true </dev/null >/dev/null 2>&1 3>&- || true
  done
  eventually has_status "$ID" stopped
  output=$(log)
  is spy.writable 0
  equal "$(sha256sum "$RUNTIME")" "$before"
}

# How often the runtime is executed by a descriptor, when Python does so as given.
executions() {
  strace -qq -e trace=execveat -o "$WORK/trace" python3 -c "import os, sys; $1" \
    "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/said" 2>&1 3>&- || return 1
  grep -c 'AT_EMPTY_PATH) = 0' "$WORK/trace"
}

@test "who executes the runtime by a descriptor does not keep it from sealing itself" {
  runp_only "the peers' ways of protecting their binaries are others"
  arguments /bin/probe print ''
  equal "$(executions 'os.execv(sys.argv[1], sys.argv[1:])')" 1
  equal "$(executions 'os.execve(os.open(sys.argv[1], os.O_RDONLY), sys.argv[1:], {"_RUNP_SEALED": "1"})')" 2
}

# Runs the container, which watches, while others enter it; its report is
# $output.
while_entered() {
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  local i
  for i in {1..25}; do runtime exec "$ID" /bin/true </dev/null >/dev/null 2>&1 3>&- || true; done
  eventually has_status "$ID" stopped
  output=$(log)
}

@test "a container sees no directory of the host through a joining process" {
  arguments /bin/probe print ready -- spy 1500
  while_entered
  is spy.directories 0
}

@test "who may trace finds nothing of the host in a joining process" {
  peer_falls_short crun "it joins with the host's cgroup directory open"
  peer_falls_short runc "it joins with a directory of the host open"
  config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])'
  arguments /bin/probe print ready -- trace 3000
  while_entered
  differ "$(value trace.seized)" 0
  is trace.outside 0
}

# Descriptors of the runtime must be gone before the kernel looks for the
# program, not only once it runs.
@test "neither a program nor an interpreter is found through a descriptor of the runtime" {
  local fd
  touch "$BUNDLE/rootfs/in-the-container"
  cp "$RUNP_SUITE/probe" "$WORK/outside"
  running
  for fd in {3..14}; do
    printf '#!/proc/self/fd/%s/%s/outside print escaped --\n' "$fd" "../../../../..$WORK" \
      >"$BUNDLE/rootfs/bin/tool-$fd"
    chmod 755 "$BUNDLE/rootfs/bin/tool-$fd"
    rt exec "$ID" "/bin/tool-$fd"
    differ "$output" escaped
    rt exec "$ID" "/proc/self/fd/$fd/../../../../..$WORK/outside" print escaped
    differ "$output" escaped
  done
  for fd in {3..14}; do
    as "$ID-$fd"
    arguments "/bin/tool-$fd"
    rt run --bundle "$BUNDLE" "$ID"
    differ "$output" escaped
    ID=${ID%-*}
  done
}

# --- without a pivot --------------------------------------------------------

# Mounts procfs and sysfs in namespaces of its own, which the kernel allows only
# where one is fully visible already: $output has what it got.
nested_mounts() {
  config '.process.user = {uid: 1000, gid: 1000} | .linux.maskedPaths = ["/proc/meminfo", "/sys/firmware"]'
  cp "$(command -v busybox)" "$BUNDLE/rootfs/bin/unshare"
  arguments /bin/unshare -mrpfn /bin/sh -c \
    'echo inside; mount -t proc none /proc && echo proc=seen; mount -t sysfs none /sys && echo sysfs=seen; true'
  "$@" run --no-pivot --bundle "$BUNDLE" "$ID"
}

@test "--no-pivot leaves no procfs and sysfs of the host behind" {
  peer_falls_short crun "it leaves them"
  nested_mounts ok
  says inside
  unlike proc seen
  unlike sysfs seen
}

@test "--no-pivot in a user namespace covers what it may not unmount" {
  peer_falls_short runc "it leaves them"
  with_user_namespace
  nested_mounts ok
  says inside
  unlike proc seen
  unlike sysfs seen
}

@test "--no-pivot: a mount of the host that cannot be unmounted is covered, or the container refused" {
  runp_only "it is about its own order of calls"
  nested_mounts ok_with umount2:error=EPERM
  says inside
  unlike proc seen
  unlike sysfs seen
  # Not even covered: the third and later calls of mount(2) do nothing.
  nested_mounts refused_with umount2:error=EPERM mount:retval=0:when=3+
  says "proc on /proc cannot be hidden"
}
