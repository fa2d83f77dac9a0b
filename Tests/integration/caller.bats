#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What the caller leaves behind, on purpose or not: environment, working
# directory, terminal, signals, masks. Only what it says counts.

load helpers

# --- what the language's runtime and the libraries do by themselves ----------

# A program where the Swift runtime would look for the one that reports crashes.
swift_backtrace() {
  printf '#!/bin/sh\n: >%s\n' "$2" >"$1/swift-backtrace"
  chmod 755 "$1/swift-backtrace"
}

# The signals that a process has handlers for.
caught() { sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status"; }

# The process that runs a command of the runtime.
runtime_pid() { pgrep -f -- "^$RUNTIME --root $STATE $1" | head -n 1; }
runs_in_background() { [ -n "$(runtime_pid "$1")" ]; }

@test "a crash of the runtime executes nothing from the caller's directory" {
  runp_only "it is not in Swift"
  swift_backtrace "$WORK" "$WORK/executed"
  arguments /bin/probe hang
  local how pid
  for how in plain terminal; do
    if [ "$how" = terminal ]; then
      background "$WORK/run" "$RUNP_SUITE/companion" terminal "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID"
    else
      SWIFT_BACKTRACE=enable=yes,color=no background "$WORK/run" \
        "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID"
    fi
    eventually has_status "$ID" running
    pid=$(runtime_pid run)
    kill -SEGV "$pid"
    eventually [ ! -d "/proc/$pid/root/proc" ]
    [ ! -e "$WORK/executed" ]
    ok delete --force "$ID"
  done
}

@test "a container that crashes who comes in has nothing of its own executed" {
  # It is looked for where the caller is, and executed where the process is.
  swift_backtrace "$WORK" "$WORK/executed"
  swift_backtrace "$BUNDLE/rootfs" /executed
  # As in an engine's default, and without a filter.
  config '.process.noNewPrivileges = false'
  arguments /bin/probe ambush 11 6000
  create
  ok start "$ID"
  eventually grep -q ambush "${LOGS[$ID]}"
  local i
  for i in {1..20}; do
    SWIFT_BACKTRACE=enable=yes timeout 5 "$RUNTIME" --root "$STATE" exec "$ID" /bin/true \
      </dev/null >/dev/null 2>&1 3>&- || true
    timeout 5 "$RUNP_SUITE/companion" terminal "$RUNTIME" --root "$STATE" exec "$ID" /bin/true \
      </dev/null >/dev/null 2>&1 3>&- || true
    [ ! -e "$BUNDLE/rootfs/executed" ]
    [ ! -e "$WORK/executed" ]
  done
}

@test "no process of the runtime has a handler for a crash" {
  runp_only "Go's runtime has some"
  swift_backtrace "$WORK" "$WORK/executed"
  export SWIFT_BACKTRACE=enable=yes
  arguments /bin/probe hang
  create
  equal "$(caught "$(pid_of)")" 0000000000000000
  ok delete --force "$ID"
  background "$WORK/run" "$RUNP_SUITE/companion" terminal "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID"
  eventually has_status "$ID" running
  equal "$(caught "$(runtime_pid run)")" 0000000000000000
  background "$WORK/exec" "$RUNP_SUITE/companion" terminal "$RUNTIME" --root "$STATE" exec "$ID" /bin/sleep 60
  eventually runs_in_background exec
  equal "$(caught "$(runtime_pid exec)")" 0000000000000000
}

@test "a container waits with default dispositions and no signal blocked" {
  runp_only "Go's runtime handles them itself, and crun waits with those of the caller"
  arguments /bin/probe hang
  ( cd / && timeout "$LIMIT" "$RUNP_SUITE/companion" hostile "$RUNTIME" --root "$STATE" create --bundle "$BUNDLE" "$ID" ) 3>&-
  local status
  status=$(cat "/proc/$(pid_of)/status")
  # Only SIGPIPE, which is the program's again.
  [[ $status =~ SigBlk:[[:space:]]*0000000000000000 ]]
  [[ $status =~ SigIgn:[[:space:]]*0000000000001000 ]]
}

@test "a container that waits to be started does not show the caller's environment" {
  peer_falls_short crun "it shows it"
  arguments /bin/probe hang
  export SECRET_OF_CALLER=hidden
  create
  # Whoever may trace in a container reads it there, too.
  if tr '\0' '\n' <"/proc/$(pid_of)/environ" | grep SECRET >&2; then return 1; fi
}

@test "a container that waits to be started does not show the command line" {
  peer_falls_short crun "it shows it"
  arguments /bin/probe hang
  create
  if tr '\0' '\n' <"/proc/$(pid_of)/cmdline" | grep -- "$STATE" >&2; then return 1; fi
}

# Calls that name files, without numbers and addresses.
files_of() {
  strace -s 200 -o "$WORK/calls" -e trace=%file,ioctl,openat "$@" >"$WORK/said" 2>&1 </dev/null 3>&- 4>&-
  sed -E 's/0x[0-9a-f]+|[0-9]+/N/g; /^execve/d' "$WORK/calls"
  sed 's/^/said /' "$WORK/said"
}

@test "nothing of the environment has the libraries read a file or say a word" {
  runp_only "about its libraries"
  if ! strace -o /dev/null true 2>/dev/null; then skip "strace is not here"; fi
  running
  local command riddles
  # shellcheck disable=SC2054
  riddles=(
    SWIFT_DEBUG_HELP=YES SWIFT_BACKTRACE=enable=yes,swift-backtrace=./swift-backtrace,preset=full
    SWIFT_ROOT=. SWIFT_DEBUG_LIB_PRESPECIALIZED_PATH=./lib.so SWIFT_DETERMINISTIC_HASHING=1
    SWIFT_DUMP_ACCESSIBLE_FUNCTIONS=1 SWIFT_NO_SUCH_VARIABLE=1 SWIFT_BINARY_COMPATIBILITY_VERSION=x
    GLIBC_TUNABLES=glibc.malloc.check=3:glibc.malloc.perturb=7:glibc.malloc.tcache_count=0
    MALLOC_CHECK_=3 MALLOC_PERTURB_=165 MALLOC_ARENA_MAX=1 MALLOC_TOP_PAD_=1 MALLOC_TRACE=./trace
    LD_PRELOAD=./lib.so LD_LIBRARY_PATH=. 'LD_AUDIT=./lib.so' LD_DEBUG=all LD_DEBUG_OUTPUT=./debug
    LD_SHOW_AUXV=1 LD_PROFILE=libc.so.6 LD_BIND_NOW=1 LD_ORIGIN_PATH=. GCONV_PATH=. LOCPATH=. NLSPATH=./%N
    LANG=de_DE.UTF-8 LC_ALL=xx_XX TZ=:./zone TZDIR=. POSIXLY_CORRECT=1 GETCONF_DIR=. RES_OPTIONS=debug
    HOSTALIASES=./hosts LOCALDOMAIN=x TMPDIR=. GLIBCXX_TUNABLES=glibcxx.eh_pool.obj_count=1
  )
  for command in --version features list "state $ID" "kill $ID 0"; do
    # shellcheck disable=SC2086
    files_of env -i "$RUNTIME" --root "$STATE" $command >"$WORK/clean"
    # shellcheck disable=SC2086
    files_of env -i "${riddles[@]}" "$RUNTIME" --root "$STATE" $command >"$WORK/riddles"
    diff "$WORK/clean" "$WORK/riddles" >&2
  done
  timeout "$LIMIT" env -i "${riddles[@]}" "$RUNTIME" --root "$STATE" exec "$ID" /bin/env >"$WORK/inside" 2>&1 3>&-
  equal "$(sort "$WORK/inside")" "$(printf 'HOME=/root\nPATH=/usr/bin:/bin')"
}

# --- what a process inherits -------------------------------------------------

# Writes into the root, as $1, what the kernel shows of a process in the
# container, but for what is another each time.
report() {
  cat >"$BUNDLE/rootfs/bin/report" <<'SH'
#!/bin/sh
{
  echo "umask $(umask)"
  # What the process was given, before the shell opens anything.
  echo "descriptors $FDS"
  grep -vE '^(Pid|Tgid|PPid|NSpid|NStgid|NSpgid|NSsid|Ngid|Vm|Rss|SigQ|voluntary|nonvoluntary|Name|State)' /proc/self/status
  cat /proc/self/limits /proc/self/oom_score_adj /proc/self/personality
  cat /proc/self/timerslack_ns /proc/self/coredump_filter
  grep -E '^(policy|prio) ' /proc/self/sched
  busybox pwd
  env
  busybox find /dev /made /etc -xdev -exec stat -c '%n %A %u:%g' {} +
} >/report.$1 2>&1
exit 0
SH
  chmod 755 "$BUNDLE/rootfs/bin/report"
}

# A bundle that has the runtime make things in the root.
making() {
  mkdir -p "$WORK/data"
  echo x >"$WORK/file"
  with_mount /made/a/directory bind "$WORK/data" bind
  with_mount /made/a/file bind "$WORK/file" bind
  config '.process.cwd = "/made/working/directory"
    | .linux.devices = [{path: "/dev/a/zero", type: "c", major: 1, minor: 5, fileMode: 438}]'
}

# by clean|hostile ARGS: runs the runtime with such a caller.
by() {
  local who=$1 status=0
  shift
  if [ "$who" = clean ]; then
    (umask 022 && cd / && timeout "$LIMIT" env -i PATH=/usr/bin:/bin "$RUNTIME" --root "$STATE" --log "$WORK/log.$who" "$@") \
      </dev/null >/dev/null 2>&1 3>&- 4>&- || status=$?
  else
    timeout "$LIMIT" "$RUNP_SUITE/companion" hostile "$RUNTIME" --root "$STATE" --log "$WORK/log.$who" "$@" 3>&- 4>&- ||
      status=$?
  fi
  if [ "$status" -ne 0 ]; then
    echo "status $status by a $who caller: $*" >&2
    cat "$WORK/log.$who" >&2
    return 1
  fi
}

same_reports() {
  local name=$1
  [ -s "$BUNDLE/rootfs/report.clean" ]
  diff "$BUNDLE/rootfs/report.clean" "$BUNDLE/rootfs/report.hostile" >&2 ||
    { echo "$name: the caller shows" >&2 && return 1; }
}

# Everything that the runtime has made on the host, by its mode.
modes() {
  (cd "$STATE" && find . -mindepth 2 -printf '%P %M %U:%G\n' | sort)
  stat -c '%A %u:%g' "$STATE/$ID" "$WORK/pid"
  find "$RUNP_CGROUP2$CGROUP_PARENT" -mindepth 1 -maxdepth 1 -printf '%M %U:%G\n'
  find "$BUNDLE/rootfs/made" -printf '%p %M %U:%G\n' | sort
}

fresh_root() { rm -rf "$BUNDLE/rootfs/made"; }

# What both callers do is compared.
both_callers() {
  peer_falls_short crun "signals 32 and 33 are as the caller has them, and with SIGCHLD ignored it waits in vain"
  peer_falls_short runc "signals and modes are as the caller has them"
  report
  making
}

@test "run: a container shows nothing of its caller" {
  both_callers
  local who
  for who in clean hostile; do
    fresh_root
    arguments /bin/report "$who"
    by "$who" run --bundle "$BUNDLE" "$ID"
  done
  same_reports run
}

@test "create and start: a container shows nothing of its caller, nor do files" {
  both_callers
  local who
  for who in clean hostile; do
    fresh_root
    arguments /bin/report "$who"
    by "$who" create --pid-file "$WORK/pid" --bundle "$BUNDLE" "$ID"
    modes >"$WORK/modes.$who"
    by "$who" start "$ID"
    eventually has_status "$ID" stopped
    by "$who" delete "$ID"
    rm -f "$WORK/pid"
  done
  same_reports "create and start"
  if is_runp; then diff "$WORK/modes.clean" "$WORK/modes.hostile" >&2; fi
}

@test "exec: a process shows nothing of its caller" {
  peer_falls_short crun "signals 32 and 33 are as the caller has them, and with SIGCHLD ignored it waits in vain"
  peer_falls_short runc "signals and modes are as the caller has them"
  report
  making
  arguments /bin/probe hang
  local who
  by clean create --bundle "$BUNDLE" "$ID"
  by clean start "$ID"
  for who in clean hostile; do
    by "$who" exec --pid-file "$WORK/pid" "$ID" /bin/report "$who"
    stat -c '%A %u:%g' "$WORK/pid" >"$WORK/modes.$who"
    rm -f "$WORK/pid"
  done
  same_reports exec
  if is_runp; then diff "$WORK/modes.clean" "$WORK/modes.hostile" >&2; fi
}

@test "a caller's limit on the size of files is an error with a reason, and nothing stays" {
  peer_falls_short crun "it is killed, and leaves the state"
  local said
  said=$(env --default-signal=XFSZ bash -c 'ulimit -f 0 && exec "$@"' sh \
    timeout "$LIMIT" "$RUNTIME" --root "$STATE" create --bundle "$BUNDLE" "$ID" 2>&1 </dev/null 3>&-) && return 1
  grep -i 'file too large' <<<"$said" >&2
  gone "$ID"
}

@test "limits, niceness, policies and the OOM score are inherited unless configured" {
  report
  arguments /bin/report inherited
  (
    ulimit -n 600 -c 7
    echo 321 >/proc/self/oom_score_adj
    exec nice -n 3 ionice -c 2 -n 6 chrt --batch 0 \
      timeout "$LIMIT" "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID"
  ) </dev/null 3>&- 4>&-
  local shown
  shown=$(cat "$BUNDLE/rootfs/report.inherited")
  [[ $shown =~ "Max open files"[[:space:]]+600 ]]
  [[ $shown =~ "Max core file size"[[:space:]]+7168 ]]
  grep -qx 321 <<<"$shown"
  # SCHED_BATCH, nice 3.
  [[ $shown =~ policy[[:space:]]*:[[:space:]]*3 ]]
  [[ $shown =~ prio[[:space:]]*:[[:space:]]*123 ]]
}

# --- a limit on the stack ---------------------------------------------------

# The runtime with the stack limited to so many KiB.
with_stack() {
  local kib=$1
  shift
  printf '#!/bin/bash\nulimit -s %q\nexec %q "$@"\n' "$kib" "$RUNTIME" >"$WORK/limited"
  chmod 755 "$WORK/limited"
  RUNTIME=$WORK/limited "$@"
}

@test "too small a stack is an error, not a crash" {
  runp_only "they need less, or say that there is too little memory"
  with_stack 64 refused run --bundle "$BUNDLE" "$ID"
  says 'stack of 64 KiB'
  # What the environment takes of it counts.
  local -x FILLING
  FILLING=$(head -c 60000 /dev/zero | tr '\0' x)
  with_stack 128 refused run --bundle "$BUNDLE" "$ID"
  says 'stack of 128 KiB'
}

@test "a small stack is enough for containers and pods" {
  arguments /bin/probe hang
  with_stack 128 ok create --bundle "$BUNDLE" "$ID"
  with_stack 128 ok start "$ID"
  with_stack 128 ok exec "$ID" /bin/true
  with_stack 128 ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  with_stack 128 ok delete "$ID"
  if is_runp; then
    config 'del(.hostname) | .process.args = ["/bin/true"]'
    jq -n --arg p "$CGROUP_PARENT/pod" --arg id "$ID" --arg b "$BUNDLE" '{podVersion: "0.1.0", containers: [{id: $id, bundle: $b}],
      linux: {cgroupsPath: $p, namespaces: [{type: "network"}, {type: "ipc"}, {type: "uts"}]}}' >"$WORK/pod.json"
    config --arg p "$CGROUP_PARENT/pod/$ID" '.linux.cgroupsPath = $p'
    with_stack 128 ok pod run -f "$WORK/pod.json" "$ID-pod"
    with_stack 128 ok pod delete --force "$ID-pod"
  fi
}
