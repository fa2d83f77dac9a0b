#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# containerd, whose shim calls the runtime, driven by ctr.

load engine

# An image as `docker save` writes it, of one layer.
setup_file() {
  local image=$RUNP_SUITE/docker-image layer
  mkdir "$image"
  tar -C "$RUNP_SUITE/rootfs" -cf "$image/layer.tar" .
  layer=$(sha256sum "$image/layer.tar" | cut -d' ' -f1)
  jq -n --arg l "sha256:$layer" --arg a "$(dpkg --print-architecture)" '{architecture: $a, os: "linux",
    config: {Env: ["PATH=/bin"]}, rootfs: {type: "layers", diff_ids: [$l]}}' >"$image/config.json"
  jq -n '[{Config: "config.json", RepoTags: ["test/box:latest"], Layers: ["layer.tar"]}]' \
    >"$image/manifest.json"
  tar -C "$image" -cf "$RUNP_SUITE/docker.tar" manifest.json config.json layer.tar
}

with_image() {
  need_engine containerd
  mkdir "$WORK/containerd"
  cat >"$WORK/containerd/config.toml" <<TOML
version = 2
root = "$WORK/containerd/root"
state = "$WORK/containerd/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "$WORK/containerd/sock"
[[plugins."io.containerd.transfer.v1.local".unpack_config]]
platform = "linux/$(dpkg --print-architecture)"
snapshotter = "native"
TOML
  background "$WORK/containerd/log" containerd --config "$WORK/containerd/config.toml"
  eventually ctr version
  works ctr image import --snapshotter native "$RUNP_SUITE/docker.tar"
}

ctr() {
  timeout --foreground -k 5 $((LIMIT * 3)) ctr --address "$WORK/containerd/sock" "$@"
}

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
  kill -TERM "${BACKGROUND[0]}"
  wait "${BACKGROUND[0]}" || true
  background "$WORK/containerd/log.2" containerd --config "$WORK/containerd/config.toml"
  eventually ctr version
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
