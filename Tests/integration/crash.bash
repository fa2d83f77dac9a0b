# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Killing a command of the runtime at one of its system calls, for crash*.bats.
#
# MOMENTS        at how many of them a command is killed; a test may set it
# RUNP_CRASH=all at every one instead (make crash)
#
#   measure ARGS         notes the system calls that a command makes
#   moments              lists them, or a sample of those with which it changes
#                        something, as NAME:NTH
#   killed_at CALL ARGS  runs a command and kills it at such a call: sets killed
#   failed_at CALL ARGS  runs a command of which such a call fails: sets status,
#                        output and errors

MOMENTS=20
# Killed commands of a test, and commands that were run.
kills=0
runs=0

prepare() { runp_only "not asked of it"; }

# Braces: the shell has a word to say about whoever is killed.
traced() {
  { timeout -k 5 "$LIMIT" strace -o "$1" "${@:2}" >/dev/null 2>&1 </dev/null 3>&- 4>&-; } 2>/dev/null
}

measure() {
  traced "$WORK/trace" "$RUNTIME" --root "$STATE" "$@" || true
  # Names that strace does not know again, and its notes, are left out.
  sed -nE 's/^([a-z][a-z0-9_]*)\(.*/\1/p' "$WORK/trace" |
    awk '{ seen[$1]++; print $1 ":" seen[$1] }' >"$WORK/calls"
  [ -s "$WORK/calls" ]
}

CHANGING="mkdirat|symlinkat|openat|rename.*|mount|umount2|move_mount|open_tree|mount_setattr|clone.*|write"
CHANGING+="|flock|f?chmod.*|f?chown.*|unlinkat|f?setxattr|bind|connect|sendmsg|pidfd_send_signal|ioctl|bpf"

moments() {
  if [ "${RUNP_CRASH:-}" = all ]; then
    cat "$WORK/calls"
  else
    # After the execution of the sealed copy, which has made nothing.
    awk -v n="$MOMENTS" -v changing="^($CHANGING):" '
      /^execve/ { count = 0 }
      $0 ~ changing { call[++count] = $0 }
      END { if (n > count) n = count; for (i = 1; i <= n; i++) print call[int(count * i / n)] }' "$WORK/calls"
  fi
}

# --with-children: its children are killed, each at its own call of that number.
killed_at() {
  local options=() call
  if [ "$1" = --with-children ]; then
    options=(-f)
    shift
  fi
  call=$1
  shift
  killed=0
  traced /dev/null "${options[@]}" -e "inject=${call%:*}:signal=KILL:when=${call#*:}" \
    "$RUNTIME" --root "$STATE" "$@" || killed=$?
  runs=$((runs + 1))
  if [ "$killed" = 137 ]; then kills=$((kills + 1)); fi
}

failed_at() {
  local call=$1
  shift
  status=0
  timeout -k 5 "$LIMIT" strace -o /dev/null -e "inject=${call%:*}:error=EIO:when=${call#*:}" \
    "$RUNTIME" --root "$STATE" "$@" >"$WORK/failed.out" 2>"$WORK/failed.err" </dev/null 3>&- 4>&- || status=$?
  output=$(cat "$WORK/failed.out") errors=$(cat "$WORK/failed.err")
}

# Fails unless most of the runs were killed: how many calls there are varies.
killed_most() {
  echo "$kills of $runs were killed" >&2
  [ "$runs" -gt 0 ] && [ "$kills" -ge $((runs / 2)) ]
}

# The processes of the killed command may take a moment to go.
nothing_runs() {
  local tries left
  for tries in {1..200}; do
    left=$(strays)
    if [ -z "$left" ]; then break; fi
    sleep 0.02
  done
  if [ -n "$left" ]; then
    echo "$1: processes are left after $tries looks:" >&2
    for left in $left; do tr '\0' ' ' <"/proc/$left/cmdline" >&2; done
    return 1
  fi
}

# After a crash at $1: all commands answer, delete makes a container whole, and
# its ID is free.
whole_again() {
  rt state "$ID"
  differ "$status" 124
  rt list
  if [ "$status" -ne 0 ]; then tell "list after $1"; return 1; fi
  if ! ok delete --force "$ID"; then echo "killed at $1" >&2; return 1; fi
  all_gone "$1"
  nothing_runs "$1"
  if ! ok run --bundle "$BUNDLE" "$ID"; then echo "killed at $1" >&2; return 1; fi
}

# The same for a pod.
pod_whole_again() {
  rt pod state "$POD"
  differ "$status" 124
  rt pod list
  if [ "$status" -ne 0 ]; then tell "pod list after $1"; return 1; fi
  if ! ok pod delete --force "$POD"; then echo "killed at $1" >&2; return 1; fi
  all_gone "$1"
  nothing_runs "$1"
}
