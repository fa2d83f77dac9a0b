#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

# A file of the container's cgroup.
file() { cat "$RUNP_CGROUP2$CGROUP_PARENT/$ID/$1"; }
stands_still() { file cgroup.events | grep -qx 'frozen 1'; }
goes_on() { file cgroup.events | grep -qx 'frozen 0'; }

# Creates and starts a container that writes down the signals it gets.
waiting() {
  arguments /bin/probe wait "$@"
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
}

got() { eventually grep -q "signal=$1" "${LOGS[$ID]}"; }

@test "pause returns when all processes stand still, and state says paused" {
  peer_falls_short crun "it does not wait"
  arguments /bin/probe daemon 60 -- daemon 60 -- hang
  create
  ok start "$ID"
  ok pause "$ID"
  equal "$output$errors" ""
  stands_still
  has_status "$ID" paused
  ok delete --force "$ID"
}

@test "resume returns when the processes go on, and state says running" {
  running
  ok pause "$ID"
  ok resume "$ID"
  equal "$output$errors" ""
  goes_on
  has_status "$ID" running
}

@test "what a paused container does goes on where it stopped" {
  waiting
  ok pause "$ID"
  ok kill "$ID" USR1
  if grep -q signal= "${LOGS[$ID]}"; then return 1; fi
  ok resume "$ID"
  got SIGUSR1
}

@test "pause and resume work again and again" {
  running
  local i
  for i in 1 2 3 4 5; do
    ok pause "$ID"
    has_status "$ID" paused
    ok resume "$ID"
    has_status "$ID" running
  done
}

@test "a container that does not run cannot be paused" {
  running
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  refused pause "$ID"
  says 'not running'
  runp_says 'container not running'
  refused resume "$ID"
  runp_says 'container not paused'
}

@test "a container that is paused already cannot be paused" {
  peer_falls_short crun "it is no error there"
  running
  ok pause "$ID"
  refused pause "$ID"
  says 'container not running'
  has_status "$ID" paused
}

@test "a container that runs cannot be resumed" {
  peer_falls_short crun "it is no error there"
  running
  refused resume "$ID"
  says 'container not paused'
  has_status "$ID" running
}

@test "a created container cannot be paused, and can be started" {
  runp_only "both pause it, and start hangs"
  create
  refused pause "$ID"
  says 'container not running'
  goes_on
  ok start "$ID"
}

@test "pause and resume of an id that nobody has say that it does not exist" {
  refused pause "$ID"
  says 'does not exist'
  refused resume "$ID"
  says 'does not exist'
}

@test "a container without a cgroup cannot be paused" {
  runp_only "only crun knows disabled"
  arguments /bin/probe hang
  ok --cgroup-manager disabled create --bundle "$BUNDLE" "$ID"
  ok start "$ID"
  refused pause "$ID"
  says 'no cgroup'
}

@test "a container whose cgroup goes while it is to be paused, as under systemd, is told to have ended" {
  runp_only "its words are others"
  running
  # All that look for it find it gone, or those after the first, who writes to it.
  refused_with --first --at "$RUNP_CGROUP2$CGROUP_PARENT/$ID" openat:error=ENOENT pause "$ID"
  says 'container not running: it has ended meanwhile'
  refused_with --first --at cgroup.freeze --at "$RUNP_CGROUP2$CGROUP_PARENT/$ID" \
    openat:error=ENOENT:when=4+ pause "$ID"
  says 'container not running: it has ended meanwhile'
  has_status "$ID" running
}

@test "exec into a paused container is refused, and with --ignore-paused waits for the resume" {
  peer_falls_short crun "it has no such option"
  running
  ok pause "$ID"
  refused exec "$ID" /bin/true
  says 'paused'
  runp_says 'cannot exec in a paused container (use --ignore-paused to override)'
  has_status "$ID" paused
  ok resume "$ID"
  ok exec "$ID" /bin/true
}

@test "SIGKILL ends a paused container" {
  running
  ok pause "$ID"
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  ok delete "$ID"
  gone "$ID"
}

@test "SIGKILL ends a paused container without a PID namespace" {
  peer_falls_short runc "it goes on saying that it is paused"
  scattered
  ok pause "$ID"
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  ok delete "$ID"
  gone "$ID"
}

@test "delete refuses a paused container, and with --force ends it" {
  running
  ok pause "$ID"
  refused delete "$ID"
  has_status "$ID" paused
  ok delete --force "$ID"
  gone "$ID"
}

@test "list shows a paused container" {
  running
  ok pause "$ID"
  ok list --format json
  equal "$(jq -r --arg id "$ID" '.[] | select(.id == $id).status' <<<"$output")" paused
}

@test "a pause that was killed half-way is made whole by another, or by resume" {
  runp_only "it is about what was killed at a certain call"
  running
  rt_with --first poll:signal=KILL:when=1 pause "$ID" || true
  # Whether all stood still at once, or somebody has yet to make it so.
  has_status "$ID" paused
  rt pause "$ID"
  has_status "$ID" paused
  stands_still
  ok resume "$ID"
  has_status "$ID" running
}

@test "a pause that was killed after it wrote is no hindrance to delete" {
  runp_only "it is about what was killed at a certain call"
  running
  rt_with --first --at "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.events" pread64:signal=KILL:when=1 pause "$ID"
  equal "$status" 137
  has_status "$ID" paused
  ok delete --force "$ID"
  gone "$ID"
}

@test "a resume that was killed half-way is made whole by another" {
  runp_only "it is about what was killed at a certain call"
  running
  ok pause "$ID"
  rt_with --first --at "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.freeze" write:signal=KILL:when=1 resume "$ID"
  equal "$status" 137
  if [ "$(state_of "$ID")" = paused ]; then ok resume "$ID"; fi
  has_status "$ID" running
  goes_on
}

@test "when the processes do not stop in time, pause fails and lets them go on" {
  runp_only "runc tells it by other calls"
  running
  refused_with --first --at "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.events" pread64:error=EIO pause "$ID"
  has_status "$ID" running
  goes_on
}

@test "pause and kill --all at once undo nothing of one another" {
  runp_only "runc signals the init only, and crun thaws"
  # It goes on when it has got its signal.
  waiting -- hang
  # It has the processes stand still, and then takes its time.
  cat >"$WORK/slow" <<SH
exec strace -f -qqq -o /dev/null -e trace=pidfd_send_signal -e inject=pidfd_send_signal:delay_enter=1000000:when=1 \
  "$RUNTIME" --root "$STATE" kill --all "$ID" USR1
SH
  background "$WORK/slow.log" bash "$WORK/slow"
  eventually stands_still
  ok pause "$ID"
  wait "${BACKGROUND[0]}"
  has_status "$ID" paused
  stands_still
  ok resume "$ID"
  got SIGUSR1
}

@test "pause, resume, kill and delete at once leave nothing" {
  running
  local i
  for i in 1 2 3; do
    background "$WORK/a.$i" timeout "$LIMIT" "$RUNTIME" --root "$STATE" pause "$ID"
    background "$WORK/b.$i" timeout "$LIMIT" "$RUNTIME" --root "$STATE" resume "$ID"
  done
  background "$WORK/k" timeout "$LIMIT" "$RUNTIME" --root "$STATE" kill "$ID" KILL
  ok delete --force "$ID"
  wait "${BACKGROUND[@]}" || true
  gone "$ID"
}

@test "pause of a pod pauses the containers that run, resume lets them go on" {
  runp_only "no pods"
  local pod=p-${WORK##*.}
  ok pod create "$pod"
  config 'del(.linux.cgroupsPath) | del(.hostname)'
  arguments /bin/probe hang
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID-a"
  refused pod pause "$pod"
  says 'no running container'
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID-b"
  ok start "$ID-a"
  ok pause "$ID-a"
  ok start "$ID-b"
  ok pod pause "$pod"
  equal "$(runtime pod state "$pod" | jq -r '.status, .containers[].status' | xargs)" "paused paused paused"
  refused pod pause "$pod"
  ok create --pod "$pod" --bundle "$BUNDLE" "$ID-c"
  ok pod resume "$pod"
  equal "$(runtime pod state "$pod" | jq -r '.containers[].status' | xargs)" "running running created"
  refused pod resume "$pod"
  says 'no paused container'
  ok pod pause "$pod"
  ok pod delete --force "$pod"
  all_gone "pod delete --force"
}
