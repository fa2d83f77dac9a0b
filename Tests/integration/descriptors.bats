#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

# Runs the runtime with N descriptors more: with_descriptors N [--listen] ARGS.
with_descriptors() {
  local given=("$1") status=0
  shift
  if [ "$1" = --listen ]; then
    given+=(--listen)
    shift
  fi
  timeout "$LIMIT" "$RUNP_SUITE/companion" descriptors "${given[@]}" "$RUNTIME" --root "$STATE" "$@" \
    </dev/null >"$WORK/fds" 2>"$WORK/fds.err" || status=$?
  output=$(cat "$WORK/fds")
  if [ "$status" -ne 0 ]; then cat "$WORK/fds.err" >&2; fi
  return "$status"
}

@test "the process has its stdio and no other descriptor" {
  probe fds
  is fds 0,1,2
}

@test "descriptors of the caller do not come along" {
  arguments /bin/probe fds
  with_descriptors 5 run --bundle "$BUNDLE" "$ID"
  is fds 0,1,2
}

@test "nor do they after create and start" {
  arguments /bin/probe fds
  exec 7<"$BUNDLE/config.json" 8<"$BUNDLE"
  create
  ok start "$ID"
  exec 7<&- 8<&-
  eventually grep -q '^fds=' "${LOGS[$ID]}"
  output=$(log)
  is fds 0,1,2
}

@test "a created container's init holds nothing of the host but what it needs" {
  arguments /bin/probe fds
  create
  local fd target
  for fd in "/proc/$(pid_of)/fd/"*; do
    target=$(readlink "$fd") || continue
    case $target in
    /dev/null | pipe:* | socket:* | anon_inode:* | "$WORK"/out.* | "$WORK"/err.* | *fifo* | /proc/* | /) ;;
    # A directory of a detached procfs, by its name there.
    /*/task/*) ;;
    "$STATE"/*) ;;
    *)
      if [ -d "$fd" ]; then
        echo "init holds the directory $target" >&2
        return 1
      fi
      ;;
    esac
  done
}

@test "--preserve-fds passes so many on, by their numbers" {
  arguments /bin/probe fds
  with_descriptors 5 run --preserve-fds 3 --bundle "$BUNDLE" "$ID"
  is fds 0,1,2,3,4,5
  like fd.3 given-3
  like fd.5 given-5
}

# What podman --preserve-fd asks for: one number, whatever is before it.
@test "--preserve-fds passes what is open, and only that: run" {
  peer_falls_short runc "it passes some of its own where there are none"
  arguments /bin/probe fds
  with_descriptors 6,3,4,7 run --preserve-fds 6 --bundle "$BUNDLE" "$ID"
  is fds 0,1,2,5,6,8
  like fd.5 given-5
  like fd.8 given-8
}

@test "--preserve-fds passes what is open, and only that: create" {
  peer_falls_short runc "it wants every one of them"
  arguments /bin/sh -c '/bin/probe fds >/fds'
  with_descriptors 3,3,4 create --preserve-fds 6 --bundle "$BUNDLE" "$ID"
  # While it waits, too: nothing of the host is where there was nothing.
  local fd
  for fd in "/proc/$(pid_of)/fd/"*; do
    if [ -d "$fd" ] && is_runp; then echo "$fd is $(readlink "$fd")" >&2; return 1; fi
  done
  ok start "$ID"
  eventually has_status "$ID" stopped
  output=$(cat "$BUNDLE/rootfs/fds")
  is fds 0,1,2,5
}

@test "--preserve-fds passes what is open, and only that: exec" {
  peer_falls_short runc "it passes some of its own where there are none"
  running
  with_descriptors 4,3,5 exec --preserve-fds 5 "$ID" /bin/probe fds
  is fds 0,1,2,4,6
}

@test "--preserve-fds that is no number is refused" {
  refused create --preserve-fds many --bundle "$BUNDLE" "$ID"
}

@test "LISTEN_FDS of the caller reach the process, with its own LISTEN_PID" {
  peer_falls_short crun "it passes the descriptors and not their number"
  arguments /bin/probe fds -- env
  with_descriptors 2 --listen run --bundle "$BUNDLE" "$ID"
  is fds 0,1,2,3,4
  is env.LISTEN_FDS 2
  is env.LISTEN_PID 1
}

@test "LISTEN_FDS and --preserve-fds add up" {
  arguments /bin/probe fds -- env
  with_descriptors 3 --listen run --preserve-fds 1 --bundle "$BUNDLE" "$ID" || {
    # Three are listening, and there is no fourth.
    grep -q 'fd' "$WORK/fds.err"
    return 0
  }
  like fds '^0,1,2,3,4,5'
}

@test "LISTEN_FDS for another process are not passed on" {
  peer_falls_short crun "it does not look at LISTEN_PID"
  arguments /bin/probe fds
  export LISTEN_FDS=2 LISTEN_PID=1
  local status=0
  timeout "$LIMIT" "$RUNP_SUITE/companion" descriptors 2 "$RUNTIME" --root "$STATE" \
    run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/fds" 2>&1 || status=$?
  unset LISTEN_FDS LISTEN_PID
  equal "$status" 0
  output=$(cat "$WORK/fds")
  is fds 0,1,2
}

@test "the runtime works with its stdio closed" {
  arguments /bin/probe hang
  timeout "$LIMIT" "$RUNTIME" --root "$STATE" create --bundle "$BUNDLE" "$ID" <&- >&- 2>&-
  has_status "$ID" created
  timeout "$LIMIT" "$RUNTIME" --root "$STATE" start "$ID" <&- >&- 2>&-
  has_status "$ID" running
}

@test "after many containers the host has as many descriptors as before" {
  local before after i
  before=$(cut -f1 /proc/sys/fs/file-nr)
  for i in {1..20}; do
    create
    ok start "$ID"
    ok delete --force "$ID"
  done
  after=$(cut -f1 /proc/sys/fs/file-nr)
  # The kernel counts in steps, and other programs run as well.
  [ $((after - before)) -lt 500 ]
}
