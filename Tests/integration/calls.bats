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

# How many calls a command makes.
count() {
  traced all "$@"
  wc -l <"$WORK/calls"
}

# Containers that are there in name: their processes have gone.
listed() {
  local n
  for n in "$@"; do
    mkdir "$STATE/$ID-$n"
    jq -c --arg i "$ID-$n" '.id = $i' "$STATE/$ID/state.json" | tr -d '\n' >"$STATE/$ID-$n/state.json"
  done
}

@test "a list takes seven calls for a created container, and is linear" {
  create
  local one two ids
  one=$(count list)
  ids=$(count list -q)
  listed {10..19}
  two=$(count list)
  # Memory aside, and what is written is longer.
  echo "$one $two, $ids $(count list -q)" >&2
  [ $((two - one)) -le 73 ]
  [ $(($(count list -q) - ids)) -le 43 ]
  traced openat,openat2,pread64 list -q
  equal "$(grep -c '/proc/[0-9]*/stat' "$WORK/calls")" 0
  rm -r "$STATE/$ID"-*
}

@test "a list does not hold on to what it has looked at" {
  running
  listed {10..60}
  equal "$(timeout "$LIMIT" bash -c 'ulimit -n 16; "$@"' - "$RUNTIME" --root "$STATE" list 3>&- 4>&- | grep -c running)" 52
  rm -r "$STATE/$ID"-*
}

@test "a list of what it does not know at once is as complete" {
  create
  local as_written
  as_written=$(runtime list -f json)
  # The same, not as runp writes it.
  jq . "$STATE/$ID/state.json" >"$WORK/state.json"
  cp "$WORK/state.json" "$STATE/$ID/state.json"
  equal "$(runtime list -f json)" "$as_written"
  equal "$(runtime list -q)" "$ID"
  chmod 1777 "$STATE"
  equal "$(runtime list -f json)" "$as_written"
  chmod 755 "$STATE"
}

@test "a container waits to be started as long as it has executed nothing" {
  arguments /bin/busybox sh -c 'printf "runp:[INIT]" >/proc/self/comm; while :; do /bin/busybox sleep 1; done'
  create
  equal "$(state_of "$ID")" created
  ok start "$ID"
  local process
  process=$(pid_of)
  eventually grep -q INIT "/proc/$process/comm"
  # What a start that was killed may have left.
  : >"$STATE/$ID/start.sock"
  equal "$(state_of "$ID")" running
  equal "$(runtime list | awk 'NR == 2 { print $3 }')" running
}

@test "run looks at its first process while that is at work, and not at its end" {
  traced openat,sendmsg,recvmsg,pread64,exit_group run --bundle "$BUNDLE" "$ID"
  local own first
  own=$(head -n 1 "$WORK/calls" | cut -d' ' -f1)
  # Its own, and the first process's between its two orders. What it looks at because
  # it has waited for long, on a busy machine, is no part of it.
  grep "^$own .*\(/stat\"\|sendmsg(.*\\\\1\"\|recvmsg.*EAGAIN\)" "$WORK/calls" |
    awk '/EAGAIN/ { waited = 1; next } waited && /stat/ { waited = 0; next } { print }' >"$WORK/own"
  cat "$WORK/own" >&2
  first=$(grep -oE 'openat\(.*"/proc/[0-9]+/stat"' "$WORK/own" | grep -v "/$own/" | wc -l)
  equal "$first" 1
  equal "$(grep -n 'sendmsg' "$WORK/own" | head -n 1 | cut -d: -f1)" 2
  grep -m 1 -A 1 sendmsg "$WORK/own" | tail -n 1 | grep -q /stat
}

@test "delete reads the state once" {
  create
  traced openat,openat2 delete "$ID"
  equal "$(grep -c 'state\.json' "$WORK/calls")" 1
}

@test "pod list -q does not look at the containers of pods" {
  config 'del(.hostname) | del(.linux.cgroupsPath)'
  jq -n --arg i "$ID" --arg c "$CGROUP_PARENT/pod" '{podVersion: "0.1.0", linux: {cgroupsPath: $c},
    containers: [{id: $i, bundle: "bundle"}]}' >pod.json
  ok pod create -f pod.json "$ID-pod"
  ok pod list -q
  equal "$output" "$ID-pod"
  traced openat,openat2 pod list -q
  equal "$(grep -cE "/proc/[0-9]+/stat|members|${STATE}/${ID}[/\"]" "$WORK/calls")" 0
  ok pod delete --force "$ID-pod"
}

@test "the hierarchy of cgroups is found without opening it" {
  running
  traced openat,statfs state "$ID"
  grep -q "statfs(\"$RUNP_CGROUP2/\"" "$WORK/calls"
  equal "$(grep -c "openat(.*\"$RUNP_CGROUP2\"" "$WORK/calls")" 0
}
