#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# podman as it is on a host with systemd, which it has make all cgroups. Its
# containers.conf names runp as the runtime, and nothing else.

load systemd
load ../engines/engine

readonly PLAIN=plain

setup_file() {
  tar -C "$RUNP_SUITE/rootfs" -cf "$RUNP_SUITE/image.tar" .
  chmod 644 "$RUNP_SUITE/image.tar"
  podman import --quiet "$RUNP_SUITE/image.tar" test/box >/dev/null
}

prepare() {
  PLAIN_ID=$(id -u "$PLAIN")
  AS=()
}

finish() {
  engine pod pod rm --all --force --time 0
  engine pod rm --all --force --time 0
}

# What follows is the user's: his podman, and his systemd.
as_plain_user() {
  AS=(setpriv --reuid "$PLAIN" --regid "$PLAIN" --init-groups env -i --chdir=/ PATH="$PATH"
    HOME="/home/$PLAIN" XDG_RUNTIME_DIR="/run/user/$PLAIN_ID")
  eventually test -S "/run/user/$PLAIN_ID/bus"
  works pod import --quiet "$RUNP_SUITE/image.tar" test/box
}

pod() { "${AS[@]}" timeout --foreground -k 5 $((LIMIT * 2)) podman "$@"; }
of_systemd() { "${AS[@]}" systemctl ${AS[0]:+--user} "$@"; }
shown() { of_systemd show "$2" --property "$1" --value; }

units() {
  of_systemd list-units --all --plain --no-legend --type scope,slice,service '*libpod*' | awk '{ print $1 }'
}

more_left() {
  units | sed 's/^/unit: /'
  find "$RUNP_CGROUP2" -type d -name '*libpod*' -printf 'cgroup: %p\n' 2>/dev/null
  awk '$5 ~ "/containers/storage/overlay.*/" { print "mount: " $5 }' /proc/self/mountinfo
  find /run/runp "/run/user/$PLAIN_ID/runp" -mindepth 1 -maxdepth 1 ! -name '.*' 2>/dev/null
}

# Containers of podman have names that are not the test's.
strays() { pgrep -x conmon || true; }

# Runs a container without a network: boxed [OPTION...] NAME WORD...
boxed() { works pod run --detach --network none "$@"; }
scope_of() { echo "libpod-$(pod inspect --format '{{.Id}}' "$1").scope"; }

# The life of a container with limits, whose systemd has them.
lives_with_limits() {
  local scope
  boxed --name box --memory 64m --memory-swap 96m --cpus 0.5 --pids-limit 50 test/box sleep 1000
  scope=$(scope_of box)
  has ActiveState active "$scope"
  has MemoryMax 67108864 "$scope"
  has MemorySwapMax 33554432 "$scope"
  has CPUQuotaPerSecUSec 500ms "$scope"
  has TasksMax 50 "$scope"
  of_systemd daemon-reload
  works pod exec box cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max /sys/fs/cgroup/cpu.max
  equal "$output" $'67108864\n50\n50000 100000'
  works pod update --memory 128m --memory-swap 128m --cpus 0.25 box
  changed
  of_systemd daemon-reload
  changed
  works pod stats --no-stream --format '{{.MemUsage}} {{.PIDs}}' box
  # This podman shows the limit that it has made the container with.
  says '67.11MB 1$'
  works pod top box pid args
  says 'sleep 1000'
  works pod stop --time 1 box
  equal "$(pod inspect --format '{{.State.Status}} {{.State.ExitCode}}' box)" "exited 137"
  works pod start box
  has ActiveState active "$scope"
  works pod kill box
  works pod wait box
  works pod rm box
  eventually no_units
}

# What `update` has made of the limits, in systemd's eyes and the container's.
changed() {
  has MemoryMax 134217728 "$scope"
  has MemorySwapMax 0 "$scope"
  has CPUQuotaPerSecUSec 250ms "$scope"
  has TasksMax 50 "$scope"
  works pod exec box cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max /sys/fs/cgroup/cpu.max
  equal "$output" $'134217728\n50\n25000 100000'
}

@test "podman's containers live in scopes that have their limits" {
  lives_with_limits
}

# A container that is paused and goes on, and its systemd knows of both.
pauses_and_goes_on() {
  local scope
  boxed --name box test/box sleep 1000
  scope=$(scope_of box)
  works pod pause box
  equal "$(pod inspect --format '{{.State.Status}}' box)" paused
  has FreezerState frozen "$scope"
  works pod unpause box
  has FreezerState running "$scope"
  works pod exec box true
  works pod pause box
  works pod rm --force --time 0 box
  eventually no_units
}

@test "podman pauses a container, and systemd knows of it" {
  pauses_and_goes_on
}

@test "podman checks the health of a container by a timer of systemd" {
  boxed --name box --health-cmd 'test -e /healthy' --health-interval 2s test/box sleep 1000
  engine pod healthcheck run box
  equal "$status" 1
  works pod exec box touch /healthy
  eventually is_healthy
  local id
  id=$(pod inspect --format '{{.Id}}' box)
  [ -n "$(systemctl list-units --all --no-legend "$id*")" ]
  works pod rm --force --time 0 box
  equal "$(systemctl list-units --all --no-legend "$id*")" ""
}

is_healthy() { [ "$(pod inspect --format '{{.State.Health.Status}}' box)" = healthy ]; }

@test "podman's pod of two containers is a slice" {
  works pod pod create --name shared --share pid,ipc --network none
  works pod run --detach --pod shared --network none --name one test/box sleep 1001
  works pod run --detach --pod shared --network none --name two test/box sleep 1002
  local slice
  slice=machine-libpod_pod_$(pod pod inspect --format '{{.Id}}' shared).slice
  has Slice "$slice" "$(scope_of one)"
  has Slice "$slice" "$(scope_of two)"
  works pod exec two ps -o args
  says 'sleep 1001'
  works pod pod stop --time 0 shared
  works pod pod rm shared
  eventually no_units
}

@test "podman puts a container into the slice it is told" {
  boxed --name box --cgroup-parent some-where.slice test/box sleep 1000
  has Slice some-where.slice "$(scope_of box)"
  works pod rm --force --time 0 box
  eventually no_units
  systemctl stop some.slice
}

@test "podman gives a container a network" {
  works pod run --rm test/box grep -c eth0 /proc/net/dev
  equal "$output" 1
}

@test "a plain user's podman runs containers in scopes of his own systemd" {
  as_plain_user
  lives_with_limits
}

@test "a plain user's podman pauses a container, and his systemd knows of it" {
  as_plain_user
  pauses_and_goes_on
}

@test "a plain user's podman has a pod of two containers" {
  as_plain_user
  works pod pod create --name shared --share pid,ipc --network none
  works pod run --detach --pod shared --network none --name one test/box sleep 1001
  works pod run --detach --pod shared --network none --name two test/box sleep 1002
  works pod exec two ps -o args
  says 'sleep 1001'
  works pod pod rm --force --time 0 shared
  eventually no_units
}
