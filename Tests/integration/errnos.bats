#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Second ways: wherever runp takes one errno for something else than a failure,
# the kernel is made to say it once, and others where they must be one. What is
# forced elsewhere, beside what it belongs to, is not forced here again.

load helpers

prepare() { runp_only "it is about its own order of calls"; }

here() { echo "$RUNP_CGROUP2$CGROUP_PARENT/$ID"; }

# runs RULE...: a container runs to its end all the same, and nothing is left.
runs() {
  ok_with "$@" run --bundle "$BUNDLE" "$ID" || return
  gone "$ID"
}

# fails WORDS RULE...: it does not, for a reason in such words.
fails() {
  local words=$1
  shift
  refused_with "$@" run --bundle "$BUNDLE" "$ID" || return
  says "$words"
  [ ! -d "$STATE/$ID" ]
}

# --- cgroups ----------------------------------------------------------------

@test "a cgroup that others remove while it is made is made anew" {
  runs --at "$ID" mkdirat:error=ENOENT:when=1
  runs --at "$ID" mkdirat:error=ENODEV:when=1
  fails 'make cgroup .*: mkdir .*: no such file' --at "$ID" mkdirat:error=ENOENT
  fails 'make cgroup .*: mkdir .*: permission denied' --at "$ID" mkdirat:error=EACCES
  [ ! -d "$(here)" ]
}

@test "that a process has died before it read what it was told is said ahead of what it has said" {
  runs --first recvmsg:error=ECONNRESET:when=1
  fails 'recvmsg.*: connection reset' --first recvmsg:error=ECONNRESET
}

@test "a cgroup above it that others make meanwhile is theirs" {
  config --arg p "$CGROUP_PARENT/deep/$ID" '.linux.cgroupsPath = $p'
  mkdir "$RUNP_CGROUP2$CGROUP_PARENT/deep"
  runs --at deep openat:error=ENOENT:when=1
  rmdir "$RUNP_CGROUP2$CGROUP_PARENT/deep"
  # Without a mark it stays, which harms nobody.
  runs --at "$RUNP_CGROUP2$CGROUP_PARENT/deep" fsetxattr:error=ENOSPC
  rmdir "$RUNP_CGROUP2$CGROUP_PARENT/deep"
}

@test "a cgroup that is gone with its last process when run begins to watch it, as systemd has it, is no failure" {
  local error
  for error in ENOENT ENODEV; do
    runs --first --at cgroup.events openat:error=$error
  done
  fails 'watch cgroup .*: permission denied' --first --at cgroup.events openat:error=EACCES:when=1
}

@test "a container whose cgroup goes while it is to be changed, as under systemd, has none" {
  running
  refused_with --first --at "$(here)" openat:error=ENOENT:when=4+ update --pids-limit 20 "$ID"
  says 'it has no cgroup that limits could be set on'
  if [[ $errors == *warning* ]]; then tell "warns of what goes without saying"; return 1; fi
}

@test "a cgroup that is there already, and gone when it is looked at, is made anew" {
  local error file
  for error in ENOENT ENODEV; do
    mkdir "$(here)"
    runs --at "$ID" openat:error=$error:when=1
    # When it is taken, it is looked at for the second time.
    for file in events type; do
      mkdir "$(here)"
      runs --at cgroup.$file openat:error=$error:when=2
      mkdir "$(here)"
      runs --at "$(here)/cgroup.$file" pread64:error=$error:when=2
      # Here it is not gone at all.
      mkdir "$(here)"
      fails 'already exists, and was not there a moment ago' --at cgroup.$file openat:error=$error:when=1
      rmdir "$(here)"
    done
  done
  mkdir "$(here)"
  fails 'does not stay as it is' --at "$ID" openat:error=ENOENT
  fails 'take cgroup .*: permission denied' --at "$ID" openat:error=EACCES
  rmdir "$(here)"
}

@test "a cgroup's place that is no directory is refused by name" {
  config --arg p "$CGROUP_PARENT/cgroup.procs" '.linux.cgroupsPath = $p'
  create_refused
  runp_says "$CGROUP_PARENT/cgroup.procs already exists, and is no directory"
}

@test "a cgroup whose holder is gone is removed, by whomever" {
  local error
  for error in ENOENT ENODEV; do
    create
    rm -r "${STATE:?}/$ID"
    kill_everything
    runs --at "$(here)" unlinkat:error=$error:when=1
  done
  create
  rm -r "${STATE:?}/$ID"
  kill_everything
  fails 'already exists, and has processes in it' --at "$(here)" unlinkat:error=EBUSY
  fails 'take cgroup .*: rmdir .*: read-only' --at "$(here)" unlinkat:error=EROFS
  rmdir "$(here)"
}

kill_everything() {
  echo 1 >"$(here)/cgroup.kill"
  eventually grep -q 'populated 0' "$(here)/cgroup.events"
}

@test "a controller that cannot be enabled is named, with the reason" {
  config '.linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 0}]'
  local at=$RUNP_CGROUP2$CGROUP_PARENT/cgroup.subtree_control name='hugepageLimits.*: the hugetlb controller cannot be enabled'
  if ! grep -qw hugetlb "$RUNP_CGROUP2/cgroup.controllers"; then skip "the host has no hugetlb on cgroup2"; fi
  fails "$name.*processes are in that cgroup itself" --at "$at" write:error=EBUSY
  fails "$name.*that cgroup itself does not have it" --at "$at" write:error=ENOENT
  fails "$name.*: permission denied" --at "$at" write:error=EACCES
  [ ! -d "$(here)" ]
}

@test "a cgroup that others remove while it is removed is gone" {
  local error file
  for error in ENOENT ENODEV; do
    running
    ok_with --at "$(here)/cgroup.events" pread64:error=$error delete --force "$ID"
    gone "$ID"
    running
    mkdir -p "$(here)/below/it"
    ok_with --at below openat:error=$error:when=1 delete --force "$ID"
    gone "$ID"
    running
    mkdir -p "$(here)/below/it"
    ok_with --at below unlinkat:error=$error:when=1 delete --force "$ID"
    gone "$ID"
  done
}

# One that ends by SIGTERM.
sleeping() {
  without_namespace pid
  arguments /bin/sleep 30
  create
  ok start "$ID"
}

@test "a cgroup that is gone when all in it is killed" {
  local error
  for error in ENOENT ENODEV; do
    scattered
    ok_with --at "$(here)/cgroup.kill" write:error=$error kill "$ID" KILL
    eventually has_status "$ID" stopped
    ok delete "$ID"
    gone "$ID"
  done
  scattered
  refused_with --at "$(here)/cgroup.kill" write:error=EACCES delete --force "$ID"
  says 'kill cgroup .*: permission denied'
}

@test "a signal for all in a cgroup that is gone reaches the first process" {
  local error
  for error in ENOENT ENODEV; do
    sleeping
    ok_with --at "$(here)/cgroup.freeze" write:error=$error kill --all "$ID" TERM
    eventually has_status "$ID" stopped
    ok delete "$ID"
  done
}

@test "a signal for all passes over who has ended, and says whom it did not reach" {
  running
  ok_with pidfd_send_signal:error=ESRCH:when=1 kill --all "$ID" USR1
  ok_with pidfd_open:error=ESRCH:when=2 kill --all "$ID" USR1
  refused_with pidfd_send_signal:error=EPERM:when=1 kill --all "$ID" USR1
  says 'cgroup .*: pidfd_send_signal: operation not permitted'
  has_status "$ID" running
}

@test "a threaded cgroup lists its processes further up" {
  sleeping
  mkdir "$(here)/threads"
  echo threaded >"$(here)/threads/cgroup.type"
  ! cat "$(here)/threads/cgroup.procs" 2>/dev/null || false
  ok kill --all "$ID" TERM
  eventually has_status "$ID" stopped
  ok delete "$ID"
  gone "$ID"
}

@test "device programs: the verifier is asked again, and whoever may load none is told" {
  config '.linux.resources.devices = [{allow: false, access: "rwm"}]'
  runs bpf:error=EAGAIN:when=1..3
  fails 'restrict the devices of cgroup .*: bpf .*: resource temporarily unavailable' bpf:error=EAGAIN
  fails 'restrict the devices of cgroup .*: bpf .*: operation not permitted' bpf:error=EPERM
  [ ! -d "$(here)" ]
}

# --- processes --------------------------------------------------------------

@test "a first process whose number is a thread's by now is gone" {
  arguments /bin/true
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  ok_with pidfd_open:error=EINVAL delete "$ID"
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  ok_with pidfd_open:error=ENOENT delete "$ID"
  gone "$ID"
}

@test "a program whose end nobody can be told is an error of who waits for it" {
  arguments /bin/sh -c 'exit 7'
  fails 'wait for the container: waitid: no child processes' waitid:error=ECHILD
  running
  refused_with waitid:error=ECHILD exec "$ID" /bin/true
  says 'waitid: no child processes'
  has_status "$ID" running
}

@test "a process that has just ended has got no signal, and is no failure to remove" {
  sleeping
  refused_with pidfd_send_signal:error=ESRCH kill "$ID" TERM
  runp_says "container not running"
  refused_with pidfd_send_signal:error=EPERM kill "$ID" TERM
  runp_says "pidfd_send_signal: operation not permitted"
  ok_with pidfd_send_signal:error=ESRCH delete --force "$ID"
  gone "$ID"
  sleeping
  refused_with pidfd_send_signal:error=EPERM delete --force "$ID"
  runp_says "kill the container's first process"
  # The lock is somebody's, who has gone when he is to be ended.
  ok_with flock:error=EAGAIN:when=1 pidfd_send_signal:error=ESRCH:when=1 delete --force "$ID"
  gone "$ID"
  scattered
  ok_with pidfd_send_signal:error=ESRCH kill "$ID" KILL
  eventually has_status "$ID" stopped
  ok delete "$ID"
}

@test "a container whose gate nobody listens at has been started" {
  create
  local error
  for error in ECONNREFUSED ENOENT; do
    refused_with connect:error=$error start "$ID"
    runp_says "cannot start a container that no longer waits for it"
  done
  refused_with connect:error=EACCES start "$ID"
  runp_says "connect"
  has_status "$ID" created
  ok start "$ID"
}

@test "what filters and old kernels do not have is done in another way" {
  config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "cat >/dev/null; exec 3>&1"]}]'
  # Filters of engines answer so.
  runs clone3:error=ENOSYS:when=2
  fails 'clone3: function not implemented' clone3:error=ENOSYS
  fails 'clone3: operation not permitted' clone3:error=EPERM:when=2
  # Kernels before 6.3.
  runs memfd_create:error=EINVAL:when=1
  fails 'memfd_create .*: invalid argument' memfd_create:error=EINVAL
  # The sealed copy, in memory.
  runs open_tree:error=EPERM:when=1
  runs open_tree:error=EPERM:when=1 memfd_create:error=EINVAL:when=1
  fails 'execute a sealed copy of the program: Operation not permitted' \
    open_tree:error=EPERM:when=1 memfd_create:error=EPERM:when=1
  runs keyctl:error=ENOSYS
  fails 'keyctl KEYCTL_JOIN_SESSION_KEYRING: disk quota exceeded' keyctl:error=EDQUOT
}

@test "a capability that the runtime does not have cannot be dropped, and need not" {
  config --argjson c "$("$RUNTIME" features | jq '[.linux.capabilities[] | select(. != "CAP_SETPCAP")]')" \
    '.process.capabilities = {bounding: $c}'
  arguments /bin/probe caps
  local real=$RUNTIME
  printf '#!/bin/sh\nexec setpriv --bounding-set -setpcap %s "$@"\n' "$real" >"$WORK/poor"
  chmod 755 "$WORK/poor"
  RUNTIME=$WORK/poor run_once
  config '.process.capabilities.bounding = []'
  RUNTIME=$WORK/poor refused run --bundle "$BUNDLE" "$ID"
  says 'prctl PR_CAPBSET_DROP CAP_CHOWN: operation not permitted'
  gone "$ID"
}

@test "without privileges a cgroup stays its owner's" {
  with_user_namespace
  with_mount /sys/fs/cgroup cgroup cgroup
  ok_with --at . fchownat:error=EPERM --rootless true run --bundle "$BUNDLE" "$ID"
  refused_with --at . fchownat:error=EPERM run --bundle "$BUNDLE" "$ID"
  says "give the cgroup to the container's user: .*operation not permitted"
}

# --- files ------------------------------------------------------------------

# between CALL PATH COMMAND... -- ARGS: calls the runtime, stops it after its
# first such call on a path, runs a command, and lets it go on.
between() {
  local rule=(-P "$2" -e "trace=$1" -e "inject=$1:signal=STOP:when=1") meanwhile=()
  shift 2
  while [ "$1" != -- ]; do
    meanwhile+=("$1")
    shift
  done
  : >"$WORK/strace"
  timeout -k 5 "$LIMIT" strace -qqq -f -o "$WORK/strace" "${rule[@]}" "$RUNTIME" --root "$STATE" \
    "${@:2}" </dev/null >"$WORK/between.out" 2>"$WORK/between.err" 3>&- 4>&- &
  local runtime=$!
  BACKGROUND+=("$runtime")
  eventually grep -q 'stopped by SIGSTOP' "$WORK/strace"
  "${meanwhile[@]}"
  kill -CONT "$(sed -n '1s/ .*//p' "$WORK/strace")"
  status=0
  wait "$runtime" || status=$?
  output=$(cat "$WORK/between.out") errors=$(cat "$WORK/between.err")
  if [ "$status" -ne 0 ]; then tell "should succeed: ${*:2}"; return 1; fi
}

@test "a state directory that goes while it is made is made again" {
  between mkdirat "$STATE/$ID" rmdir "$STATE/$ID" -- run --bundle "$BUNDLE" "$ID"
  gone "$ID"
  # One above it that comes, too.
  between mkdirat "$STATE/above" mkdir "$STATE/above/root" \
    -- --root "$STATE/above/root" run --bundle "$BUNDLE" "$ID"
  rmdir "$STATE/above/root" "$STATE/above"
}

ended() {
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
}

@test "what others remove of a state directory is gone, and what they leave goes too" {
  ended
  mkdir -p "$STATE/$ID/left/inner"
  between getdents64 "$STATE/$ID" rm -r "$STATE/$ID/left" "$STATE/$ID/config.json" \
    "$STATE/$ID/state.json" -- delete "$ID"
  gone "$ID"
  ended
  mkdir -p "$STATE/$ID/left/inner"
  ok_with --at left unlinkat:error=ENOTEMPTY:when=2..4 delete "$ID"
  gone "$ID"
  ended
  # After its two files.
  refused_with --at "$STATE/$ID" unlinkat:error=EBUSY:when=3 delete "$ID"
  says 'remove the state directory: rmdir .*: device or resource busy'
  ok_with --at "$STATE/$ID" unlinkat:error=ENOENT delete --force "$ID"
  rmdir "$STATE/$ID"
  gone "$ID"
  ended
  between unlinkat state.json rmdir "$STATE/$ID" -- delete "$ID"
  gone "$ID"
  ended
  between unlinkat config.json rm -r "$STATE/$ID" -- delete "$ID"
  gone "$ID"
}

@test "what is no container's directory is no container" {
  touch "$STATE/file"
  refused state file
  says 'does not exist'
  ok list -q
  equal "$output" ""
  rm "$STATE/file"
  ok --root "$STATE/none" list -q
  equal "$output" ""
  [ ! -e "$STATE/none" ]
}

@test "directories that others make, or close to root, are taken as they are" {
  mkdir "$BUNDLE/rootfs/made" "$BUNDLE/rootfs/work"
  with_mount /made tmpfs tmpfs
  runs --at /made openat2:error=ENOENT:when=1
  config '.process.cwd = "/work"'
  # The step that makes it, root's look, and the user's.
  runs --at /work openat2:error=EACCES:when=1
  runs --at /work openat2:error=EACCES:when=2
  fails 'enter working directory /work: openat2 /work: permission denied' \
    --at /work openat2:error=EACCES:when=2..3
  runs --at . openat:error=EACCES
  runs --at "$BUNDLE/rootfs" openat:error=EACCES
  refused_with --at "$BUNDLE/rootfs" openat:error=EACCES run --no-pivot --bundle "$BUNDLE" "$ID"
  says 'set up the root file system: open .*: permission denied'
  refused_with umount2:error=EIO run --no-pivot --bundle "$BUNDLE" "$ID"
  says 'change the root: umount2 .*: input/output error'
}

# --- namespaces -------------------------------------------------------------

@test "a joined PID namespace is reached by whoever may, and a reason is the helper's" {
  local other=$ID-other own=$ID
  as "$other"
  running
  with_namespace pid "/proc/$(pid_of "$other")/ns/pid"
  with_namespace network "/proc/$(pid_of "$other")/ns/net"
  as "$own"
  arguments /bin/true
  # With the caller's privileges, or with those inside.
  runs fsopen:error=EPERM:when=1
  fails 'make the procfs of /proc/.*: operation not permitted' fsopen:error=EPERM
  runs setns:error=EPERM:when=1
  fails 'setns .*: operation not permitted' setns:error=EPERM:when=1..3
  # Kernels before 6.18 have it opened by a helper in the namespace.
  runs fsconfig:error=EINVAL:when=1
  fails 'fsopen proc of another PID namespace: invalid argument' \
    fsconfig:error=EINVAL:when=1 pivot_root:error=EINVAL:when=1
  fails 'clone3: resource temporarily unavailable' clone3:error=EAGAIN:when=1
}

# --- pods -------------------------------------------------------------------

a_pod() {
  POD=pod-$ID
  PODS=$STATE/pods
  rm -rf "$BUNDLE"
  new_bundle member
  config 'del(.hostname) | del(.linux.cgroupsPath)'
  arguments /bin/sh -c 'echo a line'
  jq -n --arg c "$CGROUP_PARENT/pod" --arg id "$ID" '{podVersion: "0.1.0",
    volumes: [{name: "kept", kind: "empty"}], linux: {cgroupsPath: $c},
    containers: [{id: $id, bundle: "member", restartPolicy: "Never"}]}' >"$WORK/pod.json"
}

new_pod() { ok pod create -f "$WORK/pod.json" "$POD"; }

@test "a pod's directories that others make, or remove, meanwhile" {
  a_pod
  ok pod list -q
  equal "$output" ""
  jq 'del(.containers)' "$WORK/pod.json" >"$WORK/empty.json"
  between mkdirat "$PODS" rmdir "$PODS" -- pod create -f "$WORK/empty.json" "$POD"
  ok pod delete "$POD"
  (umask 077 && mkdir -p "$PODS/$POD/members" "$PODS/$POD/init")
  new_pod
  ok_with --at "$PODS/$POD/members/$ID" unlinkat:error=ENOENT delete --force "$ID"
  rm "$PODS/$POD/members/$ID"
  ok pod delete "$POD"
  local path
  for path in "$PODS" "$PODS/$POD"; do
    ok_with --at "$path" openat:error=ENOENT:when=1 pod create -f "$WORK/empty.json" "$POD"
    ok pod delete "$POD"
  done
  [ ! -e "$PODS" ]
  mkdir -m 700 "$PODS"
  touch "$PODS/file"
  refused pod state file
  says 'does not exist'
  rm -r "$PODS"
}

@test "what others remove of a pod is gone" {
  a_pod
  new_pod
  ok delete --force "$ID"
  between umount2 "$PODS/$POD/shm" rmdir "$PODS/$POD/shm" -- pod delete "$POD"
  [ ! -e "$PODS" ]
  new_pod
  ok delete --force "$ID"
  rmdir "$PODS/$POD/members"
  ok pod delete "$POD"
  new_pod
  ok delete --force "$ID"
  between unlinkat pod.json rm -r "$PODS/$POD" -- pod delete "$POD"
  new_pod
  ok delete --force "$ID"
  ok_with --at kept unlinkat:error=ENOTEMPTY:when=2 pod delete "$POD"
  [ ! -e "$PODS" ]
  new_pod
  rm "$PODS/$POD/state.lock"
  ok pod state "$POD"
  ok pod delete --force "$POD"
  new_pod
  rm "$PODS/$POD/pod.json"
  rt pod state "$POD"
  ok pod delete --force "$POD"
  [ ! -e "$PODS" ]
}

# A pod's output goes to a file, or to a terminal.
@test "pod run ends in peace when its reader is gone, and says what else keeps it from writing" {
  a_pod
  ok_with --at "$WORK/out.$((calls + 1))" write:error=EPIPE pod run -f "$WORK/pod.json" "$POD"
  equal "$errors" ""
  refused_with --at "$WORK/out.$((calls + 1))" write:error=EIO pod run -f "$WORK/pod.json" "$POD"
  runp_says "pass on the output of the containers: write: input/output error, stopping the pod"
  local real=$RUNTIME number terminals=()
  for number in {0..63}; do terminals+=(--at "/dev/pts/$number"); done
  # shellcheck disable=SC2016
  printf '#!/bin/sh\nexec %q terminal "$RUNP_INJECTED" "$@"\n' "$RUNP_SUITE/companion" >"$WORK/on-terminal"
  printf '#!/bin/sh\nexec %q "$@" 2>%q\n' "$real" "$WORK/errors" >"$WORK/silent"
  chmod 755 "$WORK/on-terminal" "$WORK/silent"
  RUNTIME=$WORK/silent injected write_nothing "${terminals[@]}" write:error=EIO pod run -f "$WORK/pod.json" "$POD"
  equal "$status" 0
  equal "$(cat "$WORK/errors")" ""
}

write_nothing() {
  export RUNP_INJECTED=$RUNTIME
  local RUNTIME=$WORK/on-terminal
  rt "$@"
}

# --- state ------------------------------------------------------------------

@test "a state directory that cannot be had once it is made is taken away again" {
  fails 'too many open files' --at "$STATE/$ID" openat:error=EMFILE
  fails 'no locks available' --at "$STATE/$ID" flock:error=ENOLCK
  gone "$ID"
}
