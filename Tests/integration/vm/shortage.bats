#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Memory that is too little for the container to be made, or entered.

load ../helpers

prepare() { LIMIT=120; }

# Whatever is too little: it works, or it is said that memory was short.
works_or_says() {
  rt "$@"
  if [ "$status" = 0 ]; then return 0; fi
  if [ "$status" = 124 ]; then tell "does not end: $*"; return 1; fi
  says 'OOM-killed|memory' || return
  short=$((short + 1))
}

@test "with too little memory create and run say so, however far they get" {
  peer_falls_short crun "its messages are others"
  peer_falls_short runc "it says so in some places only"
  local bytes short=0
  for bytes in 4096 65536 131072 262144 393216 524288 786432 1048576 1572864; do
    config --argjson m "$bytes" '.linux.resources.memory = {limit: $m, swap: $m}'
    works_or_says create --bundle "$BUNDLE" "$ID"
    rt delete --force "$ID"
    gone "$ID"
    rt run --bundle "$BUNDLE" "$ID"
    # A program that was executed tells by its status alone.
    if [ "$status" != 0 ] && [ "$status" != 137 ]; then says 'OOM-killed|memory'; fi
    gone "$ID"
  done
  [ "$short" -ge 2 ]
}

@test "with too little memory a container that joins namespaces says so, too" {
  peer_falls_short crun "its messages are others"
  peer_falls_short runc "it says so in some places only"
  local bytes short=0
  without_namespace network
  unshare --net sleep 300 &
  BACKGROUND+=($!)
  eventually different_namespace "${BACKGROUND[0]}"
  with_namespace network "/proc/${BACKGROUND[0]}/ns/net"
  for bytes in 4096 65536 262144 524288; do
    config --argjson m "$bytes" '.linux.resources.memory = {limit: $m, swap: $m}'
    works_or_says create --bundle "$BUNDLE" "$ID"
    rt delete --force "$ID"
    gone "$ID"
  done
  [ "$short" -ge 1 ]
}

different_namespace() { [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
