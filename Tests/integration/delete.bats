#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

@test "delete removes a container that has stopped" {
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  ok delete "$ID"
  equal "$output$errors" ""
  gone "$ID"
}

@test "delete refuses a container that runs, and does nothing to it" {
  running
  refused delete "$ID"
  runp_says "cannot delete container $ID that is not stopped: running"
  has_status "$ID" running
  [ -d "/proc/$(pid_of)" ]
}

# The spec wants an error here, but both peers delete, and engines count on it.
@test "delete removes a container that is only created" {
  create
  local pid
  pid=$(pid_of)
  ok delete "$ID"
  gone "$ID"
  eventually test ! -d "/proc/$pid"
}

@test "delete --force kills and removes a container that runs" {
  running
  local pid
  pid=$(pid_of)
  ok delete --force "$ID"
  gone "$ID"
  eventually test ! -d "/proc/$pid"
}

@test "delete takes -f" {
  running
  ok delete -f "$ID"
  gone "$ID"
}

@test "delete --force ends every process, without a pid namespace too" {
  without_namespace pid
  arguments /bin/probe daemon 60 -- daemon 60 -- hang
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  ok delete --force "$ID"
  gone "$ID"
}

@test "delete ends what a stopped init has left, without a pid namespace" {
  without_namespace pid
  arguments /bin/probe daemon 60
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  ok delete "$ID"
  gone "$ID"
}

@test "delete refuses an id that nobody has" {
  refused delete "$ID"
  says 'does not exist|no such file'
  runp_says "container does not exist"
}

@test "delete --force of an id that nobody has succeeds in silence" {
  ok delete --force "$ID"
  equal "$output$errors" ""
}

@test "delete without an id is a usage error" {
  refused delete
}

@test "delete a second time finds nothing" {
  create
  ok delete --force "$ID"
  refused delete "$ID"
  says 'does not exist|no such file'
}

@test "the id is free again after delete" {
  create
  ok delete --force "$ID"
  create
  has_status "$ID" created
}

@test "delete works when the bundle has gone" {
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  mv "$BUNDLE" "$WORK/elsewhere"
  ok delete "$ID"
  mv "$WORK/elsewhere" "$BUNDLE"
}

@test "delete works when the cgroup has gone" {
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  rmdir "$RUNP_CGROUP2$CGROUP_PARENT/$ID" || true
  ok delete "$ID"
  gone "$ID"
}

@test "delete removes cgroups that the container has made below its own" {
  with_mount /sys/fs/cgroup cgroup cgroup rw nosuid
  arguments /bin/probe mkdir /sys/fs/cgroup/one /sys/fs/cgroup/one/two
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  eventually grep -q 'two=ok' "${LOGS[$ID]}"
  ok delete "$ID"
  gone "$ID"
}

@test "delete removes cgroups whatever they are called and however deep they are" {
  peer_falls_short crun "it runs out of descriptors"
  with_mount /sys/fs/cgroup cgroup cgroup rw nosuid
  # shellcheck disable=SC2016
  arguments /bin/sh -c 'cd /sys/fs/cgroup; mkdir "$(printf "a\377b")"
    i=0; while [ $i -lt 150 ]; do mkdir d; cd d; i=$((i + 1)); done; echo made'
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  equal "$(log)" made
  (ulimit -n 40 && ok delete "$ID")
  gone "$ID"
}

@test "delete leaves the bundle and its root directory alone" {
  find "$BUNDLE/rootfs/bin" | sort >"$WORK/before"
  running
  ok delete --force "$ID"
  find "$BUNDLE/rootfs/bin" | sort | diff "$WORK/before" -
  [ -f "$BUNDLE/config.json" ]
}

@test "delete --force removes a state that a crash of the machine has emptied" {
  peer_falls_short runc "it cannot read it"
  create
  runtime kill "$ID" KILL
  eventually has_status "$ID" stopped
  cp -a "$STATE/$ID" "$WORK/saved"
  ok delete "$ID"
  cp -a "$WORK/saved" "$STATE/$ID"
  find "$STATE/$ID" -type f -exec truncate -s 0 {} +
  ok delete --force "$ID"
  gone "$ID"
}

# An engine whose parent process reaps nobody, as in a container without an
# init: the process of an exec stays a zombie in the container's PID namespace,
# whose init cannot end before it.
without_a_reaper() {
  {
    echo "r() { timeout 8 '$RUNTIME' --root '$STATE' \"\$@\"; }"
    cat
  } >"$WORK/engine"
  timeout "$LIMIT" "$RUNP_SUITE/companion" careless bash "$WORK/engine" </dev/null >"$WORK/engine.out" 2>&1 3>&-
}

@test "delete of a container whose init cannot be reaped, nor end" {
  peer_falls_short runc "it waits for the init, and fails"
  arguments /bin/probe hang
  without_a_reaper <<SH
r create --bundle "$BUNDLE" "$ID" >/dev/null
r start "$ID"
r exec --detach "$ID" /bin/sleep 60
r kill "$ID" KILL
for i in \$(seq 100); do
  r state "$ID" | grep -q stopped && break
  sleep 0.05
done
r delete "$ID" || r delete --force "$ID" || echo failed
r state "$ID" && echo still there
SH
  ! grep -E 'failed|still there' "$WORK/engine.out" || false
  gone "$ID"
}

@test "run returns when the init has ended and cannot be reaped" {
  peer_falls_short crun "it waits for the init"
  peer_falls_short runc "it waits for the init"
  arguments /bin/probe hang
  without_a_reaper <<SH
{ r run --bundle "$BUNDLE" "$ID" >/dev/null; echo "run=\$?"; } &
for i in \$(seq 100); do
  r state "$ID" | grep -q running && break
  sleep 0.05
done
r exec --detach "$ID" /bin/sleep 60
r kill "$ID" KILL
wait \$!
SH
  grep -qx 'run=137' "$WORK/engine.out"
  gone "$ID"
}

@test "delete --force of a running one whose init cannot end" {
  peer_falls_short runc "it waits for the init, and fails"
  arguments /bin/probe hang
  without_a_reaper <<SH
r create --bundle "$BUNDLE" "$ID" >/dev/null
r start "$ID"
r exec --detach "$ID" /bin/sleep 60
r delete --force "$ID" || echo failed
SH
  ! grep failed "$WORK/engine.out" || false
  gone "$ID"
}

@test "delete does not follow the state directory out of the state root" {
  refused delete ../bundle
  [ -f "$BUNDLE/config.json" ]
  rt delete --force ../bundle
  rt delete --force .
  rt delete --force ..
  [ -f "$BUNDLE/config.json" ]
  [ -d "$STATE" ]
}

@test "delete --force does not wait for the hooks of a start" {
  peer_falls_short runc "it runs them during create"
  config --arg w "$WORK" '.hooks.poststart = [{path: "/bin/sh",
    args: ["sh", "-c", "until [ -e \($w)/enough ]; do /bin/sleep 0.1; done"]}]'
  arguments /bin/probe hang
  create
  background "$WORK/start" "$RUNTIME" --root "$STATE" start "$ID"
  eventually has_status "$ID" running
  LIMIT=8 ok delete --force "$ID"
  gone "$ID"
  touch "$WORK/enough"
  wait "${BACKGROUND[-1]}" || true
}

@test "many deletes at once: one does it, and nobody hangs" {
  running
  local i pids=()
  for i in 1 2 3 4 5; do
    runtime delete --force "$ID" >/dev/null 2>&1 </dev/null 3>&- &
    pids+=($!)
  done
  local status good=0
  for i in "${pids[@]}"; do
    status=0
    wait "$i" || status=$?
    if [ "$status" = 0 ]; then good=$((good + 1)); fi
    differ "$status" 124
  done
  [ "$good" -ge 1 ]
  gone "$ID"
}

@test "a container whose process cannot be looked at has not stopped for that" {
  runp_only "how they look is theirs"
  running
  local pid command RUNTIME=$RUNTIME
  pid=$(pid_of)
  printf '#!/bin/bash\nexec strace -f -o %q -P %q -e trace=openat -e inject=openat:error=ENOMEM %q "$@"\n' \
    "$WORK/strace" "/proc/$pid/stat" "$RUNTIME" >"$WORK/blind"
  chmod 755 "$WORK/blind"
  for command in delete state kill; do
    RUNTIME=$WORK/blind refused "$command" "$ID"
    says "cannot allocate memory"
  done
  has_status "$ID" running
}
