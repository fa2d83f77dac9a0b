#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What the caller leaves behind, on purpose or not: environment, working
# directory, terminal, signals, masks. Only what it says counts.

load helpers

# --- what the language's runtime and the libraries do by themselves ----------

# A program where the Swift runtime would look for the one that reports crashes.
swift_backtrace() {
  printf '#!/bin/sh\n: >%s\n' "$2" >"$1/swift-backtrace"
  chmod 755 "$1/swift-backtrace"
}

# The signals that a process has handlers for.
caught() { sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status"; }

# The process that runs a command of the runtime, once it is sealed.
runtime_pid() { pgrep -f -- "--root $STATE $1" | while read -r p; do
  case $(cat "/proc/$p/comm") in runp | crun | runc | /) echo "$p" && break ;; esac
done; }
runs_in_background() { [ -n "$(runtime_pid "$1")" ]; }

@test "a crash of the runtime executes nothing from the caller's directory" {
  runp_only "it is not in Swift"
  swift_backtrace "$WORK" "$WORK/executed"
  arguments /bin/probe hang
  local how pid
  for how in plain terminal; do
    if [ "$how" = terminal ]; then
      background "$WORK/run" "$RUNP_SUITE/companion" terminal "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID"
    else
      SWIFT_BACKTRACE=enable=yes,color=no background "$WORK/run" \
        "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID"
    fi
    eventually has_status "$ID" running
    pid=$(runtime_pid run)
    kill -SEGV "$pid"
    eventually [ ! -d "/proc/$pid/root/proc" ]
    [ ! -e "$WORK/executed" ]
    ok delete --force "$ID"
  done
}

@test "a container that crashes who comes in has nothing of its own executed" {
  # It is looked for where the caller is, and executed where the process is.
  swift_backtrace "$WORK" "$WORK/executed"
  swift_backtrace "$BUNDLE/rootfs" /executed
  # As in an engine's default, and without a filter.
  config '.process.noNewPrivileges = false'
  arguments /bin/probe ambush 11 6000
  create
  ok start "$ID"
  eventually grep -q ambush "${LOGS[$ID]}"
  local i
  for i in {1..20}; do
    SWIFT_BACKTRACE=enable=yes timeout 5 "$RUNTIME" --root "$STATE" exec "$ID" /bin/true \
      </dev/null >/dev/null 2>&1 3>&- || true
    timeout 5 "$RUNP_SUITE/companion" terminal "$RUNTIME" --root "$STATE" exec "$ID" /bin/true \
      </dev/null >/dev/null 2>&1 3>&- || true
    [ ! -e "$BUNDLE/rootfs/executed" ]
    [ ! -e "$WORK/executed" ]
  done
}

@test "no process of the runtime has a handler for a crash" {
  runp_only "Go's runtime has some"
  swift_backtrace "$WORK" "$WORK/executed"
  export SWIFT_BACKTRACE=enable=yes
  arguments /bin/probe hang
  create
  equal "$(caught "$(pid_of)")" 0000000000000000
  ok delete --force "$ID"
  background "$WORK/run" "$RUNP_SUITE/companion" terminal "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID"
  eventually has_status "$ID" running
  equal "$(caught "$(runtime_pid run)")" 0000000000000000
  background "$WORK/exec" "$RUNP_SUITE/companion" terminal "$RUNTIME" --root "$STATE" exec "$ID" /bin/sleep 60
  eventually runs_in_background exec
  equal "$(caught "$(runtime_pid exec)")" 0000000000000000
}

# Calls that name files, without numbers and addresses.
files_of() {
  strace -s 200 -o "$WORK/calls" -e trace=%file,ioctl,openat "$@" >"$WORK/said" 2>&1 </dev/null 3>&- 4>&-
  sed -E 's/0x[0-9a-f]+|[0-9]+/N/g; /^execve/d' "$WORK/calls"
  sed 's/^/said /' "$WORK/said"
}

@test "nothing of the environment has the libraries read a file or say a word" {
  runp_only "about its libraries"
  if ! strace -o /dev/null true 2>/dev/null; then skip "strace is not here"; fi
  running
  local command riddles
  # shellcheck disable=SC2054
  riddles=(
    SWIFT_DEBUG_HELP=YES SWIFT_BACKTRACE=enable=yes,swift-backtrace=./swift-backtrace,preset=full
    SWIFT_ROOT=. SWIFT_DEBUG_LIB_PRESPECIALIZED_PATH=./lib.so SWIFT_DETERMINISTIC_HASHING=1
    SWIFT_DUMP_ACCESSIBLE_FUNCTIONS=1 SWIFT_NO_SUCH_VARIABLE=1 SWIFT_BINARY_COMPATIBILITY_VERSION=x
    GLIBC_TUNABLES=glibc.malloc.check=3:glibc.malloc.perturb=7:glibc.malloc.tcache_count=0
    MALLOC_CHECK_=3 MALLOC_PERTURB_=165 MALLOC_ARENA_MAX=1 MALLOC_TOP_PAD_=1 MALLOC_TRACE=./trace
    LD_PRELOAD=./lib.so LD_LIBRARY_PATH=. 'LD_AUDIT=./lib.so' LD_DEBUG=all LD_DEBUG_OUTPUT=./debug
    LD_SHOW_AUXV=1 LD_PROFILE=libc.so.6 LD_BIND_NOW=1 LD_ORIGIN_PATH=. GCONV_PATH=. LOCPATH=. NLSPATH=./%N
    LANG=de_DE.UTF-8 LC_ALL=xx_XX TZ=:./zone TZDIR=. POSIXLY_CORRECT=1 GETCONF_DIR=. RES_OPTIONS=debug
    HOSTALIASES=./hosts LOCALDOMAIN=x TMPDIR=. GLIBCXX_TUNABLES=glibcxx.eh_pool.obj_count=1
  )
  for command in --version features list "state $ID" "kill $ID 0"; do
    # shellcheck disable=SC2086
    files_of env -i "$RUNTIME" --root "$STATE" $command >"$WORK/clean"
    # shellcheck disable=SC2086
    files_of env -i "${riddles[@]}" "$RUNTIME" --root "$STATE" $command >"$WORK/riddles"
    diff "$WORK/clean" "$WORK/riddles" >&2
  done
  timeout "$LIMIT" env -i "${riddles[@]}" "$RUNTIME" --root "$STATE" exec "$ID" /bin/env >"$WORK/inside" 2>&1 3>&-
  equal "$(sort "$WORK/inside")" "$(printf 'HOME=/root\nPATH=/usr/bin:/bin')"
}
