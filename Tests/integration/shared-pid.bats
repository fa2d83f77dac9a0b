#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Containers that join a PID namespace, and who may be in it.

load helpers

# Starts a container with a PID namespace of its own, whose program watches it
# for a while with the right to trace; others then share its root and its PID
# namespace.
watcher() {
  WATCHER=$ID-watcher
  new_bundle watcher "$WATCHER"
  config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])'
  arguments /bin/probe "$@"
  create "$WATCHER"
  ok start "$WATCHER"
  eventually grep -q ready "${LOGS[$WATCHER]}"
  BUNDLE=$WORK/bundle
  config --arg r "$WORK/watcher/rootfs" '.root.path = $r'
  with_namespace pid "/proc/$(pid_of "$WATCHER")/ns/pid"
}

# The watcher's report in $output, once it has ended.
watched() {
  eventually has_status "$WATCHER" stopped
  output=$(log "$WATCHER")
}

@test "who may trace in a joined pid namespace finds nothing of the host in a new container" {
  peer_falls_short crun "it is in there while it sets the container up"
  peer_falls_short runc "it is in there while it sets the container up"
  watcher print ready -- trace 8000
  local i
  for i in {1..8}; do
    # With the watcher, on a slow machine, all that is in its namespace ends.
    if ! create --pid-file "$WORK/pid"; then
      has_status "$WATCHER" stopped
      break
    fi
    # The one of the pid file is the one that waits.
    equal "$(cat "$WORK/pid")" "$(pid_of)"
    ok delete --force "$ID"
  done
  watched
  differ "$(value trace.seized)" 0
  is trace.outside 0
  is trace.secrets 0
  is trace.privileged 0
}

@test "a first process that is quicker than the word of it is the container's all the same" {
  runp_only "the peers have no process before it"
  watcher hang
  arguments /bin/probe hang
  # The process before it tells of it with its second message.
  printf '#!/bin/sh\nexec strace -f -qqq -o %s -e trace=sendmsg -e inject=sendmsg:delay_enter=500000:when=2 %s "$@"\n' \
    /dev/null "$RUNTIME" >"$WORK/slowly"
  chmod 755 "$WORK/slowly"
  RUNTIME=$WORK/slowly create --pid-file "$WORK/pid" &
  eventually has_status "$ID" created
  equal "$(cat "$WORK/pid")" "$(pid_of)"
  kill -0 "$(pid_of)"
  ok start "$ID"
  has_status "$ID" running
  ok delete --force "$ID"
  wait
}

@test "who may trace in a joined pid namespace finds no createContainer hook there" {
  peer_falls_short crun "the hook appears there, with the host's files"
  peer_falls_short runc "the hook appears there, with the host's files"
  watcher print ready -- trace 8000
  config '.hooks.createContainer = [{path: "/bin/sleep", args: ["sleep", "0.1"]}]'
  local i
  for i in {1..5}; do
    if ! create; then
      has_status "$WATCHER" stopped
      break
    fi
    ok delete --force "$ID"
  done
  watched
  differ "$(value trace.seized)" 0
  is trace.outside 0
  is trace.secrets 0
  is trace.privileged 0
}

@test "a createContainer hook is in the container's namespaces but for a joined pid namespace" {
  watcher hang
  arguments /bin/probe hang
  # Its own mount table, names and cgroup; the host's files and processes.
  config --arg out "$WORK/hook" '.hooks.createContainer = [{path: "/bin/sh", args: ["sh", "-c",
    "for i in user mnt uts ipc cgroup net pid; do stat -Lc %i /proc/self/ns/$i; done >\($out)
      tail -n 1 /proc/self/cgroup >\($out).cgroup; cat >\($out).state; ls / >\($out).files"]}]'
  touch "$WORK"/hook{,.cgroup,.state,.files}
  chmod 666 "$WORK"/hook*
  local kind container users
  for users in own container; do
    if [ "$users" = container ]; then
      # Its root may not mount the procfs of a PID namespace of others.
      if [ "$RUNTIME_NAME" = runc ]; then continue; fi
      with_user_namespace
    fi
    create
    container=$(pid_of)
    {
      for kind in user mnt uts ipc cgroup net; do inode "/proc/$container/ns/$kind"; done
      if is_runp; then inode /proc/self/ns/pid; else inode "/proc/$container/ns/pid"; fi
    } >"$WORK/expected"
    diff "$WORK/expected" "$WORK/hook"
    equal "$(cat "$WORK/hook.cgroup")" 0::/
    grep -qx usr "$WORK/hook.files"
    jq -e '.status | startswith("creat")' "$WORK/hook.state"
    ok delete --force "$ID"
  done

  config '.hooks.createContainer = [{path: "/bin/sh", args: ["sh", "-c", "echo reason >&2; exit 3"]}]'
  refused create --bundle "$BUNDLE" "$ID"
  says 'exit.*3|hook'
  gone "$ID"
}

@test "who may trace in a joined pid namespace opens no file by its handle in a created container" {
  peer_falls_short runc "it waits with a capability for that"
  if [ "$(uname -m)" != x86_64 ]; then skip "it has no registers of this machine"; fi
  watcher hang
  # With a filter that takes a privilege to be loaded, and one that does not.
  config '.process.noNewPrivileges = false | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{names: ["reboot"], action: "SCMP_ACT_ERRNO"}]}'
  local privileges
  for privileges in false true; do
    config --argjson n "$privileges" '.process.noNewPrivileges = $n'
    create
    ok exec --cap CAP_SYS_PTRACE "$WATCHER" /bin/probe handle
    is handle EPERM
    ok delete --force "$ID"
  done
}

@test "the procfs of a joined pid namespace shows who is in it" {
  watcher hang
  arguments /bin/probe ns -- process -- list /proc -- mounts /proc
  config '.linux.maskedPaths = ["/proc/kcore"] | .linux.readonlyPaths = ["/proc/sys"]'
  run_once
  is ns.pid "$(inode "/proc/$(pid_of "$WATCHER")/ns/pid")"
  like list./proc '^1,[0-9]+,[a-z]'
  like mount./proc '^proc '
  differ "$(value pid)" 1
  is sid "$(value pid)"
}

@test "a container in a joined pid namespace has clocks of its own" {
  peer_falls_short crun "its unshare(2) fails"
  watcher hang
  with_namespace time
  config '.linux.timeOffsets = {boottime: {secs: 1000000}}'
  probe clocks -- ns
  differ "$(value ns.time)" "$(inode /proc/self/ns/time)"
  [ $(($(value boottime) - $(cut -d. -f1 /proc/uptime))) -ge 999990 ]
}

@test "a container in a joined pid namespace has what no clone hands down" {
  watcher hang
  config '.process.scheduler = {policy: "SCHED_DEADLINE", runtime: 1000000, deadline: 20000000, period: 20000000}'
  probe scheduler
  is sched.policy 6
  is sched.runtime 1000000
  config '.process.scheduler = {policy: "SCHED_BATCH", nice: 7, flags: ["SCHED_FLAG_RESET_ON_FORK"]}'
  probe scheduler
  is sched.policy 3
  is sched.nice 7
  is sched.flags 1
}

@test "a container in a joined pid namespace may have one process for its user" {
  peer_falls_short runc "its own threads are counted"
  watcher hang
  config '.process.user = {uid: 47111, gid: 47111}
    | .process.rlimits = [{type: "RLIMIT_NPROC", soft: 1, hard: 1}]'
  probe rlimits -- ids
  is uid 47111
  is rlimit.NPROC 1:1
}

@test "a joined pid namespace works on kernels whose procfs takes no namespace" {
  runp_only "it mounts from inside"
  watcher print ready -- trace 8000
  arguments /bin/probe process -- list /proc
  # A kernel before 6.18 does not know the parameter, the first of the procfs.
  ok_with fsconfig:error=EINVAL:when=1 run --bundle "$BUNDLE" "$ID"
  grep -q 'pidns.*INJECTED' "$WORK/strace"
  like list./proc '^1,[0-9]+,[a-z]'
  watched
  is trace.privileged 0
}

@test "a terminal works in a joined pid namespace" {
  watcher hang
  config '.process.terminal = true'
  arguments /bin/sh -c 'tty; ps >/dev/null 2>&1; echo "session $(cut -d" " -f6 /proc/self/stat) $$"'
  # The peers take none for the container where they have none themselves.
  output=$(timeout "$LIMIT" "$RUNP_SUITE/companion" terminal "$RUNTIME" --root "$STATE" \
    run --bundle "$BUNDLE" "$ID" </dev/null 2>/dev/null 3>&-)
  errors=
  says '/dev/(pts/0|console)'
  local line
  line=$(grep -o 'session [0-9]* [0-9]*' <<<"$output")
  equal "$(cut -d' ' -f2 <<<"$line")" "$(cut -d' ' -f3 <<<"$line")"
}

@test "the runtime itself enters no namespace, whether the clone succeeds or fails" {
  runp_only "it is made of several programs"
  watcher hang
  with_namespace time
  local inject own
  for inject in trace=clone3 inject=clone3:error=EAGAIN:when=1; do
    status=0
    timeout 20 strace -f -o "$WORK/strace" -e trace=execve,setns,unshare,clone3 -e "$inject" \
      "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/out" \
      2>"$WORK/err" 3>&- 4>&- || status=$?
    own=$(head -n 1 "$WORK/strace" | cut -d' ' -f1)
    equal "$(grep -E "^$own +(setns|unshare)\(" "$WORK/strace")" ""
    if [ "$inject" = trace=clone3 ]; then
      equal "$status" 0
    else
      differ "$status" 0
      grep -q INJECTED "$WORK/strace"
    fi
    gone "$ID"
  done
}
