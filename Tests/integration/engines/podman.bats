#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# podman, with the conmon and the buildah that it brings.

load engine

with_image() {
  need_engine podman
  engine_table
  works pod import "$RUNP_SUITE/image.tar" test/box
}

setup_file() { tar -C "$RUNP_SUITE/rootfs" -cf "$RUNP_SUITE/image.tar" .; }

finish() {
  if [ -d "$WORK/storage" ]; then engine pod rm --all --force --time 0; fi
}

# Without --foreground podman could not change the settings of a terminal.
pod() {
  timeout --foreground -k 5 $((LIMIT * 3)) podman --root "$WORK/storage" --runroot "$WORK/run" \
    --tmpdir "$WORK/tmp" --storage-driver vfs --cgroup-manager cgroupfs --events-backend file \
    --runtime "$CALLED" "$@"
}

# Runs or creates a container of the image: boxed VERB WORD...
boxed() {
  local verb=$1
  shift
  pod "$verb" --network none --cgroups no-conmon --cgroup-parent "$CGROUP_PARENT" "$@"
}

@test "podman run passes output and exit status on" {
  with_image
  passes_on_what_is_said
}

@test "podman run passes the input on" {
  with_image
  equal "$(echo in | boxed run --rm -i test/box cat 3>&- 4>&-)" in
}

@test "podman knows from the message what could not be run" {
  with_image
  knows_what_cannot_be_run
}

@test "podman starts a container whose program has been mended" {
  with_image
  local name path
  for name in locked orphan; do
    works boxed create --name "$name" test/box "/bin/$name" /bin/true
    engine pod start "$name"
    # crun says that it has started what cannot be executed.
    if [ "$name" = locked ] || is_runp; then
      differ "$status" 0
      [[ $errors =~ (permission denied|not executable|no such file) ]]
    fi
    if [ "$name" = locked ]; then
      equal "$(pod inspect --format '{{.State.Status}}' "$name")" created
    fi
    # podman 5 does not itself find out that one whose start failed has ended.
    works pod container cleanup "$name"
    path=$(boxed_root "$name")
    printf '#!/bin/sh\necho mended\n' >"$path/bin/$name"
    chmod 755 "$path/bin/$name"
    works pod start --attach "$name"
    equal "$output" mended
    works pod wait "$name"
    equal "$(pod inspect --format '{{.State.Status}} {{.State.ExitCode}}' "$name")" "exited 0"
    works pod rm "$name"
  done
}

# Where the root of a container is while none of it runs.
boxed_root() { pod mount "$1"; }

@test "podman's containers live, are entered, stopped, started and killed" {
  with_image
  works boxed run --detach --name box test/box sleep 100
  works pod exec box sh -c 'cat /proc/1/cmdline | head -c 5'
  equal "$output" sleep
  engine pod exec box sh -c 'exit 5'
  equal "$status" 5
  works pod exec --user 1000 --workdir /tmp --env A=b box sh -c 'id -u; pwd; echo $A'
  equal "$output" $'1000\n/tmp\nb'
  works pod stop --time 0 box
  works pod start box
  works pod inspect box --format '{{.State.Status}}'
  equal "$output" running
  works pod kill box
  works pod wait box
  equal "$output" 137
  works pod rm box
}

@test "podman pauses a container, also to commit it, and lists its processes" {
  with_image
  works boxed run --detach --name box test/box sh -c 'echo made >/made; sleep 1002 & exec sleep 1001'
  eventually top_shows box 'sleep 1002'
  top_shows box 'sleep 1001'
  works pod stats --no-stream --format '{{.Name}}' box
  equal "$output" box
  works pod pause box
  equal "$(status_of box)" paused
  engine pod exec box true
  differ "$status" 0
  works pod unpause box
  equal "$(status_of box)" running
  works pod exec box true
  works pod commit --quiet --pause box test/made
  equal "$(status_of box)" running
  works boxed run --rm test/made cat /made
  equal "$output" made
  works pod pause box
  works pod rm --force --time 0 box
}

status_of() { pod inspect --format '{{.State.Status}}' "$1"; }
top_shows() { pod top "$1" pid args | grep -F "$2"; }

@test "podman changes the limits of a container, or says which controller they need" {
  with_image
  works boxed run --detach --name box test/box sleep 1001
  if ! has_controller memory || ! has_controller cpu; then
    engine pod update --memory 64m box
    differ "$status" 0
    runp_says 'the memory controller is not'
    equal "$(status_of box)" running
    works pod exec box true
    return
  fi
  works pod update --memory 64m --memory-swap 64m box
  limits_are 67108864 "max 100000"
  works pod update --cpu-period 50000 --cpu-quota 25000 box
  limits_are 67108864 "25000 50000"
  works pod update --memory 128m --memory-swap 128m box
  limits_are 134217728 "25000 50000"
  works pod stats --no-stream --format '{{.MemUsage}} {{.PIDs}}' box
  says '/ 134.2MB 1$'
}

# What the container sees: limits_are MEMORY CPU
limits_are() {
  works pod exec box cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max
  equal "$output" "$(printf '%s\n' "$@")"
}

@test "podman has a pod of two containers, in a cgroup of its own" {
  with_image
  works pod import --change 'CMD ["/bin/sleep", "1000"]' "$RUNP_SUITE/image.tar" localhost/pause
  works pod pod create --name shared --share ipc,uts,pid --network none \
    --infra-image localhost/pause --cgroup-parent "$CGROUP_PARENT"
  local name
  for name in one two; do
    works pod run --detach --pod shared --network none --cgroups no-conmon --name "$name" test/box \
      sleep 1001
    equal "$(cgroup_of "$(pod inspect --format '{{.State.Pid}}' "$name")")" \
      "$CGROUP_PARENT/$(pod pod inspect --format '{{.Id}}' shared)/libpod-$(pod inspect --format '{{.Id}}' "$name")"
  done
  works pod pod top shared pid args
  equal "$(grep -c 'sleep 1001' <<<"$output")" 2
  works pod exec two ps -o args
  equal "$(grep -c 'sleep 1001' <<<"$output")" 2
  works pod pod pause shared
  equal "$(status_of one) $(status_of two)" "paused paused"
  works pod pod unpause shared
  equal "$(status_of one) $(status_of two)" "running running"
  works pod pod stats --no-stream --format '{{.Name}}' shared
  says '^one$'
  works pod pod stop --time 0 shared
  works pod pod start shared
  works pod exec two true
  works pod pod rm --force --time 0 shared
}

@test "podman gives a container a terminal" {
  with_image
  export -f pod boxed
  export WORK CALLED CGROUP_PARENT LIMIT
  works env SHELL=/bin/bash script -qec 'boxed run --rm -t test/box sh -c "test -t 1 && echo tty"' \
    /dev/null
  equal "${output%$'\r'}" tty
}

@test "podman mounts what it is told, and confines the process as told" {
  with_image
  echo mine >"$WORK/file"
  works boxed run --rm --read-only --user 1000:1000 --cap-drop all --tmpfs /scratch \
    --volume "$WORK/file:/file:ro" --security-opt no-new-privileges --hostname inside \
    --env GREETING=hello test/box \
    sh -c 'id -u; cat /file; hostname; echo $GREETING; touch /scratch/x; touch /x 2>/dev/null || echo ro
      grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status'
  equal "$output" "1000
mine
inside
hello
ro
CapEff:	0000000000000000
NoNewPrivs:	1
Seccomp:	2"
}

@test "podman runs a container in a user namespace" {
  with_image
  works boxed run --rm --uidmap 0:100000:1000 test/box \
    sh -c 'cat /proc/self/uid_map | tr -s " "; touch /x; stat -c %u /x'
  equal "$output" $' 0 100000 1000\n0'
}

@test "podman runs a container with the host's namespaces" {
  with_image
  works boxed run --rm --pid host --uts host --ipc host test/box \
    sh -c 'for n in pid uts ipc; do readlink /proc/self/ns/$n; done'
  equal "$output" "$(for n in pid uts ipc; do readlink /proc/self/ns/$n; done)"
}

@test "podman runs a privileged container" {
  with_image
  works boxed run --rm --privileged test/box sh -c 'grep CapEff /proc/self/status; ls /dev'
  says "CapEff:.$(awk '/CapBnd/ { print $2 }' /proc/self/status)"
  says kmsg
}

@test "podman builds an image" {
  with_image
  printf 'FROM test/box\nRUN echo built >/built\n' >"$WORK/Containerfile"
  works pod build --network none --ulimit nofile=1024:1024 \
    --ulimit nproc=1024:1024 --tag test/built --file "$WORK/Containerfile" "$WORK"
  works boxed run --rm test/built cat /built
  equal "$output" built
}

@test "podman runs a container without a cgroup of its own" {
  with_image
  # It asks a list of its own first: see README.md.
  engine_table "runtime_supports_nocgroup = [\"${CALLED##*/}\"]"
  works pod run --rm --network none --cgroups disabled \
    --pids-limit -1 test/box /bin/sh -c 'cat /proc/self/cgroup; grep " /sys/fs/cgroup " /proc/self/mounts'
  [[ $output =~ 0::/ ]]
  [[ $output =~ cgroup2 ]]
}
