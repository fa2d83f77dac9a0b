#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Containers whose cgroups systemd makes.

load systemd

@test "a scope holds its processes at their number and to their devices" {
  config '.linux.resources.pids.limit = 20'
  with_mount /dev/disk none /dev/vda bind
  arguments /bin/probe forkbomb 200 -- hang
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  output=$(log)
  is fork.stop EAGAIN
  "$RUNTIME" --root "$STATE" kill "$ID" KILL
  ok delete --force "$ID"
  config 'del(.linux.resources)'
  running
  ok exec "$ID" /bin/sh -c 'echo usable >/dev/null'
  rt exec "$ID" /bin/head -c 1 /dev/disk
  says 'not permitted'
  # systemd writes its own program anew, from what it was told.
  systemctl daemon-reload
  ok exec "$ID" /bin/sh -c 'echo usable >/dev/null'
  rt exec "$ID" /bin/head -c 1 /dev/disk
  says 'not permitted'
}

@test "what a process takes beyond its memory kills it, and the scope is gone after delete" {
  config '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
  arguments /bin/probe memhog 134217728
  rt run --bundle "$BUNDLE" "$ID"
  equal "$status" 137
  eventually no_units
}

@test "annotations are properties of the scope" {
  config '.annotations = {"org.systemd.property.TimeoutStopUSec": "uint64 5000000",
    "org.systemd.property.CPUWeight": "uint64 77"}'
  running
  has TimeoutStopUSec 5s
  has CPUWeight 77
}

@test "an annotation that is no property is refused, and no unit is left" {
  config '.annotations = {"org.systemd.property.TimeoutStopUSec": "no value"}'
  create_refused
  says TimeoutStopUSec
  config '.annotations = {"org.systemd.property.NoSuchProperty": "true"}'
  create_refused
  says 'property'
  no_units
}

@test "cgroupsPath names the slice, the prefix and the name" {
  local mark=${WORK##*.}
  config --arg p "a$mark-b.slice:pre:$ID" '.linux.cgroupsPath = $p'
  running
  UNIT=pre-$ID.scope
  has Slice "a$mark-b.slice"
  equal "$(cgroup_of "$(pid_of)")" "/a$mark.slice/a$mark-b.slice/$UNIT"
  ok delete --force "$ID"
  systemctl stop "a$mark.slice"
}

@test "a cgroupsPath of the other form is refused" {
  config '.linux.cgroupsPath = "/some/where"'
  create_refused
  says 'slice:prefix:name'
}

@test "a scope that is there already is refused, and stays" {
  systemd-run --quiet --scope --unit "$UNIT" sleep 1000 3>&- 4>&- >/dev/null 2>&1 &
  BACKGROUND+=($!)
  eventually is_active "$UNIT"
  create_refused
  is_active "$UNIT"
  # Nor is it taken for the container's by who clears up.
  ok delete --force "$ID"
  is_active "$UNIT"
  systemctl stop "$UNIT"
}

is_active() { [ "$(shown ActiveState "$1")" = active ]; }

@test "a cgroup in the place of the scope is refused when it is frozen or in use" {
  peer_falls_short crun "it takes it"
  local there=$RUNP_CGROUP2/$SLICE/$UNIT
  mkdir "$there"
  echo 1 >"$there/cgroup.freeze"
  create_refused
  says "container's cgroup unexpectedly frozen"
  no_units
  echo 0 >"$there/cgroup.freeze"
  sleep 1000 3>&- 4>&- &
  BACKGROUND+=($!)
  echo "${BACKGROUND[0]}" >"$there/cgroup.procs"
  create_refused
  says "container's cgroup is not empty"
  no_units
  kill "${BACKGROUND[0]}"
  eventually rmdir "$there"
}

@test "two containers of different state roots cannot have one scope" {
  running
  mkdir "$WORK/other"
  status=0
  "$RUNTIME" --root "$WORK/other" --systemd-cgroup create --bundle "$BUNDLE" "$ID" \
    </dev/null >/dev/null 2>"$WORK/errors" 3>&- 4>&- || status=$?
  differ "$status" 0
  [[ $(cat "$WORK/errors") =~ $UNIT ]]
  has_status "$ID" running
  is_active "$UNIT"
}

@test "exec enters the scope" {
  running
  ok exec "$ID" /bin/grep ^0: /proc/self/cgroup
  equal "$output" "0::/"
  ok exec --detach --pid-file "$WORK/pid" "$ID" /bin/sleep 100
  equal "$(cgroup_of "$(cat "$WORK/pid")")" "/$SLICE/$UNIT"
}

@test "systemd agrees on what is paused, and a paused container's scope goes with it" {
  running
  ok pause "$ID"
  has FreezerState frozen
  has_status "$ID" paused
  # What systemd thinks of it outlasts its own restart.
  systemctl daemon-reload
  has FreezerState frozen
  has_status "$ID" paused
  ok resume "$ID"
  has FreezerState running
  has_status "$ID" running
  ok exec "$ID" /bin/true
  ok pause "$ID"
  ok delete --force "$ID"
  gone "$ID"
  eventually no_units
}

@test "what systemd itself has frozen and let go is paused and runs" {
  running
  systemctl freeze "$UNIT"
  has_status "$ID" paused
  ok resume "$ID"
  has FreezerState running
  ok pause "$ID"
  systemctl thaw "$UNIT"
  has_status "$ID" running
  ok exec "$ID" /bin/true
}

@test "later commands need not be told that the cgroup is systemd's" {
  running
  status=0
  "$RUNTIME" --root "$STATE" exec "$ID" /bin/true </dev/null 3>&- 4>&- || status=$?
  equal "$status" 0
  "$RUNTIME" --root "$STATE" kill "$ID" KILL 3>&- 4>&-
  eventually has_status "$ID" stopped
  "$RUNTIME" --root "$STATE" delete "$ID" 3>&- 4>&-
  gone "$ID"
  eventually no_units
}

@test "while systemd cannot be reached, a container can be entered, paused and deleted" {
  running
  mv "$BUS" "$BUS.gone"
  ok exec "$ID" /bin/true
  ok pause "$ID"
  says 'warning: systemd cannot be reached'
  has_status "$ID" paused
  ok resume "$ID"
  refused update --pids-limit 20 "$ID"
  says 'systemd cannot be reached'
  # What could not be set need not be set back.
  [[ $errors != *'stays so'* ]]
  # Without a word where systemd was quicker to take the scope away.
  ok delete --force "$ID"
  create_refused
  says 'systemd cannot be reached'
  mv "$BUS.gone" "$BUS"
  # Which sees for itself that nothing is left in the scope.
  eventually no_units
}

readonly BUS=/run/dbus/system_bus_socket

finish() { if [ -e "$BUS.gone" ]; then mv "$BUS.gone" "$BUS"; fi; }

@test "the scope goes with the container, however it ends" {
  arguments /bin/true
  run_once
  no_units
  arguments /bin/false
  rt run --bundle "$BUNDLE" "$ID"
  equal "$status" 1
  eventually no_units
  scattered
  ok delete --force "$ID"
  gone "$ID"
  no_units
}

@test "a container that cannot be created leaves no scope" {
  config '.linux.resources.unified = {"memory.no-such-file": "1"}'
  create_refused
  no_units
  config 'del(.linux.resources)'
  config '.hooks.createRuntime = [{path: "/bin/false"}]'
  create_refused
  eventually no_units
}
