#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# System calls that a command does without: each costs little, and there would be
# hundreds of them.

load helpers

prepare() {
  runp_only "it is about its system calls"
  if ! strace -o /dev/null true 2>/dev/null; then skip "strace is not here"; fi
}

# The calls of a command, with the files of their descriptors: traced CALLS ARGS.
traced() {
  timeout -k 5 "$LIMIT" strace -f -y -qqq -e signal=none -e trace="$1" -o "$WORK/calls" \
    "$RUNTIME" --root "$STATE" "${@:2}" </dev/null >"$WORK/said" 2>&1 3>&- 4>&-
}

@test "a control file of the kernel's is read in one call" {
  traced read,pread64,statx run --bundle "$BUNDLE" "$ID"
  grep -c 'cgroup\.[a-z_]*>' "$WORK/calls"
  equal "$(grep -E '/cgroup\.(events|controllers|subtree_control|freeze)>' "$WORK/calls" | grep -vc pread64)" 0
  # What has changed since is read anew; the end of none is asked for.
  equal "$(grep -E 'pread64.*/cgroup\.(events|controllers)>' "$WORK/calls" | grep -c '= 0$')" 0
}

@test "what is known of a file is not asked for again" {
  traced statx run --bundle "$BUNDLE" "$ID"
  equal "$(grep -c 'statx([0-9]*<.*/config.json>' "$WORK/calls")" 1
  local place=$RUNP_CGROUP2$CGROUP_PARENT/$ID
  # Once when it is made, and whenever it is opened later.
  traced statx,openat run --bundle "$BUNDLE" "$ID"
  equal "$(grep -c "statx([0-9]*<$place>" "$WORK/calls")" "$(grep -c "openat(.*O_DIRECTORY.*<$place>\$" "$WORK/calls")"
}

@test "devices are made under one mask, in the directory that is open" {
  traced umask,openat2,mknodat run --bundle "$BUNDLE" "$ID"
  equal "$(grep -c 'mknodat(.*S_IFCHR' "$WORK/calls")" 6
  equal "$(grep -c 'umask(000)' "$WORK/calls")" 1
  equal "$(grep -c 'openat2([0-9]*<.*>, "\."' "$WORK/calls")" 0
}
