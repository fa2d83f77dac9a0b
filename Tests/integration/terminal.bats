#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

# Creates with a terminal whose other end a companion holds.
with_terminal() {
  config '.process.terminal = true'
  background "$WORK/console" "$RUNP_SUITE/companion" console "$WORK/console.sock"
  eventually grep -q listening "$WORK/console"
  create --console-socket "$WORK/console.sock"
}

report() {
  eventually grep -q "$1" "$WORK/console"
  output=$(tr -d '\r' <"$WORK/console")
}

@test "create sends the terminal's other end over the console socket" {
  arguments /bin/probe tty -- print end
  with_terminal
  ok start "$ID"
  report end
  is received.fds 1
  is received.tty 1
  is received.more 0
  is tty.0 1
  is tty.1 1
  is tty.2 1
  is controlling ok
  is ttypgrp.0 own
}

@test "the socket's message has a name" {
  arguments /bin/probe print end
  with_terminal
  ok start "$ID"
  report end
  like received.name '.'
}

@test "consoleSize is the terminal's size" {
  config '.process.consoleSize = {height: 10, width: 110}'
  arguments /bin/probe tty -- print end
  with_terminal
  ok start "$ID"
  report end
  is winsize.0 10x110
}

@test "consoleSize without a terminal is ignored" {
  config '.process.consoleSize = {height: 10, width: 110}'
  probe tty
  is tty.0 0
}

@test "the terminal belongs to the user and to the group tty" {
  config '.process.user = {uid: 1000, gid: 1000}'
  arguments /bin/probe tty -- print end
  with_terminal
  ok start "$ID"
  report end
  like ttydev.0 'uid=1000 gid=5 mode=0620'
}

@test "/dev/console is the terminal" {
  arguments /bin/probe stat /dev/console /dev/pts/0 -- open rw /dev/console -- print end
  with_terminal
  ok start "$ID"
  report end
  is open./dev/console ok
  like stat./dev/console '^(char 136:|link)'
  like stat./dev/pts/0 '^char 136:0'
}

@test "the terminal is of the container's own devpts" {
  arguments /bin/probe readlink /proc/self/fd/0 -- list /dev/pts -- print end
  with_terminal
  ok start "$ID"
  report end
  like link./proc/self/fd/0 '^/dev/(pts/0|console)$'
  is list./dev/pts 0,ptmx
}

@test "what is written to the terminal reaches the process" {
  config '.process.terminal = true'
  arguments /bin/sh -c 'read line; echo "got <$line>"'
  mkfifo "$WORK/input"
  "$RUNP_SUITE/companion" console "$WORK/console.sock" <"$WORK/input" >"$WORK/console" 2>&1 3>&- &
  BACKGROUND+=($!)
  exec 9>"$WORK/input"
  eventually grep -q listening "$WORK/console"
  create --console-socket "$WORK/console.sock"
  ok start "$ID"
  echo hello >&9
  exec 9>&-
  report 'got <hello>'
}

@test "a console socket that nobody serves is an error that names it" {
  config '.process.terminal = true'
  create_refused --console-socket "$WORK/nobody.sock"
  says 'nobody.sock|connect'
}

@test "run in the foreground relays the terminal" {
  config '.process.terminal = true'
  arguments /bin/probe tty -- exit 5
  local status=0
  timeout "$LIMIT" "$RUNP_SUITE/companion" terminal "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID" \
    </dev/null >"$WORK/console" 3>&- || status=$?
  equal "$status" 5
  output=$(tr -d '\r' <"$WORK/console")
  is tty.0 1
  is controlling ok
  if ! is_crun; then is winsize.0 24x80; fi
  gone "$ID"
}

@test "a terminal's program goes on when nobody can be told what it writes" {
  peer_falls_short crun "it ends, and the program stays"
  peer_falls_short runc "it relays to a terminal only"
  config '.process.terminal = true'
  arguments /bin/sh -c 'echo lost; sleep 0.2; echo lost; exit 5'
  local status=0
  runtime run --bundle "$BUNDLE" "$ID" </dev/null >/dev/full 2>"$WORK/errors" 3>&- || status=$?
  equal "$status" 5
  gone "$ID"
}

@test "without a terminal stdio is the caller's, and no terminal" {
  probe tty
  is tty.0 0
  is tty.1 0
  is tty.2 0
}

# --- relayed ----------------------------------------------------------------

# relayed ARGS...: such a command with a pipe as its input and as its output.
relayed() {
  local status=0
  timeout -k 1 "$LIMIT" "$RUNTIME" --root "$STATE" "$@" 2>"$WORK/errors" 3>&- 4>&- | cat >"$WORK/console" ||
    status=$?
  equal "${PIPESTATUS[0]} $status" "0 0"
}

@test "exec -t: the end of a pipe is the end of the terminal's input" {
  runp_only "they relay a terminal only"
  running
  printf 'one\ntwo' | relayed exec -t "$ID" sh -c 'cat; echo over'
  grep -q over "$WORK/console"
  : | relayed exec -t "$ID" sh -c 'cat; cat; echo over'
  grep -q over "$WORK/console"
  # A shell that edits its line reads the terminal as it is.
  echo 'echo o"ve"r' | relayed exec -t "$ID" sh -i
  grep -q over "$WORK/console"
  relayed exec -t "$ID" sh -c 'sleep 0.5; cat; echo over' </dev/null
  grep -q over "$WORK/console"
}

@test "run: the end of a file is the end of the terminal's input" {
  runp_only "they relay a terminal only"
  config '.process.terminal = true'
  arguments sh -c 'cat >/tmp/seen; echo over'
  seq 2000 >"$WORK/input"
  relayed run --bundle "$BUNDLE" "$ID" <"$WORK/input"
  grep -q over "$WORK/console"
  cmp "$WORK/input" "$BUNDLE/rootfs/tmp/seen"
}

@test "what is relayed has plain line ends" {
  runp_only "they relay a terminal only"
  running
  : | relayed exec -t "$ID" sh -c 'echo one; echo two'
  equal "$(od -An -c "$WORK/console" | tr -d ' \n')" 'one\ntwo\n'
  config '.process.terminal = true'
  as t-relayed
  arguments sh -c 'echo one; echo two'
  : | relayed run --bundle "$BUNDLE" t-relayed
  equal "$(od -An -c "$WORK/console" | tr -d ' \n')" 'one\ntwo\n'
}

@test "the caller's terminal makes its own line ends" {
  config '.process.terminal = true'
  arguments sh -c 'echo one; echo two'
  timeout "$LIMIT" "$RUNP_SUITE/companion" terminal "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID" \
    </dev/null >"$WORK/console" 3>&-
  equal "$(od -An -c "$WORK/console" | tr -d ' \n')" 'one\r\ntwo\r\n'
}

@test "a terminal that is sent over a socket keeps its settings" {
  arguments busybox stty -a
  with_terminal
  ok start "$ID"
  report onlcr
  if grep -qE -e '-(onlcr|opost)' <<<"$output"; then return 1; fi
}

@test "a terminal's output that nobody reads keeps no signal from being passed on" {
  runp_only "they relay a terminal only"
  running
  mkfifo "$WORK/full"
  sleep 60 <>"$WORK/full" 3>&- 4>&- &
  BACKGROUND+=($!)
  "$RUNTIME" --root "$STATE" exec -t "$ID" busybox yes </dev/null >"$WORK/full" 2>/dev/null 3>&- 4>&- &
  local relay=$!
  BACKGROUND+=("$relay")
  eventually writes_on
  sleep 0.3
  kill -TERM "$relay"
  eventually eval '! writes_on'
  # What it has written is for somebody, until told otherwise.
  kill -0 "$relay"
  kill -TERM "$relay"
  eventually eval '! kill -0 $relay'
}

writes_on() { runtime exec "$ID" ps -o args | grep '^busybox yes'; }

@test "exec -t ends with its program, whoever goes on writing" {
  runp_only "they relay a terminal only"
  running
  local status=0
  timeout -k 1 "$LIMIT" "$RUNTIME" --root "$STATE" exec -t "$ID" sh -c \
    'trap "" HUP; while echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; do :; done & sleep 0.2; exit 3' \
    </dev/null >/dev/null 2>&1 3>&- 4>&- || status=$?
  equal "$status" 3
}

@test "exec -t goes on without an input or an output" {
  runp_only "they relay a terminal only"
  running
  local status=0
  runtime exec -t "$ID" sh -c 'cat; exit 4' <&- >"$WORK/console" 3>&- || status=$?
  equal "$status" 4
  status=0
  runtime exec -t "$ID" sh -c 'echo lost; exit 5' </dev/null >&- 3>&- || status=$?
  equal "$status" 5
}

@test "exec -t goes on when its terminal cannot be asked whether it is read" {
  runp_only "they relay a terminal only"
  running
  # After what it takes to set the terminal up.
  rt_with ioctl:error=EIO:when=9+ exec -t "$ID" sh -c 'echo over; sleep 0.5; exit 6'
  says over
  if [ "$status" -ne 6 ]; then tell "should end with 6"; return 1; fi
}

@test "a signal for a program that has just ended is nobody's" {
  runp_only "they call others for it"
  running
  "$RUNTIME" --root "$STATE" exec "$ID" true </dev/null 3>&- 4>&-
  mkfifo "$WORK/held"
  timeout -k 1 "$LIMIT" strace -f -o /dev/null -e trace=pidfd_send_signal \
    -e inject=pidfd_send_signal:error=ESRCH "$RUNTIME" --root "$STATE" exec "$ID" \
    sh -c 'echo up >/tmp/up; sleep 1; exit 7' </dev/null >/dev/null 2>&1 3>&- 4>&- &
  local tracer=$! status=0
  eventually test -e "$BUNDLE/rootfs/tmp/up"
  kill -USR1 "$(pgrep -P "$(pgrep -P "$tracer")" | head -n 1)"
  wait "$tracer" || status=$?
  equal "$status" 7
}
