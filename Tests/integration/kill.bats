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
  without_namespace pid
  arguments /bin/probe daemon 60 -- hang
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  ok kill "$ID" KILL
  eventually cgroup_is_empty
}

cgroup_is_empty() { [ -z "$(cat "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.procs")" ]; }

@test "kill --all sends any signal to a container without a pid namespace" {
  without_namespace pid
  waiting
  ok kill --all "$ID" USR1
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
