#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

# A directory of the host with a file in it, to be mounted.
prepare() {
  mkdir "$WORK/data"
  echo content >"$WORK/data/file"
}

@test "bind: a directory of the host is seen and can be written" {
  with_mount /data bind "$WORK/data" bind
  probe read /data/file -- write /data/new back
  is read./data/file content
  equal "$(cat "$WORK/data/new")" back
}

@test "bind: the type does not matter, the option does" {
  with_mount /data none "$WORK/data" rbind
  probe read /data/file
  is read./data/file content
}

@test "bind: a single file" {
  with_mount /etc/one bind "$WORK/data/file" bind
  probe read /etc/one -- stat /etc/one
  is read./etc/one content
  like stat./etc/one '^file'
}

@test "bind: a relative source starts in the bundle" {
  mkdir "$BUNDLE/inner"
  echo from-bundle >"$BUNDLE/inner/file"
  with_mount /data bind inner bind
  cd /
  probe read /data/file
  is read./data/file from-bundle
}

@test "bind: a source that does not exist is refused by name" {
  with_mount /data bind "$WORK/nothing" bind
  create_refused
  says 'nothing'
}

@test "bind: ro" {
  with_mount /data bind "$WORK/data" bind ro
  probe write /data/new -- read /data/file
  is write./data/new EROFS
  is read./data/file content
  [ ! -e "$WORK/data/new" ]
}

@test "bind: the host's mount keeps its own options" {
  mount --bind "$WORK/data" "$WORK/data"
  with_mount /data bind "$WORK/data" bind ro nosuid noexec nodev
  probe mounts /data
  local options
  options=$(awk -v p="$WORK/data" '$5 == p { print $6 }' /proc/self/mountinfo)
  umount "$WORK/data"
  equal "$options" rw,relatime
}

@test "bind: without r, what is mounted below does not come along" {
  mkdir "$WORK/data/below"
  mount -t tmpfs below "$WORK/data/below"
  touch "$WORK/data/below/hidden"
  with_mount /flat bind "$WORK/data" bind
  with_mount /deep bind "$WORK/data" rbind
  probe list /flat/below /deep/below
  umount "$WORK/data/below"
  is list./flat/below ""
  is list./deep/below hidden
}

# Each word and what the kernel then says of the mount.
@test "bind: nosuid nodev noexec noatime nodiratime nosymfollow are the mount's" {
  with_mount /data bind "$WORK/data" bind nosuid nodev noexec
  probe mounts /data
  like mount./data 'nosuid,nodev,noexec'
  config '.mounts[-1].options = ["bind", "noatime"]'
  probe mounts /data
  like mount./data 'noatime'
  config '.mounts[-1].options = ["bind", "nodiratime"]'
  probe mounts /data
  like mount./data 'nodiratime'
  config '.mounts[-1].options = ["bind", "strictatime"]'
  probe mounts /data
  unlike mount./data 'relatime|noatime'
}

# Without the flag the kernel keeps access times relatively all the same.
@test "norelatime is no strictatime" {
  with_mount /scratch tmpfs tmpfs norelatime
  probe mounts /scratch
  like mount./scratch '^tmpfs rw,relatime'
}

@test "tmpfs: iversion is accepted" {
  peer_falls_short crun "it hands the word on to the file system"
  with_mount /scratch tmpfs tmpfs iversion
  probe mounts /scratch
  like mount./scratch '^tmpfs rw'
}

@test "bind: nosymfollow" {
  peer_falls_short crun "it hands the word on to the file system"
  ln -s file "$WORK/data/link"
  with_mount /data bind "$WORK/data" bind nosymfollow
  probe read /data/file /data/link
  is read./data/file content
  is read./data/link ELOOP
}

@test "noexec and nodev do what they say" {
  cp "$RUNP_SUITE/probe" "$WORK/data/program"
  mknod "$WORK/data/null" c 1 3
  with_mount /data bind "$WORK/data" bind noexec nodev
  probe exec /data/program -- open /data/null
  is exec./data/program EACCES
  is open./data/null EACCES
}

@test "the words that undo win over those before them" {
  peer_falls_short crun "on a bind it takes no word back"
  with_mount /data bind "$WORK/data" bind ro nosuid nodev noexec rw suid dev exec
  probe mounts /data
  like mount./data ' rw,relatime'
}

@test "defaults is no option at all" {
  peer_falls_short runc "it hands the word on to the file system"
  with_mount /tmp tmpfs tmpfs defaults
  probe mounts /tmp
  like mount./tmp '^tmpfs rw,relatime'
}

@test "bind: options for a file system do not disturb" {
  peer_falls_short runc "it refuses them, defaults included"
  with_mount /data bind "$WORK/data" bind defaults mode=755
  probe read /data/file
  is read./data/file content
}

# --- recursive options ------------------------------------------------------

# A tree with one more mount below it, as /tree.
tree() {
  mkdir "$WORK/data/below"
  mount -t tmpfs -o dev,suid,exec,relatime below "$WORK/data/below"
  with_mount /tree bind "$WORK/data" rbind "$@"
  probe mounts /tree /tree/below
  umount "$WORK/data/below"
}

@test "ro is for the topmost mount only, rro for all" {
  tree ro
  like mount./tree ' ro'
  like mount./tree/below ' rw'
  rmdir "$WORK/data/below"
  config '.mounts |= .[:-1]'
  tree rro
  like mount./tree ' ro'
  like mount./tree/below ' ro'
}

@test "rnosuid rnodev rnoexec are for all" {
  tree rnosuid rnodev rnoexec
  like mount./tree 'nosuid,nodev,noexec'
  like mount./tree/below 'nosuid,nodev,noexec'
}

@test "rnoatime, rnodiratime and rstrictatime are for all" {
  peer_falls_short crun "it does not clear the atime bits first: EINVAL"
  tree rnoatime rnodiratime
  like mount./tree 'noatime,nodiratime'
  like mount./tree/below 'noatime,nodiratime'
  rmdir "$WORK/data/below"
  config '.mounts |= .[:-1]'
  tree rstrictatime
  unlike mount./tree/below 'atime'
}

@test "rnosymfollow is for all" {
  peer_falls_short crun "it does not know the word"
  tree rnosymfollow
  like mount./tree nosymfollow
  like mount./tree/below nosymfollow
}

@test "rrw, rsuid, rdev and rexec take the restriction off again" {
  mkdir "$WORK/data/below"
  mount -t tmpfs -o nodev,nosuid,noexec below "$WORK/data/below"
  with_mount /tree bind "$WORK/data" rbind rrw rsuid rdev rexec
  probe mounts /tree/below
  umount "$WORK/data/below"
  unlike mount./tree/below 'nosuid|nodev|noexec'
}

# --- tmpfs ------------------------------------------------------------------

@test "tmpfs: size and mode are handed on" {
  with_mount /scratch tmpfs tmpfs size=1m mode=1711 nosuid
  probe size /scratch -- stat /scratch -- write /scratch/x -- mounts /scratch
  is size./scratch 1048576
  like stat./scratch '^dir 0:0 1711'
  is write./scratch/x ok
  like mount./scratch '^tmpfs rw,nosuid'
}

@test "tmpfs: one word with several parameters" {
  with_mount /scratch tmpfs tmpfs size=1m,mode=1711
  probe size /scratch -- stat /scratch
  is size./scratch 1048576
  like stat./scratch '^dir 0:0 1711'
}

@test "tmpfs: it has the mode of the directory it covers" {
  mkdir -m 1770 "$BUNDLE/rootfs/scratch"
  with_mount /scratch tmpfs tmpfs
  probe stat /scratch
  like stat./scratch '^dir 0:0 1770'
}

@test "tmpfs: where nothing was, anybody can write" {
  with_mount /made/scratch tmpfs tmpfs
  probe stat /made/scratch
  like stat./made/scratch '^dir 0:0 1777'
}

@test "tmpfs: ro" {
  with_mount /scratch tmpfs tmpfs ro
  probe write /scratch/x
  is write./scratch/x EROFS
}

@test "tmpfs: ro does not keep what is below from being mounted and made" {
  config '.mounts |= map(if .destination == "/dev" then .options += ["ro"] else . end)'
  with_mount /outer tmpfs tmpfs ro
  with_mount /outer/inner tmpfs tmpfs
  probe mounts /dev /outer -- write /dev/null -- write /dev/x -- write /outer/x -- write /outer/inner/x
  like mount./dev '^tmpfs ro,nosuid'
  is write./dev/null ok
  is write./dev/x EROFS
  is write./outer/x EROFS
  is write./outer/inner/x ok
}

@test "the words for all mounts of a tree are for a new file system, too" {
  peer_falls_short runc "it ignores them"
  mkdir "$BUNDLE/rootfs/image"
  touch "$BUNDLE/rootfs/image/file"
  with_mount /scratch tmpfs tmpfs rro rnoexec rnosuid rnodev
  with_mount /image tmpfs tmpfs tmpcopyup rnoexec
  probe mounts /scratch /image
  like mount./scratch '^tmpfs ro,nosuid,nodev,noexec'
  like mount./image '^tmpfs rw,noexec'
}

@test "tmpfs: tmpcopyup brings the image's files along" {
  mkdir -p "$BUNDLE/rootfs/image/dir"
  echo inside >"$BUNDLE/rootfs/image/dir/file"
  ln -s dir/file "$BUNDLE/rootfs/image/link"
  chmod 751 "$BUNDLE/rootfs/image/dir"
  with_mount /image tmpfs tmpfs tmpcopyup
  probe read /image/dir/file -- readlink /image/link -- stat /image/dir -- write /image/new -- mounts /image
  is read./image/dir/file inside
  is link./image/link dir/file
  like stat./image/dir '0751'
  is write./image/new ok
  like mount./image '^tmpfs'
  [ ! -e "$BUNDLE/rootfs/image/new" ]
}

@test "tmpfs: tmpcopyup and ro" {
  mkdir -p "$BUNDLE/rootfs/image"
  echo inside >"$BUNDLE/rootfs/image/file"
  with_mount /image tmpfs tmpfs tmpcopyup ro
  probe read /image/file -- write /image/new
  is read./image/file inside
  is write./image/new EROFS
}

@test "an option that the file system does not take is refused" {
  with_mount /scratch tmpfs tmpfs no_such_option=1
  create_refused
  says 'scratch|no_such_option'
}

@test "an unknown file system is refused by name" {
  with_mount /scratch no-such-fs none
  create_refused
  says 'scratch|no-such-fs'
}

# --- second ways ------------------------------------------------------------

@test "sysfs in a user namespace with the host's network is the host's mount" {
  peer_falls_short runc "it refuses it"
  with_user_namespace
  without_namespace network
  probe mounts /sys -- list /sys
  if is_crun; then like mount./sys '^sysfs '; else like mount./sys '^sysfs ro'; fi
  like list./sys kernel
  if is_runp; then
    config '.mounts |= map(if .type == "sysfs" then .options += ["no_such_option"] else . end)'
    create_refused
    says 'no_such_option of sysfs'
  fi
}

@test "cgroup: where it cannot be mounted, it is a bind mount" {
  runp_only "it is about its own order of calls"
  config '.mounts = [{destination: "/proc", type: "proc"},
    {destination: "/sys/fs/cgroup", type: "cgroup", options: ["ro", "nosuid"]}]'
  local error
  for error in EPERM EBUSY; do
    arguments /bin/probe mounts /sys/fs/cgroup
    # Two calls are procfs's; the first of the other two sets the source.
    ok_with "fsconfig:error=$error:when=4" run --bundle "$BUNDLE" "$ID"
    like mount./sys/fs/cgroup '^cgroup2 ro,nosuid'
  done
  refused_with fsconfig:error=EIO:when=4 run --bundle "$BUNDLE" "$ID"
  says 'mounts.1.: mount cgroup on /sys/fs/cgroup: fsconfig create cgroup2'
}

@test "a walk that another process has disturbed is done again" {
  runp_only "it is about its own order of calls"
  arguments /bin/true
  ok_with openat2:error=EAGAIN:when=1..5 run --bundle "$BUNDLE" "$ID"
  refused_with openat2:error=EAGAIN run --bundle "$BUNDLE" "$ID"
}

@test "copy-symlink makes the link again, and only once" {
  peer_falls_short runc "it does not know the word"
  ln -s file "$WORK/data/link"
  with_mount /made/link bind "$WORK/data/link" bind copy-symlink
  with_mount /made/link bind "$WORK/data/link" bind copy-symlink
  probe readlink /made/link
  is link./made/link file
  if is_runp; then
    ln -sf other "$BUNDLE/rootfs/made/link"
    create_refused
    says 'mounts.*symlink link: file exists'
  fi
}

@test "src-nofollow and dest-nofollow are for the link itself" {
  peer_falls_short runc "it does not know the words"
  ln -s file "$WORK/data/link"
  ln -s /etc "$BUNDLE/rootfs/over"
  with_mount /over bind "$WORK/data/link" bind src-nofollow dest-nofollow
  probe readlink /over
  is link./over file
  if is_runp; then
    with_mount /plain/link bind "$WORK/data/link" bind src-nofollow dest-nofollow
    probe readlink /plain/link
    is link./plain/link file
  fi
}

# --- both ways to mount -----------------------------------------------------

# The new calls take 255 bytes a string; what is longer goes through mount(2).
LONG=$(printf 'x%.0s' {1..300})

# What the container sees of a mount on /data, or "refused".
seen_of() {
  config '.mounts |= map(select(.destination != "/data"))'
  with_mount /data "$@"
  arguments /bin/probe mounts /data -- stat /data
  rt run --bundle "$BUNDLE" "$ID"
  if [ "$status" -ne 0 ]; then echo refused; return; fi
  local mount
  mount=$(value mount./data)
  # What an overlay's upper directory got when it was used first.
  mount=${mount/,uuid=on/}
  echo "${mount% source=*} $(value stat./data)"
}

@test "a mount is the same whichever way it is made" {
  mkdir "$WORK/lower" "$WORK/upper" "$WORK/work" "$WORK/with,comma" "$WORK/with:colon" \
    "$BUNDLE/rootfs/data"
  local line type short long
  while read -r line; do
    read -r -a words <<<"$line"
    type=${words[0]}
    short=$(seen_of "$type" short "${words[@]:1}")
    long=$(seen_of "$type" "$LONG" "${words[@]:1}")
    # Peers always use the second one.
    if [ "$short" != "$long" ]; then
      printf '%s\n%s\n%s\n' "$line" "$short" "$long" >&2
      return 1
    fi
    case $line in
    *nonsense* | *=wrong*) equal "$short" refused ;;
    *) if [ "$short" = refused ]; then tell "$line"; return 1; fi ;;
    esac
  done <<MOUNTS
tmpfs
tmpfs size=1m mode=1711
tmpfs size=1m,mode=0711,uid=3,gid=4
tmpfs ro nosuid nodev noexec
tmpfs noatime nodiratime
tmpfs strictatime
tmpfs sync dirsync
tmpfs size=wrong
tmpfs nonsense
tmpfs nonsense=1
tmpfs mpol=bind:0,0,size=1m
devpts newinstance,ptmxmode=0666,mode=0620
devpts nonsense
mqueue nonsense
mqueue noexec
proc hidepid=2
proc nonsense
ramfs mode=0711
overlay lowerdir=$WORK/lower:$WORK/upper
overlay lowerdir=$WORK/lower,upperdir=$WORK/upper,workdir=$WORK/work
overlay lowerdir=$WORK/with\\,comma:$WORK/with\\:colon
overlay ro lowerdir=$WORK/lower,upperdir=$WORK/upper,workdir=$WORK/work
overlay lowerdir=$WORK/lower:$WORK/upper nonsense=on
overlay lowerdir=$WORK/lower:$WORK/nonsense
nonsense
MOUNTS
}

# Some file systems take anything; debugfs, tracefs and bpf show the host's.
@test "an option that does not exist is refused by every file system" {
  runp_only "file systems that take anything take it"
  local type
  for type in tmpfs proc sysfs devpts mqueue cgroup cgroup2 overlay ramfs debugfs tracefs bpf \
    pstore securityfs hugetlbfs; do
    if ! grep -qw "$type" /proc/filesystems; then continue; fi
    config '.mounts |= map(select(.destination != "/data"))'
    with_mount /data "$type" "$type" no_such_option=1
    create_refused
    says "no_such_option of $type"
  done
  # Also where the hierarchy is shown by a bind mount.
  without_namespace cgroup
  config '.mounts[-1] |= (.type = "cgroup")'
  create_refused
  says "no_such_option of cgroup2"
}

# A directory whose path is long, with layers in it.
layers() {
  LAYERS=$WORK/$(printf 'l%.0s' {1..200})/$(printf 'm%.0s' {1..200})
  mkdir -p "$LAYERS"/{one,two,upper,work} "$LAYERS/with:colon,comma"
  echo one >"$LAYERS/one/file"
  echo two >"$LAYERS/two/two"
  echo three >"$LAYERS/with:colon,comma/three"
}

@test "overlay: layers with paths of any length" {
  layers
  with_mount /data overlay overlay \
    "lowerdir=$LAYERS/one:$LAYERS/two:$LAYERS/with\\:colon\\,comma" \
    "upperdir=$LAYERS/upper" "workdir=$LAYERS/work"
  probe read /data/file /data/two /data/three -- write /data/new
  is read./data/file one
  is read./data/two two
  is read./data/three three
  is write./data/new ok
  [ -e "$LAYERS/upper/new" ]
}

@test "overlay: more layers than mount(2) takes" {
  peer_falls_short runc "mount(2) takes a page"
  peer_falls_short crun "mount(2) takes a page"
  layers
  local i list=$LAYERS/one
  for i in {1..12}; do
    mkdir "$LAYERS/layer-$i"
    echo "$i" >"$LAYERS/layer-$i/number-$i"
    list+=:$LAYERS/layer-$i
  done
  with_mount /data overlay overlay "lowerdir=$list"
  probe read /data/file /data/number-1 /data/number-12
  is read./data/number-12 12
  # By path there is a limit, and it is named.
  config --arg s "$LONG" '.mounts[-1].source = $s'
  create_refused
  says 'overlay with [0-9]+ bytes of options, where 4095 are the most'
}

@test "overlay: where the kernel takes no descriptors, it is mount(2)" {
  runp_only "it is about its own order of calls"
  layers
  config '.mounts = []'
  with_mount /data overlay overlay "lowerdir=$LAYERS/one:$LAYERS/two"
  arguments /bin/probe read /data/file /data/two
  # The first sets the source.
  ok_with fsconfig:error=EINVAL:when=2 run --bundle "$BUNDLE" "$ID"
  is read./data/file one
  is read./data/two two
}

@test "a source of any length" {
  with_mount /data tmpfs "$LONG" size=1m noexec
  probe mounts /data -- mountpoints
  like mount./data '^tmpfs rw,noexec'
}

# --- special file systems ---------------------------------------------------

@test "proc, sysfs, devpts and mqueue are of their type" {
  probe mounts / /proc /sys /dev /dev/pts /dev/mqueue /dev/shm
  like mount./proc '^proc rw'
  like mount./sys '^sysfs ro,nosuid,nodev,noexec'
  like mount./dev '^tmpfs rw,nosuid'
  like mount./dev/pts '^devpts rw,nosuid,noexec.*mode=620.*ptmxmode=666'
  like mount./dev/mqueue '^mqueue rw,nosuid,nodev,noexec'
  like mount./dev/shm '^tmpfs rw,nosuid,nodev,noexec.*size=65536k'
}

@test "the process lives in its own proc" {
  probe readlink /proc/self
  is link./proc/self 1
}

@test "cgroup: it is the container's own, and read-only when asked" {
  with_mount /sys/fs/cgroup cgroup cgroup nosuid noexec nodev relatime ro
  probe mounts /sys/fs/cgroup -- read /sys/fs/cgroup/cgroup.procs -- mkdir /sys/fs/cgroup/x
  like mount./sys/fs/cgroup '^cgroup2 ro,nosuid,nodev,noexec,relatime'
  is read./sys/fs/cgroup/cgroup.procs 1
  is mkdir./sys/fs/cgroup/x EROFS
}

@test "cgroup: it can be written when the mount is not read-only" {
  with_mount /sys/fs/cgroup cgroup cgroup nosuid noexec nodev
  probe mkdir /sys/fs/cgroup/x -- stat /sys/fs/cgroup/x
  is mkdir./sys/fs/cgroup/x ok
}

@test "cgroup: without a cgroup namespace it shows the container's cgroup or above" {
  without_namespace cgroup
  with_mount /sys/fs/cgroup cgroup cgroup ro
  probe mounts /sys/fs/cgroup
  like mount./sys/fs/cgroup '^cgroup2 ro'
}

@test "cgroup: without a cgroup namespace it can be written when asked" {
  without_namespace cgroup
  with_mount /sys/fs/cgroup cgroup cgroup rw
  probe mounts /sys/fs/cgroup
  like mount./sys/fs/cgroup '^cgroup2 rw'
}

# --- remount ----------------------------------------------------------------

@test "remount: with bind it changes the mount" {
  with_mount /data bind "$WORK/data" bind
  with_mount /data bind "$WORK/data" bind remount ro nosuid
  probe mounts /data -- read /data/file -- write /data/x
  is mounts./data 1
  like mount./data ' ro,nosuid'
  is read./data/file content
  is write./data/x EROFS
}

@test "remount: without bind it changes the file system, too" {
  with_mount /scratch tmpfs tmpfs size=1m
  with_mount /scratch tmpfs tmpfs remount size=2m noexec
  probe mounts /scratch -- size /scratch
  is mounts./scratch 1
  like mount./scratch '^tmpfs rw,noexec'
  is size./scratch 2097152
}

@test "remount: ro without bind is the mount's, not the file system's" {
  with_mount /scratch tmpfs tmpfs
  with_mount /scratch tmpfs tmpfs remount ro
  probe mounts /scratch -- write /scratch/x
  like mount./scratch '^tmpfs ro,relatime rw'
  is write./scratch/x EROFS
}

@test "remount: where nothing is mounted it is refused" {
  with_mount /tmp tmpfs tmpfs remount ro
  create_refused
  says 'tmp'
}

# --- where and in which order -----------------------------------------------

@test "mounts are made in the order of the configuration" {
  with_mount /one tmpfs tmpfs
  with_mount /one/two tmpfs tmpfs
  with_mount /one/two/three bind "$WORK/data" bind
  probe mounts /one /one/two -- read /one/two/three/file
  is mounts./one 1
  is read./one/two/three/file content
  is mounts./one/two 1
}

@test "a later mount covers an earlier one" {
  with_mount /data tmpfs tmpfs
  with_mount /data bind "$WORK/data" bind
  probe read /data/file -- mounts /data
  is read./data/file content
  is mounts./data 2
}

@test "a destination that is not there is made, with its parents" {
  with_mount /a/b/c/d bind "$WORK/data" bind
  with_mount /x/y/file bind "$WORK/data/file" bind
  probe read /a/b/c/d/file /x/y/file -- stat /a/b
  is read./a/b/c/d/file content
  is read./x/y/file content
  like stat./a/b '^dir 0:0 .755'
}

@test "a file that is made to be mounted on cannot be executed" {
  peer_falls_short crun "it is 0700"
  with_mount /x/y/file bind "$WORK/data/file" bind
  run_once
  equal "$(stat -c %a "$BUNDLE/rootfs/x/y/file")" 644
}

@test "a mount on the root itself is refused by name" {
  local destination
  for destination in / . /etc/..; do
    config '.mounts |= map(select(.source != "root"))'
    with_mount "$destination" tmpfs root
    create_refused
    runp_says 'mounts[6].destination'
  done
  ln -s / "$BUNDLE/rootfs/link"
  config '.mounts[-1].destination = "/link"'
  rt run --bundle "$BUNDLE" "$ID"
  differ "$status" 0
}

@test "a relative destination starts at the root" {
  with_mount data bind "$WORK/data" bind
  probe read /data/file
  is read./data/file content
}

@test "a destination with dots and slashes is cleaned" {
  with_mount //a/../data/./ bind "$WORK/data" bind
  probe read /data/file
  is read./data/file content
}

@test "a read-only mount below a file system of the container" {
  with_mount /dev/extra tmpfs tmpfs ro
  probe write /dev/extra/x
  is write./dev/extra/x EROFS
}

@test "a file cannot be mounted where a directory is, and the message names it" {
  with_mount /etc bind "$WORK/data/file" bind
  create_refused
  says 'etc'
}

@test "mount names with spaces and other scripts" {
  mkdir "$WORK/with space ü"
  echo content >"$WORK/with space ü/file"
  with_mount "/has space ü" bind "$WORK/with space ü" bind
  probe read "/has space ü/file"
  is "read./has space ü/file" content
}

# --- what a bind keeps of its source ----------------------------------------

# A directory of the host that is mounted ro, noexec and noatime.
restricted() {
  mount -t tmpfs -o "${1:-ro,noexec,noatime}" restricted "$WORK/data"
}

# bind_has REGEX OPTION...: what the kernel says of a bind of it.
bind_has() {
  local has=$1
  shift
  config '.mounts |= map(select(.destination != "/data"))'
  with_mount /data bind "$WORK/data" bind "$@"
  probe mounts /data
  like mount./data "^tmpfs $has "
}

@test "bind: one word on ro, suid, dev or exec, and it has exactly those that are named" {
  restricted
  bind_has rw,nosuid,nodev,noatime nosuid nodev
  bind_has rw,noatime rw
  bind_has rw,noatime exec
  bind_has ro,noexec,noatime ro noexec
  bind_has rw,nosuid,relatime nosuid relatime
  bind_has ro,nosuid,nodev,noexec,noatime ro nosuid nodev noexec
  umount "$WORK/data"
}

@test "bind: without a word on them it keeps what the source has" {
  peer_falls_short crun "it takes them off"
  restricted
  bind_has ro,noexec,noatime
  bind_has ro,noexec,noatime rprivate
  umount "$WORK/data"
}

@test "bind: words on access times alone, or for the tree, take no restriction off" {
  runp_only "a word on access times takes the others off"
  restricted
  bind_has ro,noexec,relatime relatime
  bind_has ro,noexec,noatime,nodiratime nodiratime
  bind_has ro,nosuid,noexec,noatime rnosuid
  bind_has rw,noexec,noatime rrw
  bind_has rw,nosuid,noatime rrw nosuid
  umount "$WORK/data"
}

@test "remount: with bind it has exactly the words that are named, and its access times" {
  restricted noatime
  with_mount /data bind "$WORK/data" bind nosuid noexec
  with_mount /data bind "$WORK/data" bind remount ro
  probe mounts /data
  umount "$WORK/data"
  like mount./data '^tmpfs ro,noatime '
}

# Runs the runtime in a user namespace of its own, where the flags of mounts that
# came along are locked; its output is $output.
in_user_namespace() {
  rm -f "$WORK/go"
  mkfifo "$WORK/go"
  # shellcheck disable=SC2016 # it is for the shell inside
  unshare --user --mount --pid --fork bash -c '
    read -r _ <"$1"; mount -t proc proc /proc; shift; exec "$@"' inside "$WORK/go" \
    timeout -k 5 "$LIMIT" "$RUNTIME" --root "$STATE" --rootless=true --cgroup-manager=disabled \
    run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/output" 2>&1 3>&- 4>&- &
  local pid=$!
  BACKGROUND+=("$pid")
  eventually eval '[ "$(inode /proc/$pid/ns/user)" != "$(inode /proc/self/ns/user)" ]'
  echo 0 0 65536 >"/proc/$pid/uid_map"
  echo 0 0 65536 >"/proc/$pid/gid_map"
  echo >"$WORK/go"
  status=0
  wait "$pid" || status=$?
  output=$(cat "$WORK/output")
  errors=
}

@test "bind: a flag that is locked stays, and is not cleared by name" {
  runp_only "its rootless options are others"
  restricted ro,noexec,noatime,nosuid
  with_mount /data bind "$WORK/data" bind nodev
  without_namespace network
  without_namespace cgroup
  config 'del(.mounts[] | select(.type == "sysfs")) | del(.linux.cgroupsPath)'
  arguments /bin/probe mounts /data
  in_user_namespace
  like mount./data '^tmpfs ro,nosuid,nodev,noexec,noatime '
  config '.mounts[-1].options = ["bind", "exec", "rw"]'
  in_user_namespace
  differ "$status" 0
  says 'mounts.*/data: rw,exec is not possible.*locked'
  config '.mounts[-1].options = ["bind", "rexec"]'
  in_user_namespace
  says 'mounts.*/data: mount_setattr rexec: operation not permitted'
  config '.mounts[-1].options = ["bind", "strictatime"]'
  in_user_namespace
  says 'mounts.*/data: how the source keeps access times is locked'
  umount "$WORK/data"
}

# --- sources inside the root ------------------------------------------------

# A directory on /mnt, another below it, and a bind of that out of the root,
# edited with $1.
stacked() {
  mkdir -p "$WORK/data/inner" "$WORK/other"
  echo other >"$WORK/other/file"
  chmod 755 "$WORK/other"
  with_mount /mnt bind "$WORK/data" bind
  with_mount /mnt/inner bind "$WORK/other" bind
  with_mount /out bind "$BUNDLE/rootfs/mnt/inner" bind
  config ".mounts[-1] |= ${1:-.}"
  probe read /out/file -- mounts /out -- stat /out/file
  is read./out/file other
}

@test "bind: a source inside the root has what earlier mounts have put there" {
  stacked
  config 'del(.mounts[-1]) | .mounts += [{destination: "/file", source: "rootfs/mnt/inner/file", options: ["bind"]}]'
  probe read /file
  is read./file other
}

@test "bind: a source inside the root, in a user namespace" {
  with_user_namespace
  stacked
}

@test "bind: a source inside the root whose IDs are mapped" {
  peer_falls_short crun "it does not find the directory"
  stacked '. + {uidMappings: [{containerID: 0, hostID: 5000, size: 65000}],
    gidMappings: [{containerID: 0, hostID: 6000, size: 65000}]}'
  like stat./out/file '5000:6000'
}

# --- propagation ------------------------------------------------------------

# Mounts something below a shared directory of the host while the container
# runs, and sees whether it is in the container: $1 is yes or no.
arrives() {
  mount --bind "$WORK/data" "$WORK/data"
  mount --make-shared "$WORK/data"
  mkdir "$WORK/data/later"
  running
  mount -t tmpfs later "$WORK/data/later"
  ok exec "$ID" /bin/probe mounts /data/later /data
  local report=$output
  umount "$WORK/data/later"
  ok delete --force "$ID"
  umount -l "$WORK/data"
  output=$report
  is mounts./data/later "$1"
}

@test "propagation: rprivate, by default, lets nothing in" {
  with_mount /data bind "$WORK/data" rbind rprivate
  arrives 0
  like mount./data 'propagation=private'
}

@test "propagation: rslave lets the host's mounts in" {
  config '.linux.rootfsPropagation = "rslave"'
  with_mount /data bind "$WORK/data" rbind rslave
  arrives 1
  like mount./data 'propagation=master'
}

@test "propagation: rshared lets them in and out" {
  config '.linux.rootfsPropagation = "rshared" | .process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])'
  with_mount /data bind "$WORK/data" rbind rshared
  mount --bind "$WORK/data" "$WORK/data"
  mount --make-shared "$WORK/data"
  mkdir "$WORK/data/inner"
  arguments /bin/sh -c 'mount -t tmpfs inner /data/inner && probe mounts /data /data/inner'
  run_once
  local seen
  seen=$(grep -c "$WORK/data/inner" /proc/self/mountinfo || true)
  umount "$WORK/data/inner" || true
  umount -l "$WORK/data"
  is mounts./data/inner 1
  like mount./data 'propagation=shared'
  equal "$seen" 1
}

@test "propagation: unbindable and private are the mount's" {
  peer_falls_short crun "a mount with unbindable is private"
  local word
  for word in unbindable private; do
    config '.mounts |= map(select(.destination != "/data"))'
    with_mount /data bind "$WORK/data" bind "$word"
    probe mounts /data
    like mount./data "propagation=$word"
  done
}

@test "nothing that the container mounts appears on the host" {
  grep -v "$WORK" /proc/self/mountinfo | cut -d' ' -f5 | sort >"$WORK/before"
  running
  grep -v "$WORK/state" /proc/self/mountinfo | cut -d' ' -f5 | sort >"$WORK/after"
  diff "$WORK/before" "$WORK/after"
}
