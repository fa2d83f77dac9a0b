#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

# exec in a container that hangs; the report of the probe is $output.
in_it() { ok exec "$@"; }

@test "exec runs a program beside the init" {
  running
  in_it "$ID" /bin/probe print beside -- complain aside
  equal "$output" beside
  equal "$errors" aside
  has_status "$ID" running
}

@test "exec returns the exit status, and 128 and the signal" {
  running
  rt exec "$ID" /bin/probe exit 42
  equal "$status" 42
  rt exec "$ID" /bin/sh -c 'kill -KILL $$'
  equal "$status" 137
}

@test "exec passes the input on" {
  running
  echo through | runtime exec "$ID" /bin/cat >"$WORK/copy" 3>&-
  equal "$(cat "$WORK/copy")" through
}

@test "exec takes every option after the id as the program's" {
  running
  in_it "$ID" /bin/echo -t --cwd -e
  equal "$output" "-t --cwd -e"
}

@test "exec joins all namespaces of the container" {
  running
  in_it "$ID" /bin/probe ns
  local type
  for type in cgroup ipc mnt net pid uts; do
    is "ns.$type" "$(inode "/proc/$(pid_of)/ns/$type")"
  done
}

# Runs and enters a container from within a chroot, which is a mount or not.
in_chroot() {
  local new=$WORK/chroot
  mkdir -p "$new"/{proc,sys,dev,bin,tmp}
  cp "$RUNTIME" "$new/bin/runtime"
  cp -a "$BUNDLE" "$new/bundle"
  touch "$new/bundle/rootfs/in-the-container"
  arguments /bin/probe hang
  cp "$BUNDLE/config.json" "$new/bundle/"
  # Mounts in a namespace of their own, which ends with the shell.
  timeout -k 5 "$LIMIT" unshare --mount sh -ec '
    new=$1 id=$2
    if [ "$3" = mount ]; then mount --bind "$new" "$new"; fi
    mount -t proc proc "$new/proc"
    mount --rbind /sys "$new/sys"
    mount --rbind /dev "$new/dev"
    cd "$new"
    inside() { chroot . /bin/runtime --root /state "$@"; }
    inside run --detach --bundle /bundle "$id" >/dev/null
    inside exec "$id" /bin/ls /
    inside delete --force "$id"' sh "$new" "$ID" "$1" </dev/null 3>&- 4>&-
}

@test "exec of a runtime in a chroot enters the container" {
  runp_only "only a static binary can be put in an empty chroot"
  [[ "$(in_chroot mount)" == *in-the-container* ]]
}

@test "exec of a runtime in a chroot that is no mount enters the container" {
  runp_only "only a static binary can be put in an empty chroot"
  [[ "$(in_chroot directory)" == *in-the-container* ]]
}

@test "exec joins the container's cgroup" {
  running
  background "$WORK/exec" "$RUNTIME" --root "$STATE" exec "$ID" /bin/probe print up -- hang
  eventually grep -q ready "$WORK/exec"
  equal "$(grep -c . "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.procs")" 2
}

# Whether a process of `exec` comes up in a cgroup: lands_in CGROUP [RULE...]
lands_in() {
  local pid how=(ok)
  if [ $# -gt 1 ]; then how=(ok_with --first "${@:2}"); fi
  "${how[@]}" exec --detach --pid-file "$WORK/pid" "$ID" /bin/probe hang
  pid=$(cat "$WORK/pid")
  equal "$(cgroup_of "$pid")" "$(cgroup_of "$(pid_of)")"
  grep -qx "$pid" "$RUNP_CGROUP2$1/cgroup.procs"
  kill -KILL "$pid"
}

# Moves the init to another cgroup.
move_init() {
  mkdir -p "$RUNP_CGROUP2$1"
  pid_of >"$RUNP_CGROUP2$1/cgroup.procs"
}

@test "exec goes where the init is when its cgroup is gone" {
  peer_falls_short crun "it looks for the cgroup that is gone"
  running
  move_init "$CGROUP_PARENT/moved-$ID"
  rmdir "$RUNP_CGROUP2$CGROUP_PARENT/$ID"
  lands_in "$CGROUP_PARENT/moved-$ID"
  kill_init
  eventually rmdir "$RUNP_CGROUP2$CGROUP_PARENT/moved-$ID"
}

@test "exec goes where the init is when the container has split its cgroup" {
  running
  local own=$RUNP_CGROUP2$CGROUP_PARENT/$ID controller
  read -r controller _ <"$RUNP_CGROUP2/cgroup.controllers"
  if [ -z "$controller" ]; then skip "no controller of cgroup v2 is free"; fi
  echo "+$controller" >"$RUNP_CGROUP2/cgroup.subtree_control"
  echo "+$controller" >"$RUNP_CGROUP2$CGROUP_PARENT/cgroup.subtree_control"
  move_init "$CGROUP_PARENT/$ID/init"
  echo "+$controller" >"$own/cgroup.subtree_control"
  lands_in "$CGROUP_PARENT/$ID/init"
}

@test "exec goes where the init is whatever keeps it from the container's cgroup" {
  runp_only "how a process gets into a cgroup is its own business"
  running
  move_init "$CGROUP_PARENT/$ID/init"
  local errno
  for errno in EBUSY EOPNOTSUPP ENODEV; do
    lands_in "$CGROUP_PARENT/$ID/init" "clone3:error=$errno:when=1"
  done
}

@test "exec stays in no other cgroup when it cannot go where the init is" {
  runp_only "how a process gets into a cgroup is its own business"
  running
  refused_with --first clone3:error=EBUSY:when=1..2 exec "$ID" /bin/probe print entered
  equal "$status" 255
  equal "$output" ""
  runp_says "enter the cgroup of the container's first process: clone3"
}

@test "exec searches PATH in the container" {
  running
  in_it "$ID" probe cwd -- args
  is arg.0 probe
  is cwd /
}

@test "exec names a program that is not there" {
  running
  refused exec "$ID" no-such-program
  says 'no-such-program'
  says 'executable file.*not found in \$PATH'
  if ! is_crun; then equal "$status" 255; fi
  runp_says "runp: exec $ID: exec: "
  refused exec "$ID" /no/such/program
  says '/no/such/program.*no such file or directory'
}

@test "exec names a program that cannot be executed" {
  running
  refused exec "$ID" /bin/locked
  says '/bin/locked.*(permission denied|not permitted)'
  refused exec "$ID" /bin/text
  says '/bin/text.*exec format error'
  if ! is_crun; then equal "$status" 255; fi
}

@test "exec has the container's environment, and -e adds to it" {
  running
  in_it -e ADDED=1 -e "OTHER=two words" -e HOME=/changed "$ID" /bin/probe env
  is env.PATH /usr/bin:/bin
  is env.ADDED 1
  is env.OTHER "two words"
  is env.HOME /changed
}

@test "exec has the container's directory, and --cwd changes it" {
  peer_falls_short crun "exec starts in / whatever the configuration says"
  config '.process.cwd = "/home/alice"'
  running
  in_it "$ID" /bin/probe cwd
  is cwd /home/alice
  in_it --cwd /tmp "$ID" /bin/probe cwd
  is cwd /tmp
}

@test "exec refuses a directory that is not there" {
  running
  refused exec --cwd /no/where "$ID" /bin/probe cwd
  says '/no/where'
}

@test "exec refuses a relative directory" {
  peer_falls_short crun "it takes it from the root"
  running
  refused exec --cwd tmp "$ID" /bin/probe cwd
  says 'cwd'
}

@test "exec --user takes a number, and two" {
  running
  in_it --user 1000 "$ID" /bin/probe ids
  is uid 1000
  is gid 0
  in_it -u 1000:1001 "$ID" /bin/probe ids
  is uid 1000
  is gid 1001
}

@test "exec --user takes nothing but numbers" {
  peer_falls_short crun "it takes -1 for root"
  running
  local user
  for user in 1000x x 1000:y -1 1000: :5 '' 4294967296 99999999999999999999 ' 5'; do
    if [ "$RUNTIME_NAME" = runc ] && [[ $user =~ ^(|1000:|:5)$ || $user == 4294967296 ]]; then continue; fi
    refused exec --user "$user" "$ID" /bin/probe ids
    differ "$(value uid)" 0
  done
}

@test "exec --additional-gids" {
  peer_falls_short crun "it has no such option"
  running
  in_it --additional-gids 10 --additional-gids 20 "$ID" /bin/probe ids
  is groups 10,20
}

@test "exec has the container's capabilities, and --cap adds to them" {
  running
  in_it "$ID" /bin/probe caps
  is cap.bnd 00000000080004a1
  in_it --cap CAP_NET_RAW "$ID" /bin/probe caps
  like cap.eff '2...$'
  is cap.inh 0000000000000000
}

@test "exec --cap gives no inheritable capability" {
  running
  in_it --cap CAP_NET_RAW --cap CAP_SYS_CHROOT "$ID" /bin/probe caps
  is cap.inh 0000000000000000
}

@test "exec has the container's no_new_privs, rlimits, umask and groups" {
  peer_falls_short crun "exec drops no_new_privs and the rlimits"
  config '.process.noNewPrivileges = true
    | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}]
    | .process.user = {uid: 1000, gid: 1000, umask: 63, additionalGids: [10]}'
  running
  in_it "$ID" /bin/probe process -- rlimits -- ids
  is nnp 1
  is rlimit.NOFILE 100:200
  is uid 1000
  is groups 10
  is umask 0077
}

@test "exec has the container's seccomp profile" {
  config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 11}]}'
  running
  in_it "$ID" /bin/probe seccomp -- mkdir /tmp/x
  is seccomp 2
  is mkdir./tmp/x EAGAIN
}

@test "exec has the container's scheduling, and one that children do not inherit" {
  peer_falls_short crun "exec leaves the scheduling as it is"
  config '.process.scheduler = {policy: "SCHED_BATCH", nice: 7}'
  running
  in_it "$ID" /bin/probe scheduler
  is sched.policy 3
  is sched.nice 7
  jq -n '{cwd: "/", args: ["/bin/probe", "scheduler"], user: {uid: 1000, gid: 1000}, scheduler:
    {policy: "SCHED_IDLE", flags: ["SCHED_FLAG_RESET_ON_FORK"]}}' >"$WORK/process.json"
  in_it --process "$WORK/process.json" "$ID"
  is sched.policy 5
  is sched.flags 1
}

@test "exec counts no process of the runtime to a user's limit" {
  peer_falls_short runc "it counts a process of its own"
  running
  # Its own user, and of its processes the program is the only one.
  jq -n '{cwd: "/", args: ["/bin/probe", "rlimits"], user: {uid: 7001, gid: 7001},
    rlimits: [{type: "RLIMIT_NPROC", soft: 1, hard: 1}]}' >"$WORK/process.json"
  in_it --process "$WORK/process.json" "$ID"
  is rlimit.NPROC 1:1
  jq '.rlimits[0].hard = 1000' <"$WORK/process.json" >"$WORK/other.json"
  in_it --process "$WORK/other.json" "$ID"
  is rlimit.NPROC 1:1000
}

@test "exec has the container's masked and readonly paths" {
  config '.linux.maskedPaths = ["/proc/meminfo"] | .linux.readonlyPaths = ["/proc/sys"]'
  running
  in_it "$ID" /bin/probe stat /proc/meminfo -- write /proc/sys/kernel/domainname x
  is stat./proc/meminfo "char 1:3 0666 0:0"
  is write./proc/sys/kernel/domainname EROFS
}

@test "exec has the container's oom_score_adj" {
  peer_falls_short crun "exec leaves the score as it is"
  config '.process.oomScoreAdj = 321'
  running
  in_it "$ID" /bin/probe oom
  is oom_score_adj 321
}

@test "exec --process takes everything from a file" {
  running
  jq -n '{terminal: false, user: {uid: 1000, gid: 100}, cwd: "/tmp", env: ["PATH=/bin", "A=b"],
    args: ["probe", "ids", "--", "cwd", "--", "env", "--", "caps"]}' >"$WORK/process.json"
  in_it --process "$WORK/process.json" "$ID"
  is uid 1000
  is gid 100
  is cwd /tmp
  is env.A b
  is cap.bnd 00000000080004a1
  is cap.eff 0000000000000000
}

@test "exec --process is not mixed with options that describe the process" {
  runp_only "runc ignores them, crun some of them"
  running
  echo '{"cwd": "/", "user": {"uid": 0, "gid": 0}, "args": ["/bin/true"]}' >"$WORK/process.json"
  refused exec --process "$WORK/process.json" --user 1000 "$ID"
  runp_says '"exec" takes --user or --process, not both'
  ok exec --process "$WORK/process.json" --tty "$ID"
}

@test "exec --process may have fewer capabilities than the container" {
  running
  jq -n '{cwd: "/", args: ["/bin/probe", "caps"], user: {uid: 0, gid: 0},
    capabilities: {bounding: ["CAP_KILL"], effective: ["CAP_KILL"], permitted: ["CAP_KILL"]}}' \
    >"$WORK/process.json"
  in_it --process "$WORK/process.json" "$ID"
  is cap.bnd 0000000000000020
  is cap.eff 0000000000000020
}

@test "exec -p refuses a file that is broken" {
  running
  echo '{"args": [' >"$WORK/process.json"
  refused exec -p "$WORK/process.json" "$ID"
  refused exec -p "$WORK/nothing.json" "$ID"
  says 'nothing.json'
}

@test "exec --detach returns at once, and writes the pid file" {
  running
  in_it --detach --pid-file "$WORK/pid" "$ID" /bin/probe hang
  equal "$(tr '\0' ' ' <"/proc/$(cat "$WORK/pid")/cmdline")" "/bin/probe hang "
  differ "$(cat "$WORK/pid")" "$(pid_of)"
}

@test "exec --detach tells when the program cannot be executed" {
  runp_only "it returns before the execve"
  running
  refused exec --detach "$ID" /bin/text
  says 'exec format error'
}

@test "exec -t gives a terminal" {
  running
  timeout "$LIMIT" "$RUNP_SUITE/companion" terminal "$RUNTIME" --root "$STATE" exec -t "$ID" \
    /bin/probe tty </dev/null >"$WORK/terminal" 3>&-
  output=$(tr -d '\r' <"$WORK/terminal")
  is tty.0 1
  is tty.1 1
  is controlling ok
  is winsize.0 24x80
}

@test "exec --console-socket sends the terminal" {
  running
  background "$WORK/console" "$RUNP_SUITE/companion" console "$WORK/console.sock"
  eventually grep -q listening "$WORK/console"
  in_it --tty --detach --console-socket "$WORK/console.sock" "$ID" /bin/probe tty
  eventually grep -q controlling "$WORK/console"
  output=$(tr -d '\r' <"$WORK/console")
  is received.fds 1
  is received.tty 1
  is tty.0 1
  is controlling ok
}

@test "exec sends its pidfd over --pidfd-socket" {
  peer_falls_short crun "it has no such option"
  running
  background "$WORK/pidfd" "$RUNP_SUITE/companion" pidfd "$WORK/pidfd.sock"
  eventually grep -q listening "$WORK/pidfd"
  in_it --detach --pid-file "$WORK/pid" --pidfd-socket "$WORK/pidfd.sock" "$ID" /bin/probe hang
  eventually grep -q "^received.pid=$(cat "$WORK/pid")$" "$WORK/pidfd"
  grep -qx 'received.name=setns' "$WORK/pidfd"
}

@test "exec --preserve-fds passes descriptors on" {
  running
  local status=0
  "$RUNP_SUITE/companion" descriptors 2 timeout "$LIMIT" "$RUNTIME" --root "$STATE" \
    exec --preserve-fds 2 "$ID" /bin/probe fds </dev/null >"$WORK/fds" 2>&1 || status=$?
  output=$(cat "$WORK/fds")
  equal "$status" 0
  like fd.3 given-3
  like fd.4 given-4
  is fds 0,1,2,3,4
}

@test "exec refuses a container that is stopped" {
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  refused exec "$ID" /bin/true
  runp_says "cannot exec in a stopped container"
}

@test "exec refuses an id that nobody has" {
  refused exec "$ID" /bin/true
  says 'does not exist'
  runp_says "container does not exist"
}

@test "exec without a program is a usage error" {
  running
  refused exec "$ID"
}

@test "exec works in a container that is created and not started" {
  arguments /bin/probe hang
  create
  in_it "$ID" /bin/probe print inside
  equal "$output" inside
  has_status "$ID" created
}

@test "exec ends with the container" {
  running
  background "$WORK/exec" "$RUNTIME" --root "$STATE" exec "$ID" /bin/probe print up -- hang
  eventually grep -q ready "$WORK/exec"
  ok kill "$ID" KILL
  local status=0
  wait "${BACKGROUND[0]}" || status=$?
  equal "$status" 137
}

@test "exec --cgroup cannot leave the container's cgroup" {
  running
  refused exec --cgroup ../../.. "$ID" /bin/true
}

@test "exec --cgroup cannot leave it with a leading slash either" {
  peer_falls_short crun "it starts the program, somewhere"
  running
  refused exec --cgroup /../.. "$ID" /bin/true
}

@test "exec --cgroup puts the program into a cgroup below the container's" {
  running
  mkdir "$RUNP_CGROUP2$CGROUP_PARENT/$ID/below"
  background "$WORK/exec" "$RUNTIME" --root "$STATE" exec --cgroup below "$ID" /bin/probe hang
  eventually grep -q ready "$WORK/exec"
  equal "$(grep -c . "$RUNP_CGROUP2$CGROUP_PARENT/$ID/below/cgroup.procs")" 1
}

@test "execs at once do not disturb each other" {
  running
  local i pids=()
  for i in 1 2 3 4 5 6 7 8; do
    runtime exec "$ID" /bin/probe print "number-$i" </dev/null >"$WORK/one.$i" 2>&1 3>&- &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i"; done
  for i in 1 2 3 4 5 6 7 8; do equal "$(cat "$WORK/one.$i")" "number-$i"; done
}

# --- who looks on ---------------------------------------------------------

# Enters the container again and again while a tracer in its PID namespace
# looks on, whose report goes to the file $1: nothing of the host may be found.
while_traced() {
  eventually grep -q trace=ready "$1"
  local i
  for i in {1..25}; do
    HOST_SECRET=of-the-caller runtime exec --pid-file "$WORK/HOST_SECRET" "$ID" /bin/true </dev/null >/dev/null 2>&1 3>&- || true
  done
  eventually grep -q trace.seized "$1"
  output=$(cat "$1")
  differ "$(value trace.seized)" 0
  is trace.outside 0
  is trace.secrets 0
  is trace.privileged 0
}

with_tracing() { config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])'; }

# Starts a neighbour that is in the container's PID namespace and may trace.
tracing_neighbour() {
  local first=$ID pid
  pid=$(pid_of)
  new_bundle neighbour "$ID-neighbour"
  ID=$ID-neighbour
  with_tracing
  with_namespace pid "/proc/$pid/ns/pid"
  arguments /bin/probe trace 3000
  create
  ok start "$ID"
  ID=$first
}

@test "exec shows a tracing container nothing of the host" {
  peer_falls_short crun "it joins with the host's cgroup directory open"
  peer_falls_short runc "it joins with a directory of the host open"
  with_tracing
  arguments /bin/probe trace 3000
  create
  ok start "$ID"
  while_traced "${LOGS[$ID]}"
}

@test "exec shows a neighbour that traces in the PID namespace nothing of the host" {
  peer_falls_short crun "it joins with the host's cgroup directory open"
  peer_falls_short runc "it joins with a directory of the host open"
  running
  tracing_neighbour
  while_traced "${LOGS[$ID-neighbour]}"
}

# A profile like those of engines: a list of what is allowed, and clone3 is not
# there, since a filter cannot see its flags.
filtered() {
  config '.process.noNewPrivileges = false | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38},
      {names: ["unshare", "setns", "'"${1:-mount}"'"], action: "SCMP_ACT_ERRNO"},
      {names: ["clone"], action: "SCMP_ACT_ERRNO",
        args: [{index: 0, value: 2114060288, valueTwo: 2114060288, op: "SCMP_CMP_MASKED_EQ"}]}]}'
}

@test "exec shows a tracer behind a filter no process without one" {
  peer_falls_short crun "it joins with the host's cgroup directory open"
  peer_falls_short runc "it joins with a directory of the host open"
  filtered
  running
  background "$WORK/tracer" "$RUNTIME" --root "$STATE" exec --cap CAP_SYS_PTRACE "$ID" \
    /bin/probe trace 3000
  while_traced "$WORK/tracer"
  is trace.unfiltered 0
}

@test "exec works under a filter that lets none of its own calls pass" {
  filtered setsid
  running
  in_it "$ID" /bin/probe seccomp -- caps
  is seccomp 2
  is cap.prm 00000000080004a1
}

@test "exec into a user namespace shows a neighbour without one nothing of the host" {
  peer_falls_short crun "it joins with the host's cgroup directory open"
  peer_falls_short runc "it joins with a directory of the host open"
  with_user_namespace
  running
  tracing_neighbour
  while_traced "${LOGS[$ID-neighbour]}"
}

@test "exec shows a tracer that another exec has brought in nothing of the host" {
  peer_falls_short crun "it joins with the host's cgroup directory open"
  peer_falls_short runc "it joins with a directory of the host open"
  running
  background "$WORK/tracer" "$RUNTIME" --root "$STATE" exec --cap CAP_SYS_PTRACE "$ID" \
    /bin/probe trace 3000
  while_traced "$WORK/tracer"
}

@test "exec does not wait for a tracer that holds its descriptors open" {
  peer_falls_short runc "a copy of its descriptors can make it wait"
  with_tracing
  arguments /bin/probe steal 4000
  create
  ok start "$ID"
  eventually grep -q steal=ready "${LOGS[$ID]}"
  local i
  for i in {1..12}; do LIMIT=5 ok exec "$ID" /bin/true; done
  eventually grep -q steal.stolen= "${LOGS[$ID]}"
  output=$(log)
  differ "$(value steal.stolen)" 0
}

# --- keyrings ---------------------------------------------------------------

@test "exec does not bring the caller's session keyring along" {
  peer_falls_short crun "it does"
  running
  in_it "$ID" /bin/probe keyring
  differ "$(value keyring)" "$("$RUNP_SUITE/probe" keyring | sed -n 's,^keyring=,,p')"
}

@test "exec into a container with --no-new-keyring keeps the caller's session keyring" {
  arguments /bin/probe hang
  create --no-new-keyring
  ok start "$ID"
  in_it "$ID" /bin/probe keyring
  equal "$(value keyring)" "$("$RUNP_SUITE/probe" keyring | sed -n 's,^keyring=,,p')"
}

@test "exec works where there are no keyrings" {
  runp_only "the peers are not traced"
  running
  ok_with keyctl:error=ENOSYS exec "$ID" /bin/probe print inside
  equal "$output" inside
}

# --- engines without privileges -----------------------------------------------

# Runs a script as such an engine runs the runtime: as the root of a user
# namespace, in a mount namespace of that, and in a PID namespace that does not
# belong to it.
as_engine() {
  local own pid
  own=$(inode /proc/self/ns/user)
  mkfifo "$WORK/mapped"
  # shellcheck disable=SC2016 # the inner shell's
  background "$WORK/engine" timeout -k 5 "$LIMIT" unshare --user --keep-caps --mount sh -c '
    read -r _ <"$0"
    exec setpriv --reuid=0 --regid=0 --clear-groups sh -ec "$@"
    ' "$WORK/mapped" "$@"
  eventually pgrep --parent "${BACKGROUND[-1]}"
  pid=$(pgrep --parent "${BACKGROUND[-1]}")
  eventually eval '[ "$(inode "/proc/$pid/ns/user")" != "$own" ]'
  echo "0 100000 65536" >"/proc/$pid/uid_map"
  echo "0 100000 65536" >"/proc/$pid/gid_map"
  echo >"$WORK/mapped"
  status=0
  wait "${BACKGROUND[-1]}" || status=$?
  output=$(cat "$WORK/engine")
  errors=
}

@test "exec works in the user namespace of an engine, with its own PID namespace out of reach" {
  own_root 100000:100000
  chown -h 100000:100000 "$BUNDLE" "$BUNDLE/config.json" "$STATE"
  config 'del(.linux.cgroupsPath) | .process.args = ["/bin/probe", "hang"]'
  # shellcheck disable=SC2016 # the inner shell's
  as_engine '
    r="$1 --root $2"
    $r create --bundle "$3" "$4" >/dev/null
    $r start "$4"
    $r exec --user 1000 "$4" /bin/probe ids -- ns
    $r exec --detach "$4" /bin/probe hang >/dev/null
    $r delete --force "$4"' sh "$RUNTIME" "$STATE" "$BUNDLE" "$ID"
  if [ "$status" -ne 0 ]; then tell "should succeed"; return 1; fi
  is uid 1000
  differ "$(value ns.pid)" "$(inode /proc/self/ns/pid)"
}

# --- the container ends meanwhile --------------------------------------------

# Whether somebody besides the first process is in the container's cgroup; with
# `inside` also in its PID namespace.
has_other() {
  local first pid
  first=$(pid_of)
  while read -r pid; do
    if [ "$pid" = "$first" ]; then continue; fi
    if [ -z "$1" ] || [ "$(readlink "/proc/$pid/ns/pid")" = "$(readlink "/proc/$first/ns/pid")" ]; then return; fi
  done <"$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.procs"
  return 1
}

# Runs exec with a call of it held up, and ends the container then:
# ends_during CALL inside|'' OPTION... of strace
ends_during() {
  local call=$1 where=$2 runtime
  shift 2
  running
  printf -v runtime '%q ' strace -qqq -o "$WORK/strace" -e "trace=$call" -e signal=none \
    -e "inject=$call:delay_enter=2000000:when=1" "$@" "$RUNTIME" --root "$STATE"
  background "$WORK/said" bash -c "$runtime exec $ID /bin/true; echo status \$?"
  eventually has_other "$where"
  kill -KILL "$(pid_of)"
  wait "${BACKGROUND[-1]}" || true
  cat "$WORK/said" >&2
  grep -qi 'delayed' "$WORK/strace"
  grep -q 'exec .*cannot exec in a stopped container: container not running' "$WORK/said"
  equal "$(tail -n 1 "$WORK/said")" "status 255"
}

@test "exec says that the container is not running when it ends before it is entered" {
  runp_only "its calls are other ones"
  ends_during setns '' -f
}

@test "exec says that the container is not running when it ends before the program" {
  runp_only "its calls are other ones"
  ends_during sendmsg inside
}

@test "an exec whose own program is at fault says so as long as the container runs" {
  running
  refused exec "$ID" /bin/nothing
  runp_says '/bin/nothing'
}
