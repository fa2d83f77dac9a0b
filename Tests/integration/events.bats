#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

prepare() { peer_falls_short crun "it has no events"; }

# Starts to follow a container's events, or a pod's, into a file, and waits for
# its first line: follow FILE COMMAND...
follow() {
  background "$@"
  eventually test -s "$1"
}
events() { echo "$RUNTIME" --root "$STATE" "$@"; }

ended() { ! kill -0 "$1" 2>/dev/null; }

@test "events --stats prints the counters once" {
  running
  ok events --stats "$ID"
  equal "$(wc -l <"$OUT")" 1
  equal "$(jq -r '.type, .id' <<<"$output" | xargs)" "stats $ID"
  jq -e '.data.cpu.usage | .kernel + .user > 0' <<<"$output"
  jq -e '.data.pids.current == 1' <<<"$output"
  jq -e '.data | has("memory") and has("blkio") and has("hugetlb") and has("network_interfaces")' <<<"$output"
}

@test "events --stats agrees with the cgroup's files" {
  arguments /bin/probe burn 200 -- hang
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  local before after
  before=$(awk '$1 == "user_usec" { print $2 }' "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cpu.stat")
  ok events --stats "$ID"
  after=$(awk '$1 == "user_usec" { print $2 }' "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cpu.stat")
  local user
  user=$(jq '.data.cpu.usage.user' <<<"$output")
  [ "$user" -ge $((before * 1000)) ]
  [ "$user" -le $((after * 1000)) ]
}

@test "events --stats has the pressure that the kernel tells of" {
  running
  [ -e "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cpu.pressure" ] || skip "the kernel keeps no account of pressure"
  ok events --stats "$ID"
  local kind
  for kind in cpu memory blkio; do
    jq -e --arg k "$kind" '.data[$k].psi.some | has("avg10") and has("avg60") and has("avg300") and (.total | type) == "number"' <<<"$output"
  done
}

@test "events has the counters of the container's network interfaces" {
  runp_only "runc has none"
  running
  ok events --stats "$ID"
  equal "$(jq -c '.data.network_interfaces | map(.Name)' <<<"$output")" '["lo"]'
  equal "$(jq -c '.data.network_interfaces[0] | keys_unsorted' <<<"$output")" \
    '["Name","RxBytes","RxPackets","RxErrors","RxDropped","TxBytes","TxPackets","TxErrors","TxDropped"]'
}

@test "events has none of the host's network interfaces" {
  without_namespace network
  running
  ok events --stats "$ID"
  equal "$(jq -c '.data.network_interfaces' <<<"$output")" null
}

@test "events prints the counters at each interval, until the container ends" {
  if ! grep -qw memory "$RUNP_CGROUP2/cgroup.controllers"; then
    peer_falls_short runc "without the memory controller it ends at once"
  fi
  running
  # shellcheck disable=SC2046
  follow "$WORK/events" $(events events --interval 100ms "$ID")
  eventually eval '[ "$(grep -c stats "$WORK/events")" -ge 3 ]'
  jq -e --arg id "$ID" '.type == "stats" and .id == $id' <<<"$(head -n 1 "$WORK/events")"
  ok kill "$ID" KILL
  eventually ended "${BACKGROUND[0]}"
  wait "${BACKGROUND[0]}"
}

@test "events tells of the end at once, whatever the interval" {
  peer_falls_short runc "it prints no such line"
  running
  # shellcheck disable=SC2046
  background "$WORK/events" $(events events --interval 1h "$ID")
  eventually eval 'ls -l /proc/${BACKGROUND[0]}/fd | grep -q cgroup.events'
  ok kill "$ID" KILL
  eventually ended "${BACKGROUND[0]}"
  equal "$(jq -r '.type, .id' "$WORK/events" | xargs)" "end $ID"
}

@test "events does nothing between its intervals" {
  runp_only "it is about its system calls"
  running
  background "$WORK/events" strace -qqq -o "$WORK/calls" -e trace=poll,read,pread64 "$RUNTIME" --root "$STATE" events --interval 1h "$ID"
  eventually grep -q 'poll(\[' "$WORK/calls"
  sleep 1
  equal "$(tail -n 1 "$WORK/calls" | grep -c '^poll(\[')" 1
  ok kill "$ID" KILL
  eventually ended "${BACKGROUND[0]}"
}

@test "events ends when its reader has gone" {
  running
  timeout "$LIMIT" "$RUNTIME" --root "$STATE" events --interval 50ms "$ID" 2>/dev/null 3>&- | head -n 1 | jq -e '.type == "stats"'
}

@test "events ends with a container whose other processes live on" {
  peer_falls_short runc "it waits for the last process"
  scattered
  # shellcheck disable=SC2046
  background "$WORK/events" $(events events --interval 1h "$ID")
  eventually eval 'ls -l /proc/${BACKGROUND[0]}/fd | grep -q cgroup.events'
  kill_init
  eventually ended "${BACKGROUND[0]}"
  ok delete --force "$ID"
}

@test "events of a paused and of a created container" {
  create
  ok events --stats "$ID"
  echo 1 >"$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.freeze"
  ok events --stats "$ID"
  echo 0 >"$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.freeze"
}

@test "events of a stopped container is refused" {
  running
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  refused events --stats "$ID"
  says "container with id $ID is not running"
  refused events "$ID"
  says "container with id $ID is not running"
}

@test "events of an id that nobody has says that it does not exist" {
  refused events --stats "$ID"
  says 'does not exist'
}

@test "events needs an interval that lasts" {
  running
  local interval
  for interval in 0 0s -1s 5 x 1x; do
    refused events --interval "$interval" "$ID"
  done
  refused events --interval=0s "$ID"
  says 'duration interval must be greater than 0'
}

@test "events of a container without a cgroup is refused" {
  runp_only "only crun knows disabled"
  arguments /bin/probe hang
  ok --cgroup-manager disabled create --bundle "$BUNDLE" "$ID"
  ok start "$ID"
  refused events --stats "$ID"
  says 'no cgroup'
}

@test "events of a pod has the pod's counters and those of its containers, and its end" {
  runp_only "no pods"
  local pod=p-${WORK##*.}
  ok pod create "$pod"
  config 'del(.linux.cgroupsPath) | del(.hostname)'
  arguments /bin/probe hang
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID-a"
  ok pod start "$pod"
  ok pod events --stats "$pod"
  equal "$(jq -c 'del(.data)' <<<"$output" | xargs -d '\n')" \
    "{\"type\":\"stats\",\"pod\":\"$pod\"} {\"type\":\"stats\",\"id\":\"$ID-a\",\"pod\":\"$pod\"}"
  # shellcheck disable=SC2046
  follow "$WORK/events" $(events pod events --interval 100ms "$pod")
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID-b"
  eventually grep -q "\"stats\",\"id\":\"$ID-b\"" "$WORK/events"
  ok kill "$ID-a" KILL
  eventually grep -qx "{\"type\":\"end\",\"id\":\"$ID-a\",\"pod\":\"$pod\"}" "$WORK/events"
  ok pod delete --force "$pod"
  eventually ended "${BACKGROUND[0]}"
  equal "$(tail -n 1 "$WORK/events")" "{\"type\":\"end\",\"pod\":\"$pod\"}"
}

# Follows a pod that holds nothing but its first container, until its watches are there.
follow_pod() {
  pod=p-${WORK##*.}
  ok pod create "$pod"
  config 'del(.linux.cgroupsPath) | del(.hostname)'
  background "$WORK/events" strace -qqq -o "$WORK/calls" -e trace=poll,read,pread64,inotify_add_watch \
    "$RUNTIME" --root "$STATE" pod events --interval 1h "$pod"
  eventually grep -q '^poll(' "$WORK/calls"
}
pod_end() { echo "^{\"type\":\"end\",\"id\":\"$1\",\"pod\":\"$pod\""; }

@test "events of a pod sees what joins it when it comes, whatever the interval" {
  runp_only "no pods"
  local pod
  follow_pod
  arguments /bin/probe hang
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID-a"
  ok start "$ID-a"
  ok kill "$ID-a" KILL
  eventually grep -q "$(pod_end "$ID-a")" "$WORK/events"
  # The same ID once more is another container.
  ok delete "$ID-a"
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID-a"
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID-b"
  ok delete --force "$ID-a"
  eventually eval '[ "$(grep -c "$(pod_end "$ID-a")" "$WORK/events")" = 2 ]'
  ok pod delete --force "$pod"
  eventually ended "${BACKGROUND[0]}"
  equal "$(sort "$WORK/events" | jq -r '"\(.type) \(.id)"' | xargs)" \
    "end $ID-a end $ID-a end $ID-b end null"
  equal "$(tail -n 1 "$WORK/events")" "{\"type\":\"end\",\"pod\":\"$pod\"}"
}

@test "events of a pod tells of the end of what has ended before it was looked at" {
  runp_only "no pods"
  local pod
  follow_pod
  kill -STOP "$(pgrep -P "${BACKGROUND[0]}")"
  arguments /bin/true
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID-a"
  ok start "$ID-a"
  eventually has_status "$ID-a" stopped
  kill -CONT "$(pgrep -P "${BACKGROUND[0]}")"
  eventually grep -q "$(pod_end "$ID-a")" "$WORK/events"
  ok pod delete --force "$pod"
  eventually ended "${BACKGROUND[0]}"
  # Its removal is not another end.
  equal "$(wc -l <"$WORK/events")" 2
}

@test "events of a pod says nothing of a container that does not come to be" {
  runp_only "no pods"
  local pod
  follow_pod
  config '.root.path = "nowhere"'
  refused create --pod "$pod" --bundle "$BUNDLE" "$ID-a"
  config '.root.path = "rootfs"'
  arguments /bin/probe hang
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID-b"
  ok delete --force "$ID-b"
  eventually grep -q "$(pod_end "$ID-b")" "$WORK/events"
  ok pod delete --force "$pod"
  eventually ended "${BACKGROUND[0]}"
  equal "$(wc -l <"$WORK/events")" 2
}

@test "events of a pod does nothing while nothing happens" {
  runp_only "it is about its system calls"
  local pod before
  follow_pod
  arguments /bin/probe hang
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID-a"
  sleep 1
  before=$(wc -l <"$WORK/calls")
  sleep 1
  equal "$(wc -l <"$WORK/calls")" "$before"
  equal "$(tail -n 1 "$WORK/calls" | grep -c '^poll(\[')" 1
  ok pod delete --force "$pod"
  eventually ended "${BACKGROUND[0]}"
}

@test "events of a pod without a cgroup ends with the pod, whatever the interval" {
  runp_only "no pods"
  local pod=p-${WORK##*.}
  ok --cgroup-manager disabled pod create "$pod"
  background "$WORK/events" strace -qqq -o "$WORK/calls" -e trace=poll \
    "$RUNTIME" --root "$STATE" pod events --interval 1h "$pod"
  eventually grep -q '^poll(' "$WORK/calls"
  ok pod delete "$pod"
  eventually ended "${BACKGROUND[0]}"
  equal "$(<"$WORK/events")" "{\"type\":\"end\",\"pod\":\"$pod\"}"
}

@test "events of a pod whose user may watch no more sees what joins it at the next interval" {
  runp_only "no pods"
  local pod=p-${WORK##*.}
  ok pod create "$pod"
  config 'del(.linux.cgroupsPath) | del(.hostname)'
  arguments /bin/probe hang
  # shellcheck disable=SC2024
  strace -qqq -o "$WORK/calls" -e inject=inotify_init1:error=EMFILE \
    "$RUNTIME" --root "$STATE" pod events --interval 200ms "$pod" >"$WORK/events" 2>"$WORK/warned" 3>&- &
  BACKGROUND+=($!)
  eventually grep -q 'only at the next interval' "$WORK/warned"
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID-a"
  eventually grep -q "\"stats\",\"id\":\"$ID-a\"" "$WORK/events"
  ok pod delete --force "$pod"
  eventually ended "${BACKGROUND[0]}"
}

@test "events of a pod goes on when its user may watch no more from then on" {
  runp_only "no pods"
  local pod=p-${WORK##*.} on
  ok pod create "$pod"
  config 'del(.linux.cgroupsPath) | del(.hostname)'
  arguments /bin/probe hang
  # The first two are the pod's own.
  on=inotify_add_watch:error=ENOSPC:when=3+
  # shellcheck disable=SC2024
  strace -qqq -o "$WORK/calls" -e trace=poll,inotify_add_watch -e inject="$on" \
    "$RUNTIME" --root "$STATE" pod events --interval 200ms "$pod" >"$WORK/events" 2>"$WORK/warned" 3>&- &
  BACKGROUND+=($!)
  eventually grep -q '^poll(' "$WORK/calls"
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID-a"
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID-b"
  eventually grep -q "\"stats\",\"id\":\"$ID-a\"" "$WORK/events"
  eventually grep -q "\"stats\",\"id\":\"$ID-b\"" "$WORK/events"
  ok pod delete --force "$pod"
  eventually ended "${BACKGROUND[0]}"
  equal "$(grep -c 'only at the next interval' "$WORK/warned")" 1
}
