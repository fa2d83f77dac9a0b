#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

@test "run passes the output on and deletes the container afterwards" {
  arguments /bin/probe print to-stdout -- complain to-stderr
  run_once
  equal "$output" to-stdout
  equal "$errors" to-stderr
  gone "$ID"
}

@test "run passes the input on" {
  arguments /bin/cat
  printf 'one\ntwo\n' | runtime run --bundle "$BUNDLE" "$ID" >"$WORK/copy" 3>&-
  equal "$(cat "$WORK/copy")" "$(printf 'one\ntwo\n')"
}

@test "run returns the exit status of the process" {
  arguments /bin/probe exit 42
  rt run --bundle "$BUNDLE" "$ID"
  equal "$status" 42
  gone "$ID"
}

@test "run returns 128 and the signal that ended the process" {
  without_namespace pid
  arguments /bin/sh -c 'kill -TERM $$; sleep 5'
  rt run --bundle "$BUNDLE" "$ID"
  equal "$status" 143
}

@test "run passes signals on" {
  arguments /bin/probe wait -- exit 9
  runtime_in_background run --bundle "$BUNDLE" "$ID"
  eventually grep -q ready "$WORK/run.out"
  kill -TERM "$child"
  local status=0
  wait "$child" || status=$?
  equal "$status" 9
  grep -qx signal=SIGTERM "$WORK/run.out"
  gone "$ID"
}

# Without `timeout`, so that a signal goes to the runtime itself.
runtime_in_background() {
  "$RUNTIME" --root "$STATE" "$@" </dev/null >"$WORK/run.out" 2>"$WORK/run.err" 3>&- 4>&- &
  child=$!
  BACKGROUND+=("$child")
}

@test "run --detach returns when the process runs, and leaves it" {
  arguments /bin/probe hang
  ok run --detach --bundle "$BUNDLE" "$ID"
  equal "$errors" ""
  has_status "$ID" running
}

@test "run takes -d and --pid-file" {
  arguments /bin/probe hang
  ok run -d --pid-file "$WORK/pid" -b "$BUNDLE" "$ID"
  equal "$(cat "$WORK/pid")" "$(pid_of)"
}

@test "run takes options behind the id" {
  peer_falls_short crun "it takes none there"
  ok run "$ID" --bundle "$BUNDLE"
}

@test "run --keep leaves the stopped container" {
  arguments /bin/probe exit 3
  rt run --keep --bundle "$BUNDLE" "$ID"
  equal "$status" 3
  has_status "$ID" stopped
  ok delete "$ID"
}

@test "run leaves nothing when it fails" {
  arguments no-such-program
  refused run --bundle "$BUNDLE" "$ID"
  says 'no-such-program'
  gone "$ID"
}

@test "run refuses an id that exists" {
  running
  refused run --bundle "$BUNDLE" "$ID"
  says 'exists'
  has_status "$ID" running
}

@test "run --no-subreaper is taken, with one dash too" {
  peer_falls_short crun "its getopt_long does not take one dash"
  ok run --no-subreaper --bundle "$BUNDLE" "$ID"
  ok run -no-subreaper --bundle "$BUNDLE" "$ID"
}

@test "run does not wait for processes that outlive the init" {
  arguments /bin/probe daemon 60
  run_once
  gone "$ID"
}

@test "run waits for its process even when its caller ignores SIGCHLD" {
  peer_falls_short crun "its waitpid finds nobody"
  cat >"$WORK/ignoring" <<EOF
#!/usr/bin/env python3
import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv("$RUNTIME", sys.argv)
EOF
  chmod 755 "$WORK/ignoring"
  config '.hooks.poststop = [{path: "/bin/true"}]'
  arguments /bin/probe exit 7
  local RUNTIME=$WORK/ignoring LIMIT=10
  rt run --bundle "$BUNDLE" "$ID"
  equal "$status" 7
  equal "$errors" ''
}

@test "run, killed with the signal that cannot be passed on, is made whole by delete" {
  arguments /bin/probe hang
  runtime_in_background run --bundle "$BUNDLE" "$ID"
  eventually grep -q ready "$WORK/run.out"
  kill -KILL "$child"
  wait "$child" || true
  ok delete --force "$ID"
  gone "$ID"
}

@test "run deletes nobody else's container at its end" {
  runp_only "they delete whatever has the id"
  arguments /bin/probe hang
  "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/first" 2>&1 3>&- 4>&- &
  BACKGROUND+=($!)
  eventually grep -q ready "$WORK/first"
  kill -STOP "${BACKGROUND[-1]}"
  ok delete --force "$ID"
  running
  kill -CONT "${BACKGROUND[-1]}"
  wait "${BACKGROUND[-1]}" || true
  equal "$(state_of "$ID")" running
}

# What is an argument of a call that is not made is not evaluated: a wait must
# not be one.
@test "waiting in the foreground takes no processor time" {
  if ! strace -o /dev/null true 2>/dev/null; then skip "no strace here"; fi
  arguments /bin/busybox sleep 1
  timeout -k 5 "$LIMIT" strace -c -o "$WORK/calls" "$RUNTIME" --root "$STATE" run \
    --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&-
  local calls
  calls=$(awk '$NF == "total" { print $(NF - (NF > 4 ? 2 : 1)) }' "$WORK/calls")
  echo "$calls system calls" >&2
  [ "$calls" -lt 2500 ]
}
