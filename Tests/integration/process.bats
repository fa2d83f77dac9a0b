#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

# --- arguments, environment, directory --------------------------------------

@test "an ID that means no change at all is refused" {
  peer_falls_short crun "it runs the process as root"
  peer_falls_short runc "it runs the process as root"
  local id
  for id in uid gid; do
    config --arg id "$id" '.process.user = {uid: 1, gid: 1} | .process.user[$id] = 4294967295'
    create_refused
    says "$id"
  done
}

@test "arguments go through as they are" {
  arguments /bin/probe args -- print 'two words' '' $'a\nb' "it's" '$HOME' '*' 'ü'
  run_once
  is arg.0 /bin/probe
  is arg.4 'two words'
  is arg.5 ''
  is arg.7 "it's"
  is arg.8 '$HOME'
  is arg.9 '*'
  is arg.10 'ü'
}

@test "the program is searched in the PATH of the configuration" {
  mkdir "$BUNDLE/rootfs/opt"
  cp "$BUNDLE/rootfs/bin/probe" "$BUNDLE/rootfs/opt/mine"
  config '.process.env = ["PATH=/nothing:/opt"]'
  arguments mine args
  run_once
  is arg.0 mine
}

@test "the search passes over what cannot be executed" {
  mkdir "$BUNDLE/rootfs/first"
  touch "$BUNDLE/rootfs/first/probe"
  mkdir -p "$BUNDLE/rootfs/second/probe"
  config '.process.env = ["PATH=/first:/second:/bin"]'
  arguments probe cwd
  run_once
  is cwd /
}

@test "the search is the user's, and passes over what only root could execute" {
  peer_falls_short crun "it searches as root"
  local dir
  for dir in first second third; do
    mkdir "$BUNDLE/rootfs/$dir"
    cp "$BUNDLE/rootfs/bin/probe" "$BUNDLE/rootfs/$dir/mine"
  done
  chmod 700 "$BUNDLE/rootfs/first"
  chmod 700 "$BUNDLE/rootfs/second/mine"
  config '.process.env = ["PATH=/first:/second:/third"] | .process.user = {uid: 1000, gid: 1000}'
  arguments mine readlink /proc/self/exe
  run_once
  is link./proc/self/exe /third/mine
  rm -r "$BUNDLE/rootfs/third"
  refused run --bundle "$BUNDLE" "$ID"
  says 'mine.*(permission denied|not found)'
  gone "$ID"
}

@test "a search as root without the capability is like any user's" {
  peer_falls_short crun "it searches with all capabilities"
  mkdir "$BUNDLE/rootfs/first"
  cp "$BUNDLE/rootfs/bin/probe" "$BUNDLE/rootfs/first/probe"
  chown 1000:1000 "$BUNDLE/rootfs/first"
  chmod 700 "$BUNDLE/rootfs/first"
  config '.process.env = ["PATH=/first:/bin"]
    | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW"}'
  local no_new_privs
  for no_new_privs in true false; do
    config --argjson n "$no_new_privs" '.process.noNewPrivileges = $n'
    arguments probe readlink /proc/self/exe
    run_once
    is link./proc/self/exe /bin/probe
  done
}

@test "a program that may not be executed is refused at create" {
  arguments /bin/locked
  create_refused
  says 'permission denied|not permitted'
  runp_says /bin/locked
  peer_falls_short crun "it looks with the rights of root"
  cp "$BUNDLE/rootfs/bin/probe" "$BUNDLE/rootfs/bin/roots"
  chmod 700 "$BUNDLE/rootfs/bin/roots"
  config '.process.user = {uid: 1000, gid: 1000}'
  arguments /bin/roots args
  create_refused
  says 'permission denied|not permitted'
  runp_says /bin/roots
}

@test "a program with a slash is not searched, and starts in the cwd" {
  config '.process.cwd = "/usr" | .process.env = ["PATH=/bin"]'
  cp "$BUNDLE/rootfs/bin/probe" "$BUNDLE/rootfs/usr/bin/near"
  arguments bin/near cwd
  run_once
  is cwd /usr
}

@test "a script with an interpreter runs" {
  printf '#!/bin/sh\necho "script $1"\n' >"$BUNDLE/rootfs/bin/script"
  chmod 755 "$BUNDLE/rootfs/bin/script"
  arguments script one
  run_once
  equal "$output" "script one"
}

@test "the environment is the configuration's and nothing else" {
  config '.process.env = ["PATH=/bin", "HOME=/root", "A=1", "EMPTY=", "EQ=a=b=c", "UTF=ü", "S=two words"]'
  SECRET_OF_THE_HOST=1 probe env
  is env.A 1
  is env.EMPTY ''
  is env.EQ a=b=c
  is env.UTF ü
  is env.S 'two words'
  if value env.SECRET_OF_THE_HOST; then return 1; fi
}

@test "the last of two environment entries counts" {
  config '.process.env = ["PATH=/bin", "A=first", "A=second"]'
  probe env
  is env.A second
  equal "$(grep -c '^env\.A=' <<<"$output")" 1
}

@test "HOME is set from the container's passwd when it is missing" {
  config '.process.env = ["PATH=/bin"] | .process.user = {uid: 1000, gid: 1000}'
  probe env
  is env.HOME /home/alice
}

@test "an empty HOME is a missing one" {
  peer_falls_short crun "it leaves it empty"
  config '.process.env = ["PATH=/bin", "HOME=/other", "HOME="] | .process.user = {uid: 1000, gid: 1000}'
  probe env
  is env.HOME /home/alice
}

@test "an absent environment is an empty one" {
  config 'del(.process.env)'
  arguments /bin/probe env
  run_once
}

@test "cwd is the process's directory" {
  config '.process.cwd = "/home/alice"'
  probe cwd
  is cwd /home/alice
}

@test "a cwd that does not exist is made" {
  config '.process.cwd = "/made/for/it"'
  probe cwd
  is cwd /made/for/it
}

@test "a cwd through symlinks stays in the container" {
  ln -s /etc "$BUNDLE/rootfs/link"
  config '.process.cwd = "/link"'
  probe cwd
  is cwd /etc
}

@test "a relative cwd is refused" {
  peer_falls_short crun "it takes it as from the root"
  config '.process.cwd = "home"'
  create_refused
  says 'cwd|home'
}

@test "a cwd that is a file is refused" {
  config '.process.cwd = "/etc/passwd"'
  create_refused
  says '/etc/passwd'
}

@test "a cwd that only the user may enter works" {
  mkdir "$BUNDLE/rootfs/private"
  chown 1000:1000 "$BUNDLE/rootfs/private"
  chmod 700 "$BUNDLE/rootfs/private"
  config '.process.cwd = "/private" | .process.user = {uid: 1000, gid: 1000}'
  probe cwd
  is cwd /private
}

@test "a cwd that only root may enter works" {
  mkdir -m 700 "$BUNDLE/rootfs/private"
  config '.process.cwd = "/private" | .process.user = {uid: 1000, gid: 1000}'
  probe cwd
  is cwd /private
}

@test "exec enters a directory that only root may, and one that only the user may" {
  mkdir -m 700 "$BUNDLE/rootfs/private" "$BUNDLE/rootfs/own"
  chown 1000:1000 "$BUNDLE/rootfs/own"
  running
  ok exec --user 1000 --cwd /private "$ID" /bin/probe cwd
  is cwd /private
  ok exec --user 1000 --cwd /own "$ID" /bin/probe cwd
  is cwd /own
}

@test "a cwd that neither root nor the user may enter is refused" {
  peer_falls_short runc "root enters it all the same"
  mkdir "$BUNDLE/rootfs/foreign"
  chown 1001:1001 "$BUNDLE/rootfs/foreign"
  chmod 700 "$BUNDLE/rootfs/foreign"
  config '.process.cwd = "/foreign" | .process.user = {uid: 1000, gid: 1000}
    | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 65536}]'
  with_namespace user
  chmod 755 "$BUNDLE"
  create_refused
  says '/foreign.*permission denied'
}

# --- user -------------------------------------------------------------------

@test "user and group are set, all three of each" {
  config '.process.user = {uid: 1000, gid: 1001}'
  probe ids
  local id
  for id in uid euid suid; do is "$id" 1000; done
  for id in gid egid sgid; do is "$id" 1001; done
}

@test "users need not be in any passwd" {
  config '.process.user = {uid: 424242, gid: 242424}'
  probe ids
  is uid 424242
  is gid 242424
}

@test "a uid that is no 32 bit number is refused" {
  config '.process.user.uid = 4294967296'
  create_refused
  config '.process.user.uid = -1'
  create_refused
}

@test "groups are the configuration's, none of the caller's" {
  probe ids
  is groups ''
  config '.process.user.additionalGids = [10, 20, 30000]'
  probe ids
  is groups 10,20,30000
}

@test "umask is set" {
  config '.process.user.umask = 63'
  probe ids
  is umask 0077
}

@test "without umask it is 0022" {
  (
    umask 0007
    probe ids
    is umask 0022
  )
}

@test "pipes and sockets are the user's, who can open them again" {
  peer_falls_short crun "it gives a terminal only"
  config '.process.user = {uid: 1000, gid: 1000}'
  arguments /bin/probe open w /dev/stdout
  equal "$(runtime run --bundle "$BUNDLE" "$ID" </dev/null 3>&-)" "open./dev/stdout=ok"
  running
  equal "$(runtime exec --user 1000 "$ID" /bin/probe open w /dev/stdout </dev/null 3>&-)" "open./dev/stdout=ok"
}

@test "a file, a device or a directory that a stream is stays its owner's" {
  peer_falls_short crun "it gives all away"
  peer_falls_short runc "it gives all but /dev/null away"
  config '.process.user = {uid: 1000, gid: 1000}'
  mkdir "$WORK/directory"
  mknod "$WORK/zero" c 1 5
  mkfifo "$WORK/fifo"
  : >"$WORK/file"
  arguments /bin/true
  local stream
  for stream in directory zero fifo file; do
    local input=$WORK/$stream
    exec 9<>"$WORK/fifo"
    runtime run --bundle "$BUNDLE" "$ID" <"$input" >"$WORK/log" 2>>"$WORK/file" 3>&- 4>&- 9>&-
    exec 9>&-
    equal "$stream $(stat -c %u "$input" "$WORK/log" "$WORK/file" | tr '\n' ' ')" "$stream 0 0 0 "
  done
  running
  runtime exec --user 1000 "$ID" /bin/true <"$WORK/file" >"$WORK/log" 2>>"$WORK/zero" 3>&- 4>&-
  equal "$(stat -c %u "$WORK/file" "$WORK/log" "$WORK/zero" | tr '\n' ' ')" "0 0 0 "
}

@test "the caller's terminal stays the caller's" {
  peer_falls_short runc "it gives it away"
  peer_falls_short crun "it gives it away"
  running
  # shellcheck disable=SC2016
  "$RUNP_SUITE/companion" terminal sh -c '"$@" >/dev/null; stat -c "owner=%u" "$(tty)"' sh \
    "$RUNTIME" --root "$STATE" exec --user 1000 "$ID" /bin/true </dev/null >"$WORK/owner" 3>&-
  grep -q owner=0 "$WORK/owner"
}

@test "a stream that cannot be given stays as it is" {
  runp_only "what they call for it is theirs"
  config '.process.user = {uid: 1000, gid: 1000}'
  arguments /bin/probe print still
  local errno
  for errno in EPERM EINVAL EOVERFLOW; do
    injected piped "fchown:error=$errno" run --bundle "$BUNDLE" "$ID"
    equal "$status" 0
    equal "$output" still
  done
  injected piped fchown:error=EIO run --bundle "$BUNDLE" "$ID"
  differ "$status" 0
  gone "$ID"
  says 'change the owner of stream 0.*fchown'
}

# Runs the runtime with pipes as its streams.
piped() {
  status=0
  output=$(: | runtime "$@" 2>"$WORK/errors" 3>&-) || status=$?
  errors=$(cat "$WORK/errors")
}

# --- limits and scores ------------------------------------------------------

@test "rlimits are set, all of them" {
  config '.process.rlimits = [
    {type: "RLIMIT_NOFILE", soft: 100, hard: 200}, {type: "RLIMIT_CORE", soft: 0, hard: 4096},
    {type: "RLIMIT_CPU", soft: 1000, hard: 2000}, {type: "RLIMIT_DATA", soft: 1073741824, hard: 2147483648},
    {type: "RLIMIT_FSIZE", soft: 1048576, hard: 2097152}, {type: "RLIMIT_LOCKS", soft: 10, hard: 20},
    {type: "RLIMIT_MEMLOCK", soft: 4096, hard: 8192}, {type: "RLIMIT_MSGQUEUE", soft: 1024, hard: 2048},
    {type: "RLIMIT_NICE", soft: 0, hard: 0}, {type: "RLIMIT_NPROC", soft: 500, hard: 600},
    {type: "RLIMIT_RSS", soft: 4096, hard: 8192}, {type: "RLIMIT_RTPRIO", soft: 0, hard: 0},
    {type: "RLIMIT_RTTIME", soft: 10000, hard: 20000}, {type: "RLIMIT_SIGPENDING", soft: 50, hard: 60},
    {type: "RLIMIT_STACK", soft: 4194304, hard: 8388608}]'
  probe rlimits
  is rlimit.NOFILE 100:200
  is rlimit.CORE 0:4096
  is rlimit.CPU 1000:2000
  is rlimit.DATA 1073741824:2147483648
  is rlimit.FSIZE 1048576:2097152
  is rlimit.LOCKS 10:20
  is rlimit.MEMLOCK 4096:8192
  is rlimit.MSGQUEUE 1024:2048
  is rlimit.NPROC 500:600
  is rlimit.RSS 4096:8192
  is rlimit.RTTIME 10000:20000
  is rlimit.SIGPENDING 50:60
  is rlimit.STACK 4194304:8388608
}

@test "an address space that is small does not disturb the runtime" {
  peer_falls_short runc "its own Go init needs more"
  config '.process.rlimits = [{type: "RLIMIT_AS", soft: 67108864, hard: 67108864}]
    | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]}'
  probe rlimits
  is rlimit.AS 67108864:67108864
}

@test "an rlimit of 2^64-1 is none" {
  config '.process.rlimits = [{type: "RLIMIT_CPU", soft: 18446744073709551615, hard: 18446744073709551615}]'
  # jq knows doubles only: the number is put in as text.
  sed -i 's/18446744073709552000/18446744073709551615/g' "$BUNDLE/config.json"
  arguments_by_hand
  run_once
  is rlimit.CPU -1:-1
}

# Changes the arguments without jq, which would round large numbers.
arguments_by_hand() { sed -i 's|"/bin/true"|"/bin/probe", "rlimits"|' "$BUNDLE/config.json"; }

@test "an unknown rlimit is refused by name" {
  config '.process.rlimits = [{type: "RLIMIT_PATIENCE", soft: 1, hard: 1}]'
  create_refused
  says 'RLIMIT_PATIENCE'
}

@test "an rlimit whose soft value is above the hard one is refused" {
  config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 200, hard: 100}]'
  create_refused
}

@test "an rlimit type twice is refused" {
  peer_falls_short crun "it takes the last"
  peer_falls_short runc "it takes the last"
  config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 1, hard: 1}, {type: "RLIMIT_NOFILE", soft: 2, hard: 2}]'
  create_refused
  says 'RLIMIT_NOFILE'
}

@test "oom_score_adj is set" {
  config '.process.oomScoreAdj = 500'
  probe oom
  is oom_score_adj 500
}

@test "oom_score_adj is left alone when absent" {
  probe oom
  is oom_score_adj "$(cat /proc/self/oom_score_adj)"
}

@test "oom_score_adj out of range is refused" {
  config '.process.oomScoreAdj = 2000'
  create_refused
  says 'oom'
}

@test "no_new_privs is set when asked, and not otherwise" {
  probe process
  is nnp 1
  config '.process.noNewPrivileges = false'
  probe process
  is nnp 0
}

# --- scheduler, I/O priority, personality -----------------------------------

@test "scheduler: batch with a nice value" {
  config '.process.scheduler = {policy: "SCHED_BATCH", nice: 7}'
  probe scheduler
  is sched.policy 3
  is sched.nice 7
}

@test "scheduler: other, idle and real time" {
  config '.process.scheduler = {policy: "SCHED_OTHER", nice: 5}'
  probe scheduler
  is sched.policy 0
  is sched.nice 5
  config '.process.scheduler = {policy: "SCHED_IDLE"}'
  probe scheduler
  is sched.policy 5
  config '.process.scheduler = {policy: "SCHED_FIFO", priority: 9, flags: ["SCHED_FLAG_RESET_ON_FORK"]}'
  arguments /bin/probe scheduler
  rt run --bundle "$BUNDLE" "$ID"
  # Groups without real-time time refuse it; then the message says so.
  if [ "$status" -eq 0 ]; then
    is sched.policy 1
    is sched.priority 9
    is sched.flags 1
  else
    says 'sched'
  fi
}

@test "scheduler: an unknown policy is refused by name" {
  config '.process.scheduler = {policy: "SCHED_LAZY"}'
  create_refused
  says 'SCHED_LAZY'
}

@test "ioPriority is set" {
  config '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 6}'
  probe scheduler
  is ioprio.class 2
  is ioprio.level 6
  config '.process.ioPriority = {class: "IOPRIO_CLASS_IDLE", priority: 0}'
  probe scheduler
  is ioprio.class 3
}

@test "ioPriority: an unknown class is refused by name" {
  config '.process.ioPriority = {class: "IOPRIO_CLASS_FAST", priority: 1}'
  create_refused
  says 'IOPRIO_CLASS_FAST'
}

@test "personality is set" {
  config '.linux.personality = {domain: "LINUX32"}'
  probe process -- uts
  is personality 8
  is machine i686
  config '.linux.personality = {domain: "LINUX"}'
  probe process
  is personality 0
}

# --- capabilities -----------------------------------------------------------

@test "capabilities are the configuration's, in each set" {
  config '.process.capabilities = {bounding: ["CAP_KILL", "CAP_CHOWN", "CAP_NET_RAW"],
    permitted: ["CAP_KILL", "CAP_CHOWN"], effective: ["CAP_KILL"], inheritable: []}'
  probe caps
  is cap.bnd 0000000000002021
  is cap.prm 0000000000000021
  is cap.inh 0000000000000000
  is cap.amb 0000000000000000
}

@test "without capabilities there are none" {
  peer_falls_short runc "it leaves the caller's"
  config 'del(.process.capabilities)'
  probe caps
  is cap.bnd 0000000000000000
  is cap.eff 0000000000000000
  is cap.prm 0000000000000000
}

@test "another user has no effective capabilities without ambient ones" {
  config '.process.user = {uid: 1000, gid: 1000}'
  probe caps
  is cap.eff 0000000000000000
  is cap.prm 0000000000000000
  is cap.amb 0000000000000000
  is cap.bnd 00000000080004a1
}

@test "ambient capabilities reach another user's program" {
  config '.process.user = {uid: 1000, gid: 1000} | .process.capabilities |= with_entries(.value = ["CAP_KILL"])
    | .process.capabilities.inheritable = ["CAP_KILL"] | .process.capabilities.ambient = ["CAP_KILL"]'
  probe caps
  is cap.eff 0000000000000020
  is cap.prm 0000000000000020
  is cap.inh 0000000000000020
  is cap.amb 0000000000000020
}

@test "an unknown capability is passed over, as the spec says" {
  peer_falls_short crun "it refuses it"
  config '.process.capabilities |= map_values(. + ["CAP_TIME_TRAVEL"])'
  probe caps
  is cap.bnd 00000000080004a1
}

@test "a capability that the host cannot grant is passed over, as the spec says" {
  peer_falls_short crun "it fails with EPERM"
  peer_falls_short runc "it fails with EPERM"
  if [ $((0x$(sed -n 's/^CapBnd:\s*//p' /proc/self/status) >> 24 & 1)) = 1 ]; then
    skip "this host can grant every capability"
  fi
  config '.process.capabilities |= map_values(. + ["CAP_SYS_RESOURCE"])'
  probe caps
  is cap.bnd 00000000080004a1
}

@test "the securebits and keepcaps of the runtime do not stay" {
  config '.process.user = {uid: 1000, gid: 1000}'
  probe process
  is keepcaps 0
  is securebits 0
}

@test "capabilities are dropped before a program of another user could use them" {
  config '.process.user = {uid: 1000, gid: 1000}'
  arguments /bin/probe mknod /tmp/x c 1 3 -- write /etc/shadow
  run_once
  is mknod./tmp/x EPERM
  is write./etc/shadow EACCES
}

@test "a limit on the stack is for the program, not for what leads to it" {
  peer_falls_short crun "its exec does not set it"
  config '.process.rlimits = [{type: "RLIMIT_STACK", soft: 16384, hard: 16384}]'
  probe rlimits
  is rlimit.STACK 16384:16384
  arguments /bin/probe hang
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  ok exec "$ID" /bin/probe rlimits
  is rlimit.STACK 16384:16384
}
