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

@test "a cgroup above it that others make meanwhile is theirs" {
  config --arg p "$CGROUP_PARENT/deep/$ID" '.linux.cgroupsPath = $p'
  mkdir "$RUNP_CGROUP2$CGROUP_PARENT/deep"
  runs --at deep openat:error=ENOENT:when=1
  rmdir "$RUNP_CGROUP2$CGROUP_PARENT/deep"
  # Without a mark it stays, which harms nobody.
  runs --at "$RUNP_CGROUP2$CGROUP_PARENT/deep" fsetxattr:error=ENOSPC
  rmdir "$RUNP_CGROUP2$CGROUP_PARENT/deep"
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
      runs --at "$(here)/cgroup.$file" read:error=$error:when=3
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
    ok_with --at "$(here)/cgroup.events" read:error=$error delete --force "$ID"
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

# Without a PID namespace its processes do not end with the first one.
scattered() {
  without_namespace pid
  arguments /bin/probe daemon 5 -- hang
  create
  ok start "$ID"
  eventually [ "$(wc -l <"$(here)/cgroup.procs")" -gt 1 ]
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
