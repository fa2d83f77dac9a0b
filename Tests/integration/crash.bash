# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Killing a command of the runtime at one of its system calls, for crash*.bats.
#
# MOMENTS        at how many of them a command is killed; a test may set it
# RUNP_CRASH=all at every one instead (make crash)
#
#   measure ARGS         notes the system calls that a command makes
#   moments              lists them, or a sample, as NAME:NTH
#   killed_at CALL ARGS  runs a command and kills it at such a call: sets killed

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

moments() {
  if [ "${RUNP_CRASH:-}" = all ]; then
    cat "$WORK/calls"
  else
    # After the execution of the sealed copy, which has made nothing.
    awk -v n="$MOMENTS" '{ call[NR] = $0; if ($0 ~ /^execve/) from = NR }
      END { for (i = 1; i <= n; i++) print call[from + int((NR - from) * i / n)] }' "$WORK/calls"
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
  left=$(awk -v at="$WORK/" 'index($5, at) == 1 { print $5 }' /proc/self/mountinfo)
  if [ -n "$left" ]; then echo "$1: mounts are left: $left" >&2; return 1; fi
}

# After a crash at $1: all commands answer, delete makes a container whole, and
# its ID is free.
whole_again() {
  rt state "$ID"
  differ "$status" 124
  rt list
  if [ "$status" -ne 0 ]; then tell "list after $1"; return 1; fi
  if ! ok delete --force "$ID"; then echo "killed at $1" >&2; return 1; fi
  if [ -e "$STATE/$ID" ]; then echo "$1: there is still state" >&2; return 1; fi
  if [ -d "$RUNP_CGROUP2$CGROUP_PARENT/$ID" ]; then echo "$1: there is still a cgroup" >&2; return 1; fi
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
  local left
  left=$(find "$STATE" -mindepth 1 -maxdepth 2 ! -path "$STATE/pods" ! -path "$STATE/*cache*" ! -path "$STATE/seccomp*")
  if [ -n "$left" ]; then echo "$1: there is still $left" >&2; return 1; fi
  left=$(find "$RUNP_CGROUP2$CGROUP_PARENT" -mindepth 1 -type d)
  if [ -n "$left" ]; then echo "$1: there is still the cgroup $left" >&2; return 1; fi
  nothing_runs "$1"
}
