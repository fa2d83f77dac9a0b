#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

# A running container that prints the first usual signal that it gets.
waiting() {
  arguments /bin/probe wait
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
}

got() { eventually grep -qx "signal=$1" "${LOGS[$ID]}"; }

@test "kill sends SIGTERM" {
  waiting
  ok kill "$ID"
  equal "$output$errors" ""
  got SIGTERM
}

@test "kill takes a number" {
  waiting
  ok kill "$ID" 10
  got SIGUSR1
}

@test "kill takes a name, with and without SIG, in any case" {
  peer_falls_short crun "it knows upper case only"
  local name
  for name in USR2 SIGUSR2 usr2 sigusr2; do
    waiting
    ok kill "$ID" "$name"
    got SIGUSR2
    ok delete --force "$ID"
  done
}

@test "kill takes real-time signals" {
  peer_falls_short runc "its table ends before them"
  waiting
  ok kill "$ID" RTMIN+3
  ok kill "$ID" 37
  has_status "$ID" running
}

@test "kill refuses a signal that does not exist" {
  peer_falls_short crun "it takes 1x for 1"
  waiting
  local name
  for name in NOSUCH 1000 -1 1x; do
    refused kill "$ID" "$name"
  done
  runp_says 'unknown signal "1x"'
  has_status "$ID" running
}

@test "kill ends a container that ignores every other signal" {
  running
  ok kill "$ID" TERM
  ok kill "$ID" INT
  has_status "$ID" running
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
}

@test "kill reaches a container that is only created" {
  arguments /bin/probe hang
  create
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  refused start "$ID"
}

@test "kill refuses a container that has stopped, in words that shims look for" {
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  refused kill "$ID" KILL
  says 'not running|no such process'
  runp_says "container not running"
}

@test "kill --all of a container that has stopped is no error" {
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  ok kill --all "$ID" KILL
  ok kill -a "$ID" 9
}

@test "kill refuses an id that nobody has" {
  refused kill "$ID" KILL
  says 'does not exist'
  runp_says "container does not exist"
}

@test "kill without an id, and with too much, is a usage error" {
  refused kill
  waiting
  if ! is_crun; then refused kill "$ID" TERM KILL; fi
  has_status "$ID" running
}

@test "kill of the init takes the whole pid namespace along" {
  arguments /bin/probe daemon 60 -- daemon 60 -- hang
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  equal "$(cat "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.procs")" ""
}

@test "kill KILL without a pid namespace ends every process of the container" {
  peer_falls_short crun "it kills the init only, without --all"
  scattered
  ok kill "$ID" KILL
  eventually cgroup_is_empty
}

@test "kill KILL in another's pid namespace ends every process of the container, and no other" {
  peer_falls_short crun "it kills the init only, without --all"
  beside_another
  arguments /bin/probe daemon 60 -- hang
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  equal "$(grep -c . "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.procs")" 2
  ok kill "$ID" KILL
  eventually cgroup_is_empty
  has_status "$OTHER" running
}

# Makes the current container one in the PID namespace of another, OTHER, which
# runs, as containerd does for a pod with a shared one.
beside_another() {
  running
  OTHER=$ID
  as "$ID-b"
  with_namespace pid "/proc/$(pid_of "$OTHER")/ns/pid"
}

@test "kill KILL reaches what has moved to a cgroup below, and to a threaded one" {
  peer_falls_short crun "it kills the init only, without --all"
  scattered
  local here=$RUNP_CGROUP2$CGROUP_PARENT/$ID other
  other=$(grep -vx "$(pid_of)" "$here/cgroup.procs")
  mkdir "$here/below" "$here/below/threads"
  echo "$other" >"$here/below/cgroup.procs"
  echo threaded >"$here/below/threads/cgroup.type"
  echo "$other" >"$here/below/threads/cgroup.threads"
  grep -q 'populated 1' "$here/below/threads/cgroup.events"
  ok kill "$ID" KILL
  eventually grep -q 'populated 0' "$here/cgroup.events"
}

@test "kill KILL reaches an init that has left its cgroup" {
  peer_falls_short crun "the cgroup is all that it asks, with --all"
  peer_falls_short runc "the cgroup is all that it asks"
  scattered
  mkdir "$RUNP_CGROUP2$CGROUP_PARENT/elsewhere"
  pid_of >"$RUNP_CGROUP2$CGROUP_PARENT/elsewhere/cgroup.procs"
  ok kill "$ID" KILL
  eventually cgroup_is_empty
  eventually has_status "$ID" stopped
  ok delete "$ID"
  rmdir "$RUNP_CGROUP2$CGROUP_PARENT/elsewhere"
}

cgroup_is_empty() { [ -z "$(cat "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.procs")" ]; }

@test "kill --all sends any signal to a container without a pid namespace" {
  without_namespace pid
  waiting
  ok kill --all "$ID" USR1
  got SIGUSR1
}

@test "kill --all reaches what forks all the time" {
  # Each member of the chain ends once it has started the next one, which a list
  # of the processes may miss.
  arguments /bin/sh -c 'trap : USR1; chain() { (chain) & }
    chain; echo ready; while :; do /bin/sleep 1; done'
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  ok kill --all "$ID" USR1
  eventually only_the_shell_is_left
  has_status "$ID" running
}

only_the_shell_is_left() {
  [ "$(xargs -I{} cat /proc/{}/comm <"$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.procs" | grep -c sh)" = 1 ]
}

@test "kill --all signals what stands still, and lets it go on" {
  runp_only "runc signals the init only, crun freezes too"
  waiting
  timeout "$LIMIT" strace -f -y -o "$WORK/calls" -e trace=write,pidfd_send_signal \
    "$RUNTIME" --root "$STATE" kill --all "$ID" USR1
  equal "$(sed -n 's/.*cgroup.freeze>, "\([01]\)".*/\1/p; s/.*pidfd_send_signal(.*/signal/p' \
    "$WORK/calls" | paste -sd ' ')" "1 signal 0"
  got SIGUSR1
}

@test "kill --all leaves a paused container paused" {
  peer_falls_short crun "it thaws it"
  waiting
  echo 1 >"$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.freeze"
  eventually has_status "$ID" paused
  ok kill --all "$ID" USR1
  has_status "$ID" paused
  if grep signal= "${LOGS[$ID]}" >&2; then return 1; fi
  echo 0 >"$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.freeze"
  got SIGUSR1
}

@test "kill TERM leaves the other processes of a pid namespace alone" {
  arguments /bin/probe daemon 60 -- wait -- hang
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  ok kill "$ID" TERM
  got SIGTERM
  equal "$(grep -c . "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.procs")" 2
}

# Starts a container of two processes, pids, and makes its cgroup threaded while
# nothing is in it, as somebody with rights above it can.
threaded_container() {
  peer_falls_short crun "it knows of no threads"
  peer_falls_short runc "it kills such a cgroup only where the kernel does"
  local parent=$RUNP_CGROUP2$CGROUP_PARENT pid enabled
  without_namespace pid
  arguments /bin/probe daemon 60 -- wait -- hang
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  mapfile -t pids <"$parent/$ID/cgroup.procs"
  # A domain of threads has processes of its own, and enables no controllers but
  # those for threads.
  for pid in "${pids[@]}"; do echo "$pid" >"$RUNP_CGROUP2/cgroup.procs"; done
  enabled=$(sed 's/[a-z]\+/-&/g' "$parent/cgroup.subtree_control")
  echo "$enabled" >"$parent/cgroup.subtree_control"
  for pid in "${pids[@]}"; do echo "$pid" >"$parent/cgroup.procs"; done
  echo threaded >"$parent/$ID/cgroup.type"
  for pid in "${pids[@]}"; do echo "$pid" >"$parent/$ID/cgroup.threads"; done
}

@test "a container whose cgroup has become threaded is listed, signalled and killed all the same" {
  local pids
  threaded_container
  if cat "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.procs" 2>/dev/null; then return 1; fi
  ok ps --format json "$ID"
  equal "$(jq -r '.[]' <<<"$output" | sort -n)" "$(printf '%s\n' "${pids[@]}" | sort -n)"
  ok delete --force "$ID"
  gone "$ID"
}

@test "kill --all reaches every process of a container whose cgroup has become threaded" {
  local pids
  threaded_container
  ok kill --all "$ID" USR1
  got SIGUSR1
  eventually only_first_left
}

only_first_left() { equal "$(runtime ps --format json "$ID" | jq -c .)" "[$(pid_of)]"; }
