#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# docker, whose daemon has a containerd of the test's own call the runtime. Its
# containers have no network: there is no bridge, and no packet filter.

load containerd

with_image() {
  command -v dockerd >/dev/null || skip "dockerd is only among the newest engines"
  need_engine dockerd
  containerd_with_image 'disabled_plugins = ["io.containerd.grpc.v1.cri"]' default
  mkdir "$WORK/docker"
  dockerd_starts
  works docker load --quiet --input "$RUNP_SUITE/docker.tar"
}

dockerd_starts() {
  background "$WORK/docker/log.${#BACKGROUND[@]}" dockerd --config-file "" \
    --host "unix://$WORK/docker/sock" --containerd "$WORK/containerd/sock" \
    --data-root "$WORK/docker/data" --exec-root "$WORK/docker/exec" --pidfile "$WORK/docker/pid" \
    --storage-driver vfs --bridge none --iptables=false --ip6tables=false --ip-forward=false \
    --userland-proxy=false --live-restore --cgroup-parent "$CGROUP_PARENT" \
    --exec-opt native.cgroupdriver=cgroupfs --add-runtime "tested=$CALLED" --default-runtime tested
  DOCKERD=${BACKGROUND[-1]}
  eventually docker version
}

dockerd_ends() {
  kill -TERM "$DOCKERD"
  wait "$DOCKERD" || true
}

dockerd_restarts() {
  dockerd_ends
  dockerd_starts
}

docker() {
  command timeout --foreground -k 5 $((LIMIT * 3)) docker --config "$WORK/docker" \
    --host "unix://$WORK/docker/sock" "$@"
}

# Runs or creates a container of the image: boxed VERB WORD...
boxed() {
  local verb=$1
  shift
  docker "$verb" --network none "$@"
}

status_of() { docker inspect --format '{{.State.Status}} {{.State.ExitCode}}' box; }
has_ended() { [[ $(status_of) == exited* ]]; }

# The daemon leaves a mount when it is killed, or was started anew.
finish() {
  local container
  if [ ! -S "$WORK/docker/sock" ]; then return; fi
  for container in $(docker ps --all --quiet); do docker rm --force "$container"; done
  dockerd_ends
  if mountpoint -q "$WORK/docker/data"; then umount "$WORK/docker/data"; fi
}

@test "docker run passes output and exit status on" {
  with_image
  passes_on_what_is_said
}

@test "docker knows from the message what could not be run" {
  peer_falls_short crun "docker does not know its messages"
  with_image
  knows_what_cannot_be_run
}

@test "docker gives a container a terminal" {
  with_image
  export -f docker boxed
  export WORK LIMIT
  works env SHELL=/bin/bash script -qec 'boxed run --rm -t test/box sh -c "test -t 1 && echo tty"' \
    /dev/null
  says tty
}

@test "docker's containers live, are listed, entered, stopped, started and killed" {
  with_image
  works boxed run --detach --name box test/box sh -c 'sleep 1002 & exec sleep 1001'
  works docker exec box sh -c 'cat /proc/1/cmdline | head -c 5'
  equal "$output" sleep
  engine docker exec box sh -c 'exit 5'
  equal "$status" 5
  eventually tops 'sleep 1002'
  tops 'sleep 1001'
  works docker top box -o pid,args
  says "^$(docker inspect --format '{{.State.Pid}}' box) .*sleep 1001"
  works docker stats --no-stream --format '{{.Name}}' box
  equal "$output" box
  works docker stop --time 0 box
  equal "$(status_of)" "exited 137"
  works docker start box
  equal "$(status_of)" "running 0"
  works docker kill --signal TERM box
  works docker kill box
  eventually has_ended
}

tops() { docker top box | grep -F "$1"; }

@test "docker pauses a container, to commit it too" {
  with_image
  works boxed run --detach --name box test/box sh -c 'echo made >/made; exec sleep 1001'
  eventually docker exec box test -s /made
  works docker pause box
  equal "$(status_of)" "paused 0"
  eventually grep -q 'frozen 1' "$(events_of box)"
  works docker unpause box
  equal "$(status_of)" "running 0"
  grep -q 'frozen 0' "$(events_of box)"
  works docker commit box test/made
  equal "$(status_of)" "running 0"
  works boxed run --rm test/made cat /made
  equal "$output" made
  works docker pause box
  works docker rm --force box
}

events_of() {
  echo "$RUNP_CGROUP2$CGROUP_PARENT/$(docker inspect --format '{{.Id}}' "$1")/cgroup.events"
}

@test "docker's container goes on while docker's and containerd's daemons are started anew" {
  with_image
  works boxed run --detach --name box test/box sleep 1001
  local pid
  pid=$(docker inspect --format '{{.State.Pid}}' box)
  dockerd_restarts
  equal "$(docker inspect --format '{{.State.Status}} {{.State.Pid}}' box)" "running $pid"
  tops 'sleep 1001'
  works docker exec box echo entered
  equal "$output" entered
  containerd_restarts
  eventually docker exec box true
  tops 'sleep 1001'
  equal "$(docker inspect --format '{{.State.Status}} {{.State.Pid}}' box)" "running $pid"
  works docker pause box
  dockerd_restarts
  equal "$(status_of)" "paused 0"
  works docker unpause box
  works docker stop --time 0 box
  equal "$(status_of)" "exited 137"
}

@test "docker changes the limits of a container" {
  with_image
  if ! has_controller memory || ! has_controller cpu || ! has_controller pids; then
    # It leaves out of what it asks for all that no controller is there for.
    works boxed run --detach --name box test/box sleep 1001
    works docker update --memory 128m --cpu-shares 512 --pids-limit 40 box
    says 'memory.*discarded'
    works docker update --restart always box
    works docker update --restart no box
    equal "$(status_of)" "running 0"
    return
  fi
  works boxed run --detach --name box --memory 64m --memory-swap 64m --cpus 0.5 --pids-limit 50 \
    test/box sleep 1001
  limits_are 67108864 "50000 100000" 50
  works docker update --memory 128m --memory-swap 128m box
  limits_are 134217728 "50000 100000" 50
  works docker update --cpus 0.25 --pids-limit 40 box
  limits_are 134217728 "25000 100000" 40
  dockerd_restarts
  works docker update --memory 96m --memory-swap 96m box
  limits_are 100663296 "25000 100000" 40
}

# What the container sees: limits_are MEMORY CPU PIDS
limits_are() {
  works docker exec box cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max /sys/fs/cgroup/pids.max
  equal "$output" "$(printf '%s\n' "$@")"
}
