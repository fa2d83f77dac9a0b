#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

@test "state goes through created, running and stopped" {
  arguments /bin/probe hang
  create
  has_status "$ID" created
  ok start "$ID"
  has_status "$ID" running
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
}

@test "state has what the spec asks for" {
  config '.annotations = {"org.example.key": "value", "empty": ""}'
  running
  ok state "$ID"
  equal "$errors" ""
  jq -e --arg id "$ID" --arg b "$BUNDLE" \
    '.id == $id and .bundle == $b and .status == "running" and (.pid | type) == "number"' \
    <<<"$output"
  jq -e '.ociVersion | test("^1\\.[0-9]+\\.[0-9]+")' <<<"$output"
  jq -e '.annotations["org.example.key"] == "value" and .annotations.empty == ""' <<<"$output"
}

@test "state has what runc's has beyond that" {
  running
  ok state "$ID"
  jq -e --arg r "$BUNDLE/rootfs" '.rootfs == $r and .owner == ""' <<<"$output" || is_crun
  jq -e '.created | test("^20[0-9-]+T[0-9:.]+Z$")' <<<"$output"
}

@test "created is a time, and now" {
  create
  local created
  created=$(date -d "$(state_of "$ID" .created)" +%s)
  [ $(($(date +%s) - created)) -le 5 ]
}

@test "the pid is that of the process, as the caller counts" {
  running
  equal "$(tr '\0' ' ' <"/proc/$(pid_of)/cmdline")" "/bin/probe hang "
}

@test "a stopped container has no pid" {
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  equal "$(state_of "$ID" '.pid // 0')" 0
}

@test "a container whose init is a zombie has stopped" {
  arguments /bin/probe hang
  cat >"$WORK/engine" <<SH
"$RUNTIME" --root "$STATE" create --bundle "$BUNDLE" "$ID" >/dev/null
"$RUNTIME" --root "$STATE" start "$ID"
"$RUNTIME" --root "$STATE" kill "$ID" KILL
for i in 1 2 3 4 5 6 7 8 9; do
  "$RUNTIME" --root "$STATE" state "$ID" | grep status >"$WORK/status"
  grep -q stopped "$WORK/status" && exit
  sleep 0.1
done
SH
  # The shell is the parent of the orphan here, and does not reap while it runs.
  timeout "$LIMIT" "$RUNP_SUITE/companion" careless sh "$WORK/engine" </dev/null >/dev/null 2>&1 3>&-
  grep -q stopped "$WORK/status"
}

@test "a pid that has gone to another process is not taken for the container's" {
  arguments /bin/probe hang
  create
  local pid
  pid=$(pid_of)
  kill_init
  eventually test ! -d "/proc/$pid"
  # Makes the next process take the number the container had.
  echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid
  background "$WORK/other" sleep 30
  equal "${BACKGROUND[0]}" "$pid"
  has_status "$ID" stopped
  rt kill "$ID" KILL
  [ -d "/proc/$pid" ]
  rt delete --force "$ID"
  [ -d "/proc/$pid" ]
}

@test "state of an id that nobody has says that it does not exist" {
  refused state "$ID"
  equal "$status" 1
  says 'does not exist'
  runp_says "container does not exist"
}

@test "state without an id is a usage error" {
  refused state
}

@test "annotations that are absent do no harm" {
  create
  equal "$(state_of "$ID" '.annotations // {} | length')" 0
}
