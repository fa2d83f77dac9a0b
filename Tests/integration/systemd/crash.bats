#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Commands killed between the messages by which they speak with systemd and with
# the container's first process: `delete --force` leaves no unit of theirs. A
# sample of the moments, or all with RUNP_CRASH=all.

load systemd
load ../crash

prepare() {
  config 'del(.linux.cgroupsPath)'
  UNIT=runp-$ID.scope
  arguments /bin/probe hang
}

# Of all calls, those with which something is said, or heard, or waited for.
CHANGING="connect|sendmsg|recvmsg|p?poll"
MOMENTS=6

# Kills a command at each of those moments, of a container that is made for it:
# killed_throughout MAKE ARGS...
killed_throughout() {
  local make=$1 call
  shift
  "$make"
  measure --systemd-cgroup "$@"
  cleared "all of $1"
  if [ "${RUNP_CRASH:-}" = all ]; then MOMENTS=10000; fi
  for call in $(RUNP_CRASH='' moments); do
    "$make"
    killed_at "$call" --systemd-cgroup "$@"
    cleared "$call of $1"
  done
  killed_most
}

cleared() {
  if ! ok delete --force "$ID"; then echo "after $1" >&2; return 1; fi
  if ! unit_is_gone; then echo "after $1" >&2; return 1; fi
}

unit_is_gone() { gone "$ID" && eventually no_units && eventually no_strays; }
no_strays() { [ -z "$(strays)" ]; }
nothing() { :; }

@test "delete --force leaves no unit of a create that was killed" {
  killed_throughout nothing create --bundle "$BUNDLE" "$ID"
}

@test "delete --force leaves no unit of a run that was killed" {
  killed_throughout nothing run --detach --bundle "$BUNDLE" "$ID"
}

@test "delete --force leaves no unit of a container whose start was killed" {
  killed_throughout create start "$ID"
}

@test "delete --force leaves no unit of a container whose update was killed" {
  killed_throughout create update --pids-limit 20 --memory 67108864 "$ID"
}

@test "delete --force leaves no unit of a container whose deletion was killed" {
  killed_throughout running delete --force "$ID"
}

@test "pod delete --force leaves no unit of a pod create that was killed" {
  echo '{"podVersion": "0.1.0", "linux": {"resources": {"pids": {"limit": 50}}}}' >"$WORK/pod.json"
  cleared() {
    if ! ok pod delete --force "$ID"; then echo "after $1" >&2; return 1; fi
    all_gone "$1"
    if ! eventually no_units; then echo "after $1" >&2; return 1; fi
  }
  killed_throughout nothing pod create -f "$WORK/pod.json" "$ID"
}
