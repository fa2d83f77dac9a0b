#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The runtime is killed with SIGKILL at many moments of its work. Whatever it
# leaves, `delete --force` makes whole, and the id is free again.

load helpers

# So many for each of create, start and delete.
MOMENTS=20

prepare() { runp_only "not asked of it"; }

can_trace() { command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; }

# Runs a command of the runtime and kills it at moment $1 of MOMENTS: at a
# system call where there is strace, else after a part of the time it takes.
killed_at() {
  local moment=$1 status=0
  shift
  if [ -s "$WORK/calls" ]; then
    timeout -k 5 "$LIMIT" strace -o /dev/null -e "inject=$(call_at "$moment")" \
      "$RUNTIME" --root "$STATE" "$@" >/dev/null 2>&1 </dev/null 3>&- 4>&- || status=$?
  else
    "$RUNTIME" --root "$STATE" "$@" >/dev/null 2>&1 </dev/null 3>&- 4>&- &
    local pid=$!
    sleep "$(awk -v t="$time_taken" -v m="$moment" -v n="$MOMENTS" 'BEGIN { printf "%.4f", t * m / n }')"
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" || status=$?
  fi 2>/dev/null
  killed=$status
}

# The system call that the measured command made at a moment, as strace wants
# it: its name, and which one of that name it was.
call_at() {
  awk -v m="$1" -v n="$MOMENTS" '{ seen[$1]++; name[NR] = $1; nth[NR] = seen[$1] }
    END { at = int((NR - 2) * m / n) + 1; print name[at] ":signal=KILL:when=" nth[at] }' "$WORK/calls"
}

# Measures a command once: measure ARGS.
measure() {
  : >"$WORK/calls"
  if can_trace; then
    strace -o "$WORK/trace" "$RUNTIME" --root "$STATE" "$@" >/dev/null 2>&1 </dev/null 3>&- 4>&-
    # Names that strace does not know again, and its notes, are left out.
    sed -nE 's/^([a-z][a-z0-9_]*)\(.*/\1/p' "$WORK/trace" >"$WORK/calls"
  else
    local from=$EPOCHREALTIME
    "$RUNTIME" --root "$STATE" "$@" >/dev/null 2>&1 </dev/null 3>&- 4>&-
    time_taken=$(awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
  fi
}

# After the crash: all commands answer, delete makes it whole, the id is free.
whole_again() {
  local moment=$1
  rt state "$ID"
  differ "$status" 124
  rt list
  if [ "$status" -ne 0 ]; then tell "list after moment $moment"; return 1; fi
  ok delete --force "$ID"
  if [ -e "$STATE/$ID" ]; then echo "moment $moment: there is still state" >&2; return 1; fi
  if [ -d "$RUNP_CGROUP2$CGROUP_PARENT/$ID" ]; then echo "moment $moment: there is still a cgroup" >&2; return 1; fi
  nothing_runs "$moment"
  ok run --bundle "$BUNDLE" "$ID"
}

# The members of the killed command may take a moment to go.
nothing_runs() {
  local tries left
  for tries in {1..100}; do
    left=$(strays)
    if [ -z "$left" ]; then break; fi
    sleep 0.02
  done
  if [ -n "$left" ]; then
    echo "moment $1: processes are left after $tries looks:" >&2
    for left in $left; do tr '\0' ' ' <"/proc/$left/cmdline" >&2; done
    return 1
  fi
  left=$(awk -v at="$WORK/" 'index($5, at) == 1 { print $5 }' /proc/self/mountinfo)
  if [ -n "$left" ]; then echo "moment $1: mounts are left: $left" >&2; return 1; fi
}

realistic() {
  mkdir -p "$WORK/data"
  with_mount /data bind "$WORK/data" rbind
  config '.linux.maskedPaths = ["/proc/meminfo", "/proc/sys/net", "/sys/firmware"]
    | .linux.readonlyPaths = ["/proc/bus", "/proc/sys"]
    | .hooks.createRuntime = [{path: "/bin/true"}]
    | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]}'
}

@test "killed during create" {
  realistic
  measure create --bundle "$BUNDLE" "$ID"
  ok delete --force "$ID"
  local moment killed some=0
  for moment in $(seq 1 "$MOMENTS"); do
    killed_at "$moment" create --bundle "$BUNDLE" "$ID"
    if [ "$killed" = 137 ]; then some=$((some + 1)); fi
    whole_again "$moment"
  done
  echo "$some of $MOMENTS creates were killed" >&2
  [ "$some" -ge $((MOMENTS / 2)) ]
}

@test "killed during create with an ID-mapped mount, whose helper goes too" {
  MOMENTS=10
  mkdir "$WORK/data"
  with_mount /data bind "$WORK/data" rbind idmap
  config '.mounts[-1].uidMappings = [{containerID: 0, hostID: 1000, size: 10}]
    | .mounts[-1].gidMappings = [{containerID: 0, hostID: 1000, size: 10}]'
  rt run --bundle "$BUNDLE" "$ID"
  if [ "$status" -ne 0 ]; then skip "no ID-mapped mounts of tmpfs here: $errors"; fi
  measure create --bundle "$BUNDLE" "$ID"
  ok delete --force "$ID"
  # The moments around the helper: from its clone to its end.
  local line killed
  for line in clone3:1 getpid:1 socketpair:1 openat:14 openat:16 openat:18 openat:20 openat:22 waitid:1; do
    LIMIT=10 timeout -k 5 10 strace -o /dev/null -e "inject=${line%:*}:signal=KILL:when=${line#*:}" \
      "$RUNTIME" --root "$STATE" create --bundle "$BUNDLE" "$ID" >/dev/null 2>&1 </dev/null 3>&- 4>&- || true
    LIMIT=10 whole_again "$line"
  done
}

@test "a cgroup that is there already is nobody's to remove, whenever create is killed" {
  if ! can_trace; then skip "strace is not here"; fi
  local leaf=$RUNP_CGROUP2$CGROUP_PARENT/$ID call
  mkdir "$leaf"
  for call in mkdirat:1 mkdirat:2 mkdirat:3 renameat:1 renameat:2; do
    timeout -k 5 10 strace -o /dev/null -e "inject=${call%:*}:signal=KILL:when=${call#*:}" \
      "$RUNTIME" --root "$STATE" create --bundle "$BUNDLE" "$ID" >/dev/null 2>&1 </dev/null 3>&- 4>&- || true
    ok delete --force "$ID"
    [ -d "$leaf" ]
  done
  rmdir "$leaf"
}

@test "a cgroup whose making fails half-way is gone again" {
  if ! can_trace; then skip "strace is not here"; fi
  local call
  measure create --bundle "$BUNDLE" "$ID"
  ok delete --force "$ID"
  for call in openat:{8..26} statx:{2..12}; do
    timeout -k 5 10 strace -o /dev/null -e "inject=${call%:*}:error=EIO:when=${call#*:}" \
      "$RUNTIME" --root "$STATE" create --bundle "$BUNDLE" "$ID" >/dev/null 2>&1 </dev/null 3>&- 4>&- || true
    ok delete --force "$ID"
    if [ -d "$RUNP_CGROUP2$CGROUP_PARENT/$ID" ]; then echo "$call leaves the cgroup" >&2; return 1; fi
  done
}

@test "killed during start" {
  realistic
  arguments /bin/probe sleep 30
  create
  measure start "$ID"
  ok delete --force "$ID"
  local moment killed some=0
  for moment in $(seq 1 "$MOMENTS"); do
    arguments /bin/probe sleep 30
    create
    killed_at "$moment" start "$ID"
    if [ "$killed" = 137 ]; then some=$((some + 1)); fi
    arguments /bin/true
    whole_again "$moment"
  done
  [ "$some" -ge $((MOMENTS / 2)) ]
}

@test "killed during delete" {
  realistic
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  measure delete "$ID"
  local moment killed some=0
  for moment in $(seq 1 "$MOMENTS"); do
    create
    ok start "$ID"
    eventually has_status "$ID" stopped
    killed_at "$moment" delete "$ID"
    if [ "$killed" = 137 ]; then some=$((some + 1)); fi
    whole_again "$moment"
  done
  [ "$some" -ge $((MOMENTS / 2)) ]
}

@test "killed during delete --force of a running container" {
  MOMENTS=10
  arguments /bin/probe daemon 30 -- hang
  create
  ok start "$ID"
  measure delete --force "$ID"
  local moment killed some=0
  for moment in $(seq 1 "$MOMENTS"); do
    arguments /bin/probe daemon 30 -- hang
    create
    ok start "$ID"
    killed_at "$moment" delete --force "$ID"
    if [ "$killed" = 137 ]; then some=$((some + 1)); fi
    arguments /bin/true
    whole_again "$moment"
  done
  [ "$some" -ge $((MOMENTS / 2)) ]
}

@test "killed during run" {
  MOMENTS=10
  realistic
  measure run --bundle "$BUNDLE" "$ID"
  local moment killed some=0
  for moment in $(seq 1 "$MOMENTS"); do
    killed_at "$moment" run --bundle "$BUNDLE" "$ID"
    if [ "$killed" = 137 ]; then some=$((some + 1)); fi
    whole_again "$moment"
  done
  [ "$some" -ge $((MOMENTS / 2)) ]
}

@test "killed during exec: the container goes on, and delete takes the rest" {
  MOMENTS=10
  running
  measure exec "$ID" /bin/true
  local moment killed
  for moment in $(seq 1 "$MOMENTS"); do
    killed_at "$moment" exec "$ID" /bin/probe sleep 0.2
    has_status "$ID" running
  done
  ok exec "$ID" /bin/true
  ok delete --force "$ID"
  nothing_runs "exec"
}

@test "a create after a crash needs no delete when nothing of it was running" {
  MOMENTS=10
  measure create --bundle "$BUNDLE" "$ID"
  ok delete --force "$ID"
  local moment killed
  for moment in $(seq 1 "$MOMENTS"); do
    killed_at "$moment" create --bundle "$BUNDLE" "$ID"
    if [ "$(state_of "$ID")" = created ]; then
      ok delete --force "$ID"
      continue
    fi
    rt create --bundle "$BUNDLE" "$ID"
    if [ "$status" -ne 0 ]; then tell "moment $moment blocks the id"; return 1; fi
    ok delete --force "$ID"
  done
}
