# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A containerd of the test's own, with an image of the suite's root file system.

load engine

# An image as `docker save` writes it, of one layer; once for all files.
setup_file() {
  local image=$RUNP_SUITE/docker-image layer
  if [ -e "$RUNP_SUITE/docker.tar" ]; then return; fi
  mkdir "$image"
  tar -C "$RUNP_SUITE/rootfs" -cf "$image/layer.tar" .
  layer=$(sha256sum "$image/layer.tar" | cut -d' ' -f1)
  jq -n --arg l "sha256:$layer" --arg a "$(dpkg --print-architecture)" '{architecture: $a, os: "linux",
    config: {Env: ["PATH=/bin"], Cmd: ["/bin/sleep", "1000"]},
    rootfs: {type: "layers", diff_ids: [$l]}}' >"$image/config.json"
  jq -n '[{Config: "config.json", RepoTags: ["test/box:latest"], Layers: ["layer.tar"]}]' \
    >"$image/manifest.json"
  tar -C "$image" -cf "$RUNP_SUITE/docker.tar" manifest.json config.json layer.tar
}

# Starts it, with more configuration and the image in a namespace:
# containerd_with_image TOML NAMESPACE
containerd_with_image() {
  need_engine containerd
  mkdir "$WORK/containerd"
  cat >"$WORK/containerd/config.toml" <<TOML
version = 2
root = "$WORK/containerd/root"
state = "$WORK/containerd/state"
$1
[grpc]
address = "$WORK/containerd/sock"
[plugins."io.containerd.internal.v1.opt"]
path = "$WORK/containerd/opt"
[plugins."io.containerd.nri.v1.nri"]
disable = true
[timeouts]
"io.containerd.timeout.shim.load" = "${LIMIT}s"
"io.containerd.timeout.task.state" = "${LIMIT}s"
[[plugins."io.containerd.transfer.v1.local".unpack_config]]
platform = "linux/$(dpkg --print-architecture)"
snapshotter = "native"
TOML
  containerd_starts
  works ctr --namespace "$2" image import --snapshotter native "$RUNP_SUITE/docker.tar"
}

containerd_starts() {
  background "$WORK/containerd/log.${#BACKGROUND[@]}" \
    containerd --config "$WORK/containerd/config.toml"
  CONTAINERD=${BACKGROUND[-1]}
  eventually ctr version
}

containerd_restarts() {
  kill -TERM "$CONTAINERD"
  wait "$CONTAINERD" || true
  containerd_starts
}

ctr() {
  timeout --foreground -k 5 $((LIMIT * 3)) ctr --address "$WORK/containerd/sock" "$@"
}
