#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

# The process IDs of a container as its cgroup has them, in order.
in_cgroup() { find "$RUNP_CGROUP2$CGROUP_PARENT/$ID" -name cgroup.procs -exec cat {} + | sort -n; }

# What a JSON list of processes holds, in order.
listed() { jq '.[]' <<<"$output" | sort -n; }

# Creates and starts a container of three processes, two of them in the background.
three() {
  arguments /bin/probe daemon 60 -- daemon 60 -- hang
  create "$@"
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
}

@test "ps as JSON is an array of the processes in the container's cgroup" {
  three
  ok ps --format json "$ID"
  equal "$(jq -c 'map(type) | unique' <<<"$output")" '["number"]'
  equal "$(listed)" "$(in_cgroup)"
  equal "$(jq length <<<"$output")" 3
  jq -e --argjson pid "$(pid_of)" 'index($pid) != null' <<<"$output"
}

@test "ps lists a process in a cgroup below the container's, too" {
  three
  mkdir "$RUNP_CGROUP2$CGROUP_PARENT/$ID/below"
  in_cgroup | tail -n 1 >"$RUNP_CGROUP2$CGROUP_PARENT/$ID/below/cgroup.procs"
  ok ps --format json "$ID"
  equal "$(jq length <<<"$output")" 3
  ok delete --force "$ID"
}

@test "ps lists what exec runs" {
  running
  ok exec --detach "$ID" /bin/probe hang
  ok ps --format json "$ID"
  equal "$(jq length <<<"$output")" 2
}

@test "ps as a table is that of ps -ef, without the processes of others" {
  peer_falls_short crun "it prints a column of process IDs"
  three
  ok ps "$ID"
  equal "$(head -n 1 <<<"$output" | xargs)" "UID PID PPID C STIME TTY TIME CMD"
  equal "$(tail -n +2 <<<"$output" | awk '{ print $2 }' | sort -n)" "$(in_cgroup)"
  equal "$(grep -c '/bin/probe' <<<"$output")" 3
}

@test "ps passes options on to ps" {
  peer_falls_short crun "it takes none"
  three
  ok ps "$ID" -o pid,comm -e
  equal "$(head -n 1 <<<"$output" | xargs)" "PID COMMAND"
  equal "$(tail -n +2 <<<"$output" | awk '{ print $1 }' | sort -n)" "$(in_cgroup)"
  ok ps "$ID" aux
  equal "$(tail -n +2 <<<"$output" | wc -l)" 3
}

@test "ps finds the process ID behind a column of several words" {
  runp_only "runc takes a part of the date for it"
  running
  ok ps "$ID" -eo lstart,pid,comm
  equal "$(wc -l <<<"$output")" 2
  equal "$(tail -n 1 <<<"$output" | awk '{ print $6 }')" "$(pid_of)"
}

@test "ps refuses options that leave the process ID out" {
  peer_falls_short crun "it takes none"
  running
  refused ps "$ID" -eo comm
  says "couldn't find PID field in ps output"
}

@test "ps says what ps says of wrong options" {
  peer_falls_short crun "it takes none"
  running
  refused ps "$ID" --nosuch
  says 'exit status 1'
  says 'unknown gnu long option'
}

@test "ps as a table needs a ps, as JSON none" {
  peer_falls_short crun "it needs none"
  running
  mkdir "$WORK/empty"
  local PATH=$PATH
  PATH=$WORK/empty:relative
  # The helpers need their programs.
  status=0
  output=$(/usr/bin/timeout "$LIMIT" "$RUNTIME" --root "$STATE" ps "$ID" 2>&1 </dev/null) || status=$?
  PATH=/usr/sbin:/usr/bin:/sbin:/bin
  differ "$status" 0
  grep -q 'executable file not found in' <<<"$output"
  ok ps --format json "$ID"
}

@test "ps passes over a directory that is called ps" {
  peer_falls_short crun "it needs none"
  running
  mkdir -p "$WORK/first/ps"
  PATH=$WORK/first:$PATH ok ps "$ID"
  grep -q hang <<<"$output"
}

@test "ps of a created container lists its first process" {
  create
  ok ps --format json "$ID"
  equal "$(jq -c . <<<"$output")" "[$(pid_of)]"
  if is_crun; then return; fi
  # Its words are gone, and it has a name instead.
  ok ps "$ID"
  says "${RUNTIME_NAME}[^ ]* init\$"
}

@test "ps of a paused container lists its processes" {
  three
  echo 1 >"$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.freeze"
  ok ps --format json "$ID"
  equal "$(jq length <<<"$output")" 3
  echo 0 >"$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.freeze"
}

@test "ps of a stopped container succeeds and lists nothing" {
  peer_falls_short crun "it fails for want of the cgroup"
  running
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  ok ps "$ID"
  equal "$(wc -l <<<"$output")" 1
  ok ps --format json "$ID"
  if is_runp; then equal "$output" "[]"; fi
}

@test "ps of a stopped container lists what it has left behind" {
  scattered
  local first
  first=$(pid_of)
  kill -KILL "$first"
  eventually has_status "$ID" stopped
  ok ps --format json "$ID"
  equal "$(listed)" "$(in_cgroup)"
  equal "$(jq length <<<"$output")" 1
  ok delete --force "$ID"
}

@test "ps of a container without a cgroup lists its PID namespace" {
  runp_only "only crun knows disabled, and lists nothing then"
  arguments /bin/probe daemon 60 -- hang
  LOGS[$ID]=$WORK/out.$((calls + 1))
  ok --cgroup-manager disabled create --bundle "$BUNDLE" "$ID"
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  ok exec --detach "$ID" /bin/probe hang
  ok ps --format json "$ID"
  equal "$(jq length <<<"$output")" 3
  local pid
  for pid in $(jq '.[]' <<<"$output"); do
    equal "$(readlink "/proc/$pid/ns/pid")" "$(readlink "/proc/$(pid_of)/ns/pid")"
  done
}

@test "ps of a container with neither a cgroup nor a PID namespace says why it cannot tell" {
  runp_only "only crun knows disabled, and lists nothing then"
  without_namespace pid
  arguments /bin/probe hang
  ok --cgroup-manager disabled create --bundle "$BUNDLE" "$ID"
  ok start "$ID"
  refused ps "$ID"
  says 'neither a cgroup nor a PID namespace of its own'
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
}

@test "ps of an id that nobody has says that it does not exist" {
  peer_falls_short crun "its exit status is 253, which is no failure that callers know"
  refused ps "$ID"
  says 'does not exist'
}

@test "ps refuses a format that it does not know" {
  running
  refused ps --format xml "$ID"
}

@test "ps of a pod has the processes of all its containers, each under its name" {
  runp_only "no pods"
  echo '{"podVersion": "0.1.0"}' >"$WORK/pod.json"
  ok pod create --file "$WORK/pod.json" "p-${WORK##*.}"
  config 'del(.linux.cgroupsPath) | del(.hostname)'
  arguments /bin/probe daemon 60 -- hang
  ok create --pod "p-${WORK##*.}" --bundle "$BUNDLE" "$ID-a"
  arguments /bin/probe hang
  ok create --pod "p-${WORK##*.}" --bundle "$BUNDLE" "$ID-b"
  ok pod start "p-${WORK##*.}"
  eventually has_processes "$ID-a" 2
  ok pod ps --format json "p-${WORK##*.}"
  equal "$(jq -c 'map_values(length)' <<<"$output")" "{\"$ID-a\":2,\"$ID-b\":1}"
  equal "$(jq -c --arg id "$ID-b" '.[$id]' <<<"$output")" "[$(pid_of "$ID-b")]"
  ok pod ps "p-${WORK##*.}" -eo pid,comm
  equal "$(head -n 1 <<<"$output" | xargs)" "CONTAINER PID COMMAND"
  equal "$(tail -n 1 <<<"$output" | awk '{ print $1, $2 }')" "$ID-b $(pid_of "$ID-b")"
  equal "$(wc -l <<<"$output")" 4
}

has_processes() { [ "$(runtime ps --format json "$1" | jq length)" = "$2" ]; }
