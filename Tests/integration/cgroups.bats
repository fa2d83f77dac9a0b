#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Where containers sit, how they are killed, and what a runtime must not touch.
# Limits are tested under vm/, where there are controllers.

load helpers

here() { echo "$RUNP_CGROUP2$CGROUP_PARENT/$ID"; }

@test "the container is in the cgroup of the configuration from the first moment" {
  arguments /bin/probe hang
  create
  equal "$(cgroup_of "$(pid_of)")" "$CGROUP_PARENT/$ID"
  equal "$(cat "$(here)/cgroup.procs")" "$(pid_of)"
  ok start "$ID"
  equal "$(cgroup_of "$(pid_of)")" "$CGROUP_PARENT/$ID"
}

@test "the runtime itself is not left in the container's cgroup" {
  running
  equal "$(grep -c . "$(here)/cgroup.procs")" 1
}

@test "a new cgroup namespace has the container's cgroup as its root" {
  arguments /bin/cat /proc/self/cgroup
  run_once
  grep -qx '0::/' <<<"$output"
}

@test "parents that are missing are made" {
  config --arg p "$CGROUP_PARENT/one/two/$ID" '.linux.cgroupsPath = $p'
  arguments /bin/probe hang
  create
  equal "$(cgroup_of "$(pid_of)")" "$CGROUP_PARENT/one/two/$ID"
  ok delete --force "$ID"
  [ ! -d "$RUNP_CGROUP2$CGROUP_PARENT/one/two/$ID" ]
  # Who made the parents may leave them: others may have joined them by now.
  rmdir "$RUNP_CGROUP2$CGROUP_PARENT/one/two" "$RUNP_CGROUP2$CGROUP_PARENT/one" 2>/dev/null || true
}

@test "a parent that has other cgroups stays" {
  mkdir "$RUNP_CGROUP2$CGROUP_PARENT/sibling"
  running
  ok delete --force "$ID"
  [ -d "$RUNP_CGROUP2$CGROUP_PARENT/sibling" ]
  rmdir "$RUNP_CGROUP2$CGROUP_PARENT/sibling"
}

@test "a parent that another command removes in the middle of its use is made anew" {
  runp_only "it holds none open"
  if ! grep -qw hugetlb "$RUNP_CGROUP2/cgroup.controllers"; then skip "cgroup v2 has no hugetlb here"; fi
  local parent=$RUNP_CGROUP2$CGROUP_PARENT/one
  config --arg p "$CGROUP_PARENT/one/$ID" '.linux.cgroupsPath = $p
    | .linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 4194304}]'
  # Between its look at the parent and what it writes there: the second time that
  # it asks for processes, after those of the test's own cgroup.
  printf '#!/bin/bash\nexec strace -qqq -o %q -P cgroup.procs -e signal=none -e trace=openat %s %q "$@"\n' \
    "$WORK/strace" "-e inject=openat:delay_exit=3000000:when=2" "$RUNTIME" >"$WORK/slowly"
  chmod 755 "$WORK/slowly"
  background "$WORK/removed" bash -c 'until [ -d "$1" ] && sleep 1 && rmdir "$1"; do sleep 0.05; done' - "$parent"
  RUNTIME=$WORK/slowly ok create --bundle "$BUNDLE" "$ID"
  if kill -0 "${BACKGROUND[0]}" 2>/dev/null; then echo "the parent was not removed" >&2; return 1; fi
  grep -q DELAYED "$WORK/strace"
  equal "$(cat "$parent/$ID/hugetlb.2MB.max")" 4194304
  ok delete --force "$ID"
  [ ! -d "$parent" ]
}

@test "containers that come and go below one parent at once do not miss it" {
  local round n jobs
  for n in 1 2 3 4; do
    new_bundle "b$n"
    config --arg p "$CGROUP_PARENT/one/two/$ID-$n" '.linux.cgroupsPath = $p'
  done
  for round in 1 2 3; do
    jobs=()
    for n in 1 2 3 4; do
      runtime run --bundle "$WORK/b$n" "$ID-$n" </dev/null >>"$WORK/said" 2>&1 3>&- 4>&- &
      jobs+=($!)
    done
    for n in "${jobs[@]}"; do
      if ! wait "$n"; then cat "$WORK/said" >&2; return 1; fi
    done
  done
  if is_runp; then [ ! -d "$RUNP_CGROUP2$CGROUP_PARENT/one" ]; fi
  rmdir "$RUNP_CGROUP2$CGROUP_PARENT/one/two" "$RUNP_CGROUP2$CGROUP_PARENT/one" 2>/dev/null || true
}

@test "all controllers of the hierarchy are the container's, too" {
  peer_falls_short crun "it enables those that it knows"
  create
  equal "$(cat "$(here)/cgroup.controllers")" "$(cat "$RUNP_CGROUP2/cgroup.controllers")"
}

@test "two containers next to each other do not disturb each other" {
  running
  local first=$ID
  as "$ID-b"
  running
  ok delete --force "$ID"
  has_status "$first" running
}

@test "a cgroup that already has processes is not taken" {
  peer_falls_short crun "it joins, and at delete kills what was there"
  mkdir "$(here)"
  background "$WORK/other" sleep 60
  echo "${BACKGROUND[0]}" >"$(here)/cgroup.procs"
  refused create --bundle "$BUNDLE" "$ID"
  says 'cgroup.*not empty|cgroup.*exist|cgroup.*process'
  [ -d "/proc/${BACKGROUND[0]}" ]
  rt delete --force "$ID"
  [ -d "/proc/${BACKGROUND[0]}" ]
  equal "$(cat "$(here)/cgroup.procs")" "${BACKGROUND[0]}"
  kill -KILL "${BACKGROUND[0]}"
  eventually rmdir "$(here)"
}

# --- one that is there already ----------------------------------------------

# The current container beside another of the same cgroup.
same_cgroup() {
  ID=$ID-b
}

@test "an empty cgroup that is there already is taken, with its limits, and goes with the container" {
  mkdir "$(here)"
  echo 7 >"$(here)/cgroup.max.depth"
  running
  equal "$(cgroup_of "$(pid_of)")" "$CGROUP_PARENT/$ID"
  equal "$(cat "$(here)/cgroup.max.depth")" 7
  ok delete --force "$ID"
  gone "$ID"
  [ -d "$RUNP_CGROUP2$CGROUP_PARENT" ]
}

@test "empty cgroups below one that is taken are removed, and what they were given is taken back" {
  runp_only "it leaves them"
  mkdir -p "$(here)/old/deeper" "$(here)/other"
  local controller
  # One that is not on its way down here cannot be given.
  for controller in $(cat "$(here)/cgroup.controllers"); do
    echo "+$controller" >"$(here)/cgroup.subtree_control"
  done
  create
  equal "$(find "$(here)" -mindepth 1 -type d)" ""
  equal "$(cat "$(here)/cgroup.subtree_control")" ""
  equal "$(cat "$(here)/cgroup.procs")" "$(pid_of)"
}

@test "a cgroup with processes further down is not taken" {
  peer_falls_short crun "it joins, and at delete kills what was there"
  mkdir -p "$(here)/below"
  background "$WORK/other" sleep 60
  echo "${BACKGROUND[0]}" >"$(here)/below/cgroup.procs"
  refused create --bundle "$BUNDLE" "$ID"
  says 'cgroup.*not empty|cgroup.*process'
  rt delete --force "$ID"
  equal "$(cat "$(here)/below/cgroup.procs")" "${BACKGROUND[0]}"
  kill -KILL "${BACKGROUND[0]}"
  eventually rmdir "$(here)/below"
  rmdir "$(here)"
}

@test "a frozen cgroup is not taken" {
  peer_falls_short crun "it waits for ever"
  mkdir "$(here)"
  echo 1 >"$(here)/cgroup.freeze"
  refused create --bundle "$BUNDLE" "$ID"
  says 'frozen'
  equal "$(cat "$(here)/cgroup.freeze")" 1
  rmdir "$(here)"
}

@test "a threaded cgroup is not taken" {
  runp_only "it says only that it cannot be joined"
  mkdir "$(here)"
  echo threaded >"$(here)/cgroup.type"
  refused create --bundle "$BUNDLE" "$ID"
  says 'threaded'
  rmdir "$(here)"
}

@test "below a threaded cgroup, and below one that has such, there is no place for a container" {
  runp_only "it makes the container's cgroup threaded, too, where its processes cannot be killed as one"
  local place
  mkdir "$RUNP_CGROUP2$CGROUP_PARENT/threads"
  echo threaded >"$RUNP_CGROUP2$CGROUP_PARENT/threads/cgroup.type"
  for place in threads/below beside; do
    config --arg p "$CGROUP_PARENT/$place" '.linux.cgroupsPath = $p'
    refused create --bundle "$BUNDLE" "$ID"
    says "no process can be in cgroup $CGROUP_PARENT/$place: one above it is threaded"
    gone "$ID"
    [ ! -e "$RUNP_CGROUP2$CGROUP_PARENT/$place" ]
  done
  rmdir "$RUNP_CGROUP2$CGROUP_PARENT/threads"
}

@test "why a cgroup is not taken is said in runc's words, too" {
  peer_falls_short crun "it takes both"
  mkdir "$(here)"
  background "$WORK/other" sleep 60
  echo "${BACKGROUND[0]}" >"$(here)/cgroup.procs"
  refused create --bundle "$BUNDLE" "$ID"
  says "container's cgroup is not empty: 1 process"
  kill -KILL "${BACKGROUND[0]}"
  eventually grep -q 'populated 0' "$(here)/cgroup.events"
  echo 1 >"$(here)/cgroup.freeze"
  refused create --bundle "$BUNDLE" "$ID"
  says "container's cgroup unexpectedly frozen"
  rmdir "$(here)"
}

@test "the cgroup of a container that has stopped is its own until it is deleted" {
  runp_only "both take it"
  create
  local first=$ID
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  same_cgroup
  refused create --bundle "$BUNDLE" "$ID"
  says "cgroup .*$CGROUP_PARENT/$first already exists, and is that of $STATE/$first"
  [ ! -d "$STATE/$ID" ]
  ok delete "$first"
  create
  has_status "$ID" created
}

@test "the cgroup of a container whose state is gone is made anew" {
  create
  local first=$ID old
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  echo 7 >"$(here)/cgroup.max.depth"
  old=$(inode "$(here)")
  mv "$STATE/$first" "$WORK/lost"
  same_cgroup
  create
  equal "$(cgroup_of "$(pid_of)")" "$CGROUP_PARENT/$first"
  if is_runp; then
    equal "$(cat "$RUNP_CGROUP2$CGROUP_PARENT/$first/cgroup.max.depth")" max
    differ "$(inode "$RUNP_CGROUP2$CGROUP_PARENT/$first")" "$old"
    # It was not gone after all, and has nothing to say here any more.
    mv "$WORK/lost" "$STATE/$first"
    ok delete --force "$first"
    has_status "$ID" created
  fi
}

@test "of many that want the same cgroup at once one gets it" {
  runp_only "all take it"
  mkdir "$(here)"
  local i pids=() good=0
  for i in 1 2 3 4 5; do
    runtime create --bundle "$BUNDLE" "$ID-$i" >/dev/null 2>&1 </dev/null 3>&- &
    pids+=($!)
  done
  for i in "${pids[@]}"; do if wait "$i"; then good=$((good + 1)); fi; done
  equal "$good" 1
  equal "$(grep -c . "$(here)/cgroup.procs")" 1
}

# Runs create, which is killed, or of which calls fail, as a rule says.
create_with() {
  rt_with "$1" create --bundle "$BUNDLE" "$ID"
  differ "$status" 0
}

@test "a create that was killed before its claim leaves a cgroup that was there before" {
  runp_only "neither has claims"
  mkdir "$(here)"
  create_with fsetxattr:signal=KILL:error=EINTR
  [ -d "$STATE/$ID" ]
  ok delete --force "$ID"
  [ ! -d "$STATE/$ID" ]
  [ -d "$(here)" ]
  create
}

@test "a create that was killed after its claim is removed with the cgroup" {
  runp_only "neither has claims"
  mkdir "$(here)"
  # The state is written for the second time once the cgroup is claimed.
  create_with renameat:signal=KILL:when=2
  ok delete --force "$ID"
  gone "$ID"
  create
}

@test "a create that was killed before the claim on what it made is removed with the cgroup" {
  runp_only "neither has claims"
  create_with fsetxattr:signal=KILL:error=EINTR
  [ -d "$(here)" ]
  create
  equal "$(cgroup_of "$(pid_of)")" "$CGROUP_PARENT/$ID"
  ok delete --force "$ID"
  gone "$ID"
}

@test "a cgroup that cannot be claimed is an error, and nothing is left" {
  runp_only "neither has claims"
  create_with fsetxattr:error=ENOSPC
  says "make cgroup .*$CGROUP_PARENT/$ID: setxattr user.runp.claim: no space left"
  gone "$ID"
  mkdir "$(here)"
  create_with fsetxattr:error=ENOSPC
  says "take cgroup .*$CGROUP_PARENT/$ID: setxattr user.runp.claim: no space left"
  [ -d "$(here)" ]
  create_with fsetxattr:error=EEXIST
  says "already exists"
  [ ! -d "$STATE/$ID" ]
  rmdir "$(here)"
}

@test "the container cannot be joined from a cgroup below that it made itself" {
  with_mount /sys/fs/cgroup cgroup cgroup rw nosuid
  arguments /bin/sh -c 'mkdir /sys/fs/cgroup/below && echo 1 >/sys/fs/cgroup/below/cgroup.procs; echo ready; while :; do sleep 1; done'
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  ok exec "$ID" /bin/true
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  ok delete "$ID"
  gone "$ID"
}

# --- the path ---------------------------------------------------------------

# crun takes cgroupsPath "" for the root cgroup and kills every process there:
# these tests never run it.
own_choice() {
  arguments /bin/probe hang
  create
  local chosen
  chosen=$(cgroup_of "$(pid_of)")
  differ "$chosen" "$(cgroup_of self)"
  differ "$chosen" /
  [[ $chosen == *"$ID"* ]]
  equal "$(grep -c . "$RUNP_CGROUP2$chosen/cgroup.procs")" 1
  background "$WORK/witness" sleep 60
  ok start "$ID"
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  ok delete --force "$ID"
  [ -d "/proc/${BACKGROUND[0]}" ]
  [ ! -d "$RUNP_CGROUP2$chosen" ]
}

@test "cgroupsPath absent: the runtime chooses one of its own" {
  if is_crun; then skip "crun: too dangerous to try: it may kill all"; fi
  config 'del(.linux.cgroupsPath)'
  own_choice
}

@test "cgroupsPath empty: the runtime chooses one of its own" {
  if is_crun; then skip "crun: it kills every process of the root cgroup"; fi
  config '.linux.cgroupsPath = ""'
  own_choice
}

@test "cgroupsPath /: the root is not a container's" {
  if is_crun; then skip "crun: it may kill every process of the root cgroup"; fi
  peer_falls_short runc "it takes it for one to be chosen"
  config '.linux.cgroupsPath = "/"'
  background "$WORK/witness" sleep 60
  create_refused
  says 'cgroup'
  [ -d "/proc/${BACKGROUND[0]}" ]
}

@test "cgroupsPath with ..: does not lead out" {
  if is_crun; then skip "crun: too dangerous to try"; fi
  mkdir "$RUNP_CGROUP2$CGROUP_PARENT/inner"
  config --arg p "$CGROUP_PARENT/inner/../../../../../$ID" '.linux.cgroupsPath = $p'
  background "$WORK/witness" sleep 60
  rt create --bundle "$BUNDLE" "$ID"
  if [ "$status" -eq 0 ]; then
    differ "$(cgroup_of "$(pid_of)")" "/"
    ok delete --force "$ID"
  fi
  [ -d "/proc/${BACKGROUND[0]}" ]
  [ -d "$RUNP_CGROUP2$CGROUP_PARENT/inner" ]
  rmdir "$RUNP_CGROUP2$CGROUP_PARENT/inner"
}

@test "cgroupsPath with .. is refused by name" {
  runp_only "it cleans the path"
  config --arg p "$CGROUP_PARENT/../$ID" '.linux.cgroupsPath = $p'
  create_refused
  says 'cgroupsPath'
}

@test "cgroupsPath relative: below a place that the runtime chooses" {
  config --arg p "runp-test-relative/$ID" '.linux.cgroupsPath = $p'
  arguments /bin/probe hang
  create
  [[ $(cgroup_of "$(pid_of)") == *"/runp-test-relative/$ID" ]]
  ok delete --force "$ID"
  find "$RUNP_CGROUP2" -depth -type d -name runp-test-relative -exec rmdir {} \; || true
}

# --- killing ----------------------------------------------------------------

@test "delete --force of a fork bomb ends it" {
  without_namespace pid
  # Keeps making children until it is killed, at most so many at once.
  arguments /bin/sh -c 'echo ready; i=0; while [ $i -lt 200 ]; do i=$((i+1)); sleep 100 & done; wait'
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  ok delete --force "$ID"
  gone "$ID"
}

@test "a frozen container can be killed and deleted" {
  running
  echo 1 >"$(here)/cgroup.freeze"
  eventually grep -q 'frozen 1' "$(here)/cgroup.events"
  ok delete --force "$ID"
  gone "$ID"
}

@test "a process that has moved to another cgroup of the host is not followed" {
  without_namespace pid
  running
  mkdir "$RUNP_CGROUP2$CGROUP_PARENT/foreign"
  background "$WORK/other" sleep 60
  echo "${BACKGROUND[0]}" >"$RUNP_CGROUP2$CGROUP_PARENT/foreign/cgroup.procs"
  ok delete --force "$ID"
  [ -d "/proc/${BACKGROUND[0]}" ]
  kill -KILL "${BACKGROUND[0]}"
  eventually rmdir "$RUNP_CGROUP2$CGROUP_PARENT/foreign"
}

@test "an empty cgroup that is there already becomes a pod's, and goes with it" {
  runp_only "it has no pods"
  mkdir "$(here)"
  echo 7 >"$(here)/cgroup.max.depth"
  jq -n --arg c "$CGROUP_PARENT/$ID" '{podVersion: "0.1.0", linux: {cgroupsPath: $c}}' \
    >"$WORK/pod.json"
  ok pod create -f "$WORK/pod.json" web
  equal "$(cat "$(here)/cgroup.max.depth")" 7
  # It is the pod's now, though nothing is in it.
  refused create --bundle "$BUNDLE" "$ID"
  says "$CGROUP_PARENT/$ID already exists, and is that of $STATE/pods/web"
  ok pod delete web
  [ ! -d "$(here)" ]
  mkdir "$(here)"
  background "$WORK/other" sleep 60
  echo "${BACKGROUND[0]}" >"$(here)/cgroup.procs"
  refused pod create -f "$WORK/pod.json" web
  says "cgroup .*$CGROUP_PARENT/$ID already exists, and has processes in it"
  rt pod delete --force web
  equal "$(cat "$(here)/cgroup.procs")" "${BACKGROUND[0]}"
  kill -KILL "${BACKGROUND[0]}"
  eventually rmdir "$(here)"
}

# --- none of one's own ------------------------------------------------------

@test "without a cgroup of its own the container is in the caller's, and its mount shows that" {
  peer_falls_short runc "it has no such option"
  with_mount /sys/fs/cgroup cgroup cgroup rw nosuid
  arguments /bin/sh -c 'cat /proc/self/cgroup /sys/fs/cgroup/cgroup.procs; echo mounted'
  ok --cgroup-manager disabled run --bundle "$BUNDLE" "$ID"
  grep -qx '0::/' <<<"$output"
  grep -qx mounted <<<"$output"
  equal "$errors" ""
  [ ! -d "$(here)" ]
  arguments /bin/probe hang
  ok --cgroup-manager disabled create --bundle "$BUNDLE" "$ID"
  equal "$(cgroup_of "$(pid_of)")" "$(cgroup_of self)"
}

# --- controllers that are not there -----------------------------------------

# Skips where cgroup v2 has the controller after all.
without_controller() {
  if grep -qw "$1" "$RUNP_CGROUP2/cgroup.controllers"; then skip "cgroup v2 has $1 here"; fi
}

refused_for() {
  without_controller "$1"
  config "$2"
  create_refused
  says "$1"
}

@test "a memory limit without the controller is an error that names it" {
  refused_for memory '.linux.resources.memory.limit = 33554432'
}
@test "a cpu quota without the controller is an error that names it" {
  refused_for cpu '.linux.resources.cpu = {quota: 50000, period: 100000}'
}
@test "a limit of processes without the controller is an error that names it" {
  refused_for pids '.linux.resources.pids.limit = 10'
}
@test "an io weight without the controller is an error that names it" {
  refused_for io '.linux.resources.blockIO.weight = 500'
}
@test "cpus without the controller are an error that names it" {
  refused_for cpuset '.linux.resources.cpu.cpus = "0"'
}
@test "unified without the controller is an error that names it" {
  refused_for memory '.linux.resources.unified = {"memory.high": "1000000"}'
}

@test "the error says where the controller is instead" {
  runp_only "it says that the file is not there"
  without_controller memory
  config '.linux.resources.memory.limit = 33554432'
  local place
  place=$(awk '$3 == "cgroup" && $4 ~ /(^|,)memory(,|$)/ { print $2; exit }' /proc/mounts)
  create_refused
  runp_says memory
  if [ -z "$place" ]; then skip "the controller is in no hierarchy that can be seen"; fi
  runp_says "$place"
}

@test "resources that ask for nothing need no controller" {
  peer_falls_short crun "an empty blockIO wants the controller"
  config '.linux.resources = {memory: {}, cpu: {}, pids: {}, blockIO: {}, hugepageLimits: [], unified: {}}'
  run_once
}

@test "an unknown file under unified is refused by name" {
  config '.linux.resources.unified = {"cgroup.no_such_file": "1"}'
  create_refused
  says 'no_such_file'
}

@test "unified cannot leave the cgroup" {
  config '.linux.resources.unified = {"../cgroup.freeze": "1"}'
  create_refused
  equal "$(cat "$RUNP_CGROUP2$CGROUP_PARENT/cgroup.freeze")" 0
}

@test "unified sets what needs no controller" {
  config '.linux.resources.unified = {"cgroup.max.depth": "3"}'
  arguments /bin/probe hang
  create
  equal "$(cat "$(here)/cgroup.max.depth")" 3
}

# --- any number of cgroups --------------------------------------------------

@test "a cgroup with any number of others below it is gone through in portions" {
  runp_only "it is about its own order of calls"
  running
  (cd "$(here)" && seq -f 'c%g' 1500 | xargs mkdir)
  # Each is visited once, and the first before all have been listed.
  ok_traced getdents64,openat kill --all "$ID" CONT
  equal "$(grep -oE '"c[0-9]+"' "$WORK/strace" | sort | uniq -c | awk '$1 == 1' | wc -l)" 1500
  [ "$(sed -n '/"c[0-9]*"/q; /getdents64/p' "$WORK/strace" | wc -l)" -le 3 ]
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  ok_traced getdents64,unlinkat,rmdir delete "$ID"
  [ "$(sed -n '/"c[0-9]*"/q; /getdents64/p' "$WORK/strace" | wc -l)" -le 3 ]
  gone "$ID"
}

# The runtime under strace(1), which writes such calls to a file.
ok_traced() {
  local calls=$1 real=$RUNTIME
  shift
  printf '#!/bin/bash\nexec strace -qqq -o %q -e trace=%s %q "$@"\n' "$WORK/strace" "$calls" "$real" >"$WORK/traced"
  chmod 755 "$WORK/traced"
  RUNTIME=$WORK/traced ok "$@"
}
