#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What 0 means as a number of processes. What a limit does is under vm/.

load helpers

has_pids() { grep -qw pids "$RUNP_CGROUP2/cgroup.controllers"; }

# Whether a limit of one process holds in a cgroup: without the controller, it could not be set.
one_process() {
  if has_pids; then
    equal "$status" 0
    equal "$(cat "$1/pids.max")" 1
  else
    equal "$status" 1
    says 'linux.resources.pids.limit: the pids controller is not on the cgroup2 hierarchy'
  fi
}

@test "0 processes say nothing in the document of a change, whatever the version of the configuration" {
  local version
  for version in 1.2.0 1.3.0; do
    config --arg v "$version" '.ociVersion = $v'
    running
    echo '{"pids": {"limit": 0}}' >"$WORK/limits.json"
    ok update --resources "$WORK/limits.json" "$ID"
    if has_pids; then equal "$(cat "$RUNP_CGROUP2$CGROUP_PARENT/$ID/pids.max")" max; fi
    ok delete --force "$ID"
  done
}

@test "update --pids-limit 0 leaves room for the first process, as with runc from 1.4 on" {
  runp_only "it leaves the limit alone"
  running
  rt update --pids-limit 0 "$ID"
  one_process "$RUNP_CGROUP2$CGROUP_PARENT/$ID"
}

@test "0 processes say nothing in a change of a pod, and are a limit in its document since 1.3" {
  runp_only "no pods"
  local pod=p-${WORK##*.} version
  local none='{podVersion: "0.1.0", linux: {cgroupsPath: $p, resources: {pids: {limit: 0}}}}'
  jq -n --arg p "$CGROUP_PARENT/pod" "$none | .ociVersion = \"1.2.0\"" >"$WORK/pod.json"
  ok pod create --file "$WORK/pod.json" "$pod"
  echo '{"pids": {"limit": 0}}' >"$WORK/limits.json"
  ok pod update --resources "$WORK/limits.json" "$pod"
  rt pod update --pids-limit 0 "$pod"
  one_process "$RUNP_CGROUP2$CGROUP_PARENT/pod"
  ok pod delete "$pod"
  for version in '{}' '{ociVersion: "1.3.0"}'; do
    jq -n --arg p "$CGROUP_PARENT/pod" "$none + $version" >"$WORK/pod.json"
    rt pod create --file "$WORK/pod.json" "$pod"
    one_process "$RUNP_CGROUP2$CGROUP_PARENT/pod"
    rt pod delete --force "$pod"
  done
}
