#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Whatever the caller or a container holds up, no command waits for it without
# an end.

load helpers

# Listens at $WORK/deaf.sock and accepts nobody.
deaf() {
  background "$WORK/deaf" "$RUNP_SUITE/companion" deaf "$WORK/deaf.sock"
  eventually grep -q listening "$WORK/deaf"
}

# Calls the runtime beside others, since each of these waits for seconds: its
# messages go to the file $1.
meanwhile() {
  local file=$WORK/said.$1
  shift
  { runtime "$@" >"$file" 2>&1 </dev/null || echo "status $?" >>"$file"; } 3>&- 4>&- &
}

# Waits for them, but not for what teardown ends.
wait_for_all() {
  local pid
  for pid in $(jobs -p); do
    if [[ " ${BACKGROUND[*]} " != *" $pid "* ]]; then wait "$pid" || true; fi
  done
}

# The command of that file has failed by itself, with those words.
gave_up() {
  if ! grep -qE "status ([1-9]|255)\b" "$WORK/said.$1" || ! grep -qE -- "$2" "$WORK/said.$1"; then
    echo "$1 should say: $2" >&2
    cat "$WORK/said.$1" >&2
    return 1
  fi
}

@test "a socket that nobody accepts at is given up" {
  peer_falls_short crun "it waits for ever"
  deaf
  local base=$BUNDLE
  as "$ID-agent"
  cp -al "$base" "$WORK/agent"
  BUNDLE=$WORK/agent
  config --arg s "$WORK/deaf.sock" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerPath: $s,
    syscalls: [{names: ["mkdir"], action: "SCMP_ACT_NOTIFY"}]} | .process.args = ["/bin/probe", "mkdir", "/tmp/x"]'
  meanwhile agent run --bundle "$BUNDLE" "$ID"
  cp -al "$base" "$WORK/tty"
  BUNDLE=$WORK/tty
  as "$ID-tty"
  config '.process.terminal = true'
  meanwhile tty create --bundle "$BUNDLE" --console-socket "$WORK/deaf.sock" "$ID"
  cp -al "$base" "$WORK/pidfd"
  BUNDLE=$WORK/pidfd
  as "$ID-pidfd"
  if is_runp; then meanwhile pidfd create --bundle "$BUNDLE" --pidfd-socket "$WORK/deaf.sock" "$ID"; fi
  wait_for_all
  gave_up agent 'deaf.sock'
  gave_up tty 'deaf.sock|temporarily'
  if is_runp; then
    gave_up pidfd 'deaf.sock: connection timed out'
    gave_up agent 'deaf.sock: connection timed out'
    gave_up tty 'deaf.sock: connection timed out'
  fi
}

@test "what stands still is waited for until that is certain" {
  runp_only "start tells before the program runs, and exec waits until it can"
  local frozen=$ID-frozen stopped=$ID-stopped
  as "$frozen"
  create "$frozen"
  echo 1 >"$RUNP_CGROUP2$CGROUP_PARENT/$frozen/cgroup.freeze"
  as "$stopped"
  create "$stopped"
  kill -STOP "$(pid_of "$stopped")"
  meanwhile exec exec "$frozen" /bin/true
  meanwhile frozen start "$frozen"
  meanwhile stopped start "$stopped"
  wait_for_all
  gave_up exec 'does not go on: its cgroup .* is frozen'
  gave_up frozen 'does not go on: its cgroup .* is frozen'
  gave_up stopped 'does not go on: .*stopped'
  # It ends with the start that has given up as soon as it goes on.
  kill -CONT "$(pid_of "$stopped")"
  eventually has_status "$stopped" stopped
  ok delete "$stopped"
  gone "$stopped"
  ok delete --force "$frozen"
  gone "$frozen"
}

@test "a lock that another command holds is given up" {
  runp_only "they have no such lock"
  create
  background "$WORK/deaf" flock --no-fork "$STATE/$ID" "$RUNP_SUITE/companion" deaf "$WORK/deaf.sock"
  eventually grep -q listening "$WORK/deaf"
  meanwhile delete delete "$ID"
  meanwhile start start "$ID"
  wait_for_all
  gave_up delete "$ID is busy"
  gave_up start "$ID is busy"
  kill -KILL "${BACKGROUND[-1]}"
  ok delete "$ID"
}

@test "a log that is a FIFO nobody reads is an error, and nothing to wait for" {
  peer_falls_short crun "it waits for ever"
  peer_falls_short runc "it waits for ever"
  mkfifo "$WORK/log"
  refused --log "$WORK/log" state "$ID"
}

@test "the claim of a cgroup cannot name a file to wait for" {
  runp_only "they claim no cgroups"
  mkdir "$WORK/trap"
  mkfifo "$WORK/trap/state.json"
  mkdir "$RUNP_CGROUP2$CGROUP_PARENT/$ID"
  python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.runp.claim", sys.argv[2].encode())' \
    "$RUNP_CGROUP2$CGROUP_PARENT/$ID" "2026-01-01T00:00:00Z $WORK/trap"
  arguments /bin/true
  run_once
}

@test "the bus of systemd is not waited for without an end where too many others wait" {
  runp_only "it is about its system calls"
  config --arg id "$ID" '.linux.cgroupsPath = "system.slice:test:" + $id'
  # The bus of the machine, if there is one, must not come to know of this.
  if strace -qqq -o "$WORK/calls" -e trace=setsockopt,connect -e inject=connect:error=ECONNREFUSED \
    "$RUNTIME" --root "$STATE" --systemd-cgroup create --bundle "$BUNDLE" "$ID" \
    >"$WORK/said" 2>&1 </dev/null; then
    return 1
  fi
  grep -q 'systemd cannot be reached' "$WORK/said"
  grep -B 1 'connect(.*/run/dbus/system_bus_socket' "$WORK/calls" | grep -q SO_SNDTIMEO
}
