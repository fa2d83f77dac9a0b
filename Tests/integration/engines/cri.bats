#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# containerd as Kubernetes' kubelet calls it, through CRI: pods on the host's
# network, of a sandbox and containers, whose limits change while they run.

load containerd

readonly PROTOCOL=$NEWEST/share/cri.proto

# A pod with one container: with_pod RESOURCES
with_pod() {
  /usr/bin/python3 -c 'import grpc, google.protobuf' 2>/dev/null ||
    skip "grpc for Python is not here: hack/setup.sh engines"
  [ -r "$PROTOCOL" ] || skip "the CRI's protocol is not here: hack/setup.sh engines, where there is a network"
  protoc -I "${PROTOCOL%/*}" --descriptor_set_out="$WORK/cri" "${PROTOCOL##*/}"
  containerd_with_image "$(cri_plugin)" k8s.io
  POD_CGROUP=$RUNP_CGROUP2$CGROUP_PARENT/pod
  # What the kubelet does itself.
  mkdir "$POD_CGROUP"
  jq -n --arg parent "$CGROUP_PARENT/pod" '{metadata: {name: "box", uid: "1", namespace: "test"},
    linux: {cgroup_parent: $parent, security_context: {namespace_options: {network: "NODE"}}}}' \
    >"$WORK/pod.json"
  POD=$(cri RunPodSandbox '{config: $pod[0]}' | jq -r .podSandboxId)
  CONTAINER=$(cri CreateContainer "{pod_sandbox_id: \"$POD\", sandbox_config: \$pod[0], config: {
    metadata: {name: \"one\"}, image: {image: \"docker.io/test/box:latest\"},
    command: [\"/bin/sleep\", \"1001\"], linux: {resources: $1}}}" | jq -r .containerId)
  cri StartContainer "{container_id: \"$CONTAINER\"}"
}

cri_plugin() {
  cat <<TOML
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "docker.io/test/box:latest"
restrict_oom_score_adj = true
disable_hugetlb_controller = false
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
default_runtime_name = "runp"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runp]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runp.options]
BinaryName = "$CALLED"
TOML
}

# Calls a method with what a jq expression makes of the pod: cri METHOD EXPRESSION
cri() {
  jq -n --slurpfile pod "$WORK/pod.json" "$2" |
    /usr/bin/python3 "$BATS_TEST_DIRNAME/cri.py" "$WORK/cri" "$WORK/containerd/sock" "$1" 3>&- 4>&-
}

# What `crictl update` and the kubelet's resize ask for.
resize() { cri UpdateContainerResources "{container_id: \"$CONTAINER\", linux: $1}"; }

# Tells how it is with the container: told EXPRESSION
told() { cri ContainerStatus "{container_id: \"$CONTAINER\"}" | jq -r ".status.$1"; }

at() { echo "$POD_CGROUP/$CONTAINER/$1"; }
file() { tr '\n' ' ' <"$(at "$1")" | sed 's/ $//'; }

finish() {
  if [ -z "${POD:-}" ]; then return; fi
  # Why a call failed, or a container ended, is often only there.
  if [ -z "${BATS_TEST_COMPLETED:-}" ]; then tail -n 40 "$WORK"/containerd/log.* >&2; fi
  engine cri StopPodSandbox "{pod_sandbox_id: \"$POD\"}"
  engine cri RemovePodSandbox "{pod_sandbox_id: \"$POD\"}"
  rmdir "$POD_CGROUP"
}

# Of the sizes that the machine has, as the kubelet names them.
hugepages() {
  local gigantic=
  if has_gigantic; then gigantic=", {page_size: \"1GB\", limit: $2}"; fi
  echo "{hugepage_limits: [{page_size: \"2MB\", limit: $1}$gigantic]}"
}
has_gigantic() { [ -d /sys/kernel/mm/hugepages/hugepages-1048576kB ]; }

@test "a pod's container takes the kubelet's new limit of hugepages, before and after containerd's restart" {
  has_controller hugetlb || skip "cgroup v2 has no hugetlb here"
  peer_falls_short runc "update leaves limits of hugepages as they are"
  with_pod "$(hugepages 2097152 0)"
  equal "$(file hugetlb.2MB.max)" 2097152
  resize "$(hugepages 4194304 0)"
  equal "$(file hugetlb.2MB.max)" 4194304
  containerd_restarts
  equal "$(told state)" CONTAINER_RUNNING
  resize "$(hugepages 6291456 1073741824)"
  equal "$(file hugetlb.2MB.max)" 6291456
  if has_gigantic; then equal "$(file hugetlb.1GB.max)" 1073741824; fi
  works cri ExecSync "{container_id: \"$CONTAINER\", cmd: [\"cat\", \"/sys/fs/cgroup/hugetlb.2MB.max\"], timeout: 20}"
  equal "$(jq -r .stdout <<<"$output" | base64 -d)" 6291456
}

@test "the kubelet is told which controller its new limit needs, and the container goes on as it was" {
  if has_controller memory; then skip "cgroup v2 has memory here"; fi
  peer_falls_short runc "update leaves limits of hugepages as they are"
  with_pod "$(hugepages 2097152 0)"
  engine resize '{memory_limit_in_bytes: 67108864, hugepage_limits: [{page_size: "2MB", limit: 4194304}]}'
  differ "$status" 0
  says 'memory'
  is_runp && says 'controller'
  equal "$(file hugetlb.2MB.max)" 2097152
  equal "$(told state)" CONTAINER_RUNNING
  resize "$(hugepages 4194304 0)"
  equal "$(file hugetlb.2MB.max)" 4194304
}

@test "the kubelet grows and shrinks a pod and its container while they run" {
  local controller
  for controller in memory cpu pids; do
    has_controller "$controller" || skip "cgroup v2 has no $controller here"
  done
  with_pod '{cpu_period: 100000, cpu_quota: 20000, cpu_shares: 204, memory_limit_in_bytes: 67108864,
    unified: {"memory.oom.group": "1"}}'
  limits_are 67108864 "20000 100000"
  # First the pod, then its container.
  echo 268435456 >"$POD_CGROUP/memory.max"
  resize '{cpu_period: 100000, cpu_quota: 50000, cpu_shares: 512, memory_limit_in_bytes: 134217728,
    oom_score_adj: 500, unified: {"memory.oom.group": "1"}}'
  limits_are 134217728 "50000 100000"
  containerd_restarts
  equal "$(told state)" CONTAINER_RUNNING
  limits_are 134217728 "50000 100000"
  # As `crictl update --memory` does, of which the rest stays as it is.
  resize '{memory_limit_in_bytes: 100663296}'
  limits_are 100663296 "50000 100000"
  resize '{cpu_period: 100000, cpu_quota: 10000, cpu_shares: 102, memory_limit_in_bytes: 33554432}'
  limits_are 33554432 "10000 100000"
  echo 67108864 >"$POD_CGROUP/memory.max"
  # Less than it has in use: whatever the kubelet is told, it can see the limit.
  works cri ExecSync "{container_id: \"$CONTAINER\", cmd: [\"cat\", \"/sys/fs/cgroup/memory.max\"], timeout: 60}"
  equal "$(jq -r .stdout <<<"$output" | base64 -d)" 33554432
}

# What the container's cgroup has, and what the kubelet reads back.
limits_are() {
  equal "$(file memory.max)" "$1"
  equal "$(file cpu.max)" "$2"
  equal "$(told resources.linux.memoryLimitInBytes)" "$1"
  equal "$(told 'resources.linux | "\(.cpuQuota) \(.cpuPeriod)"')" "$2"
}
