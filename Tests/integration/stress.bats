#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The whole life many times over, and many lives at once.

load helpers

prepare() { export RUNTIME STATE; }

# One life; its errors stand in the file $2.
life() {
  "$RUNTIME" --root "$STATE" create --bundle "$1" "$3" &&
    "$RUNTIME" --root "$STATE" start "$3" &&
    "$RUNTIME" --root "$STATE" kill "$3" KILL &&
    until "$RUNTIME" --root "$STATE" state "$3" | grep -q '"stopped"'; do sleep 0.01; done &&
    "$RUNTIME" --root "$STATE" delete "$3"
} </dev/null >/dev/null 2>"$2" 3>&- 4>&-

@test "200 lives, one after another, and nothing is left" {
  arguments /bin/probe hang
  local i mounts files
  mounts=$(wc -l </proc/self/mountinfo)
  for i in {1..200}; do
    if ! life "$BUNDLE" "$WORK/life.err" "$ID"; then
      echo "life $i: $(cat "$WORK/life.err")" >&2
      return 1
    fi
    if [ -e "$STATE/$ID" ] || [ -d "$RUNP_CGROUP2$CGROUP_PARENT/$ID" ]; then
      echo "life $i has left something" >&2
      return 1
    fi
  done
  equal "$(wc -l </proc/self/mountinfo)" "$mounts"
}

@test "20 lives at once, and nothing is left" {
  arguments /bin/probe hang
  local i pids=() first=$ID failed=0
  for i in {1..20}; do
    new_bundle "bundle-$i" "$first-$i"
    arguments /bin/probe hang
    timeout 60 bash -c "$(declare -f life); life \"\$@\"" life "$BUNDLE" "$WORK/life.$i" "$first-$i" 3>&- 4>&- &
    pids+=($!)
  done
  for i in {1..20}; do
    if ! wait "${pids[i - 1]}"; then
      echo "life $i: $(cat "$WORK/life.$i")" >&2
      failed=1
    fi
  done
  equal "$failed" 0
  equal "$(ls "$STATE")" ""
}

@test "20 lives at once from one bundle" {
  # One cgroup each, of the runtime's own choice.
  if is_crun; then skip "crun: cgroupsPath absent is too dangerous to try"; fi
  arguments /bin/probe hang
  config 'del(.linux.cgroupsPath)'
  local i pids=() failed=0
  for i in {1..20}; do
    timeout 60 bash -c "$(declare -f life); life \"\$@\"" life "$BUNDLE" "$WORK/life.$i" "$ID-$i" 3>&- 4>&- &
    pids+=($!)
  done
  for i in {1..20}; do
    if ! wait "${pids[i - 1]}"; then
      echo "life $i: $(cat "$WORK/life.$i")" >&2
      failed=1
    fi
  done
  equal "$failed" 0
  equal "$(ls "$STATE")" ""
}

@test "of many creates of one id at once, exactly one succeeds" {
  arguments /bin/probe hang
  local i pids=() good=0
  for i in {1..8}; do
    runtime create --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&- &
    pids+=($!)
  done
  for i in "${pids[@]}"; do if wait "$i"; then good=$((good + 1)); fi; done
  equal "$good" 1
  has_status "$ID" created
  ok start "$ID"
  has_status "$ID" running
}

@test "create and delete of one id at once never leave half a container" {
  arguments /bin/probe hang
  local round pids i
  for round in {1..15}; do
    pids=()
    runtime create --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&- &
    pids+=($!)
    sleep "0.0$((round % 4))$((round % 7))"
    runtime delete --force "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&- &
    pids+=($!)
    for i in "${pids[@]}"; do wait "$i" || true; done
    ok delete --force "$ID"
    gone "$ID"
  done
}
