#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# containerd, whose shim calls the runtime, driven by ctr.

load containerd

with_image() { containerd_with_image 'disabled_plugins = ["io.containerd.grpc.v1.cri"]' default; }

# Runs a container of the image: boxed OPTION... ID WORD...
boxed() {
  local options=()
  while [[ $1 == -* ]]; do
    options+=("$1")
    shift
  done
  local id=$1
  shift
  ctr run --snapshotter native --runc-binary "$CALLED" --cgroup "$CGROUP_PARENT/$id" \
    "${options[@]}" docker.io/test/box:latest "$id" "$@"
}

@test "ctr run passes output and exit status on" {
  with_image
  engine boxed --rm "$ID" sh -c 'echo out; echo err >&2; exit 7'
  equal "$status" 7
  equal "$output" out
  equal "$errors" err
}

@test "ctr's tasks live, are entered and killed" {
  with_image
  works boxed --detach "$ID" sleep 100
  works ctr task list
  says "$ID.*RUNNING"
  works ctr task exec --exec-id first "$ID" sh -c 'cat /proc/1/cmdline | head -c 5'
  equal "$output" sleep
  engine ctr task exec --exec-id second "$ID" sh -c 'exit 5'
  equal "$status" 5
  works ctr task kill --signal SIGKILL "$ID"
  eventually is_stopped
  works ctr task rm --force "$ID"
  works ctr container rm "$ID"
}

is_stopped() { ctr task list 3>&- 4>&- | grep -q "$ID.*STOPPED"; }

@test "ctr pauses and resumes a task" {
  with_image
  works boxed --detach "$ID" sleep 100
  works ctr task pause "$ID"
  works ctr task list
  says "$ID.*PAUSED"
  grep -q 'frozen 1' "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.events"
  works ctr task resume "$ID"
  works ctr task list
  says "$ID.*RUNNING"
  works ctr task exec --exec-id first "$ID" true
  works ctr task metrics "$ID"
  works ctr task pause "$ID"
  works ctr task kill --signal SIGKILL "$ID"
  eventually is_stopped
  works ctr task rm "$ID"
  works ctr container rm "$ID"
}

@test "ctr gives a container a terminal" {
  with_image
  export -f ctr boxed
  export WORK CALLED CGROUP_PARENT LIMIT ID
  works env SHELL=/bin/bash script -qec 'boxed --rm --tty "$ID" sh -c "test -t 1 && echo tty"' \
    /dev/null
  says tty
}

@test "ctr passes on why a program could not be run" {
  with_image
  engine boxed --rm "$ID" no-such-program
  differ "$status" 0
  says 'no-such-program.*not found'
}

# Without the answer of `ps` a container that was found is taken for a leaked one.
@test "containerd finds a running container again after its own restart" {
  with_image
  works boxed --detach "$ID" sleep 100
  works ctr task ps "$ID"
  says "^$(pid_of_task)"
  containerd_restarts
  works ctr task list
  says "$ID.*RUNNING"
  works ctr task ps "$ID"
  says "^$(pid_of_task)"
  works ctr task exec --exec-id first "$ID" sh -c 'cat /proc/1/cmdline | head -c 5'
  equal "$output" sleep
  works ctr task kill --signal SIGKILL "$ID"
  eventually is_stopped
  works ctr task rm --force "$ID"
  works ctr container rm "$ID"
}

pid_of_task() { ctr task list 3>&- 4>&- | awk -v id="$ID" '$1 == id { print $2 }'; }
