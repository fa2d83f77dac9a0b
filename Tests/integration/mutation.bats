#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Damaged documents: whatever is wrong with one, the command ends by itself and
# says it in one sentence, and nothing of the container or pod is left.
#
#   RUNP_MUTATIONS=N RUNP_EDGES=N RUNP_SEED=S  more of them, and others

load helpers

mutations=${RUNP_MUTATIONS:-40}
fixtures=$BATS_TEST_DIRNAME/../../spec-fixtures

# mutants DOCUMENT KEPT...: the damaged copies, in $WORK/mutants.
mutants() {
  local document=$1
  shift
  rm -rf "$WORK/mutants"
  mkdir "$WORK/mutants"
  python3 "$BATS_TEST_DIRNAME/payload/mutate.py" \
    "$document" "$WORK/mutants" "$mutations" "${RUNP_SEED:-1}" "$@"
}

# The last command ended by itself, and when it failed with one sentence.
orderly() {
  local lines
  case $status in
  0) return 0 ;;
  1 | 255) ;;
  *) tell "$1 did not end by itself" && return 1 ;;
  esac
  lines=$(grep -cv '^runp: warning: ' <<<"$errors")
  if [ "$lines" != 1 ] || grep -qE 'Fatal|Swift|0x[0-9a-f]{6}' <<<"$errors"; then
    tell "$1 is refused, but not in one sentence"
    return 1
  fi
}

# Nothing of the container is left; keeps the document that did it.
clean() {
  if gone "$ID"; then return 0; fi
  echo "$1 leaves something behind" >&2
  return 1
}

create_and_delete() {
  cp "$1" "$BUNDLE/config.json"
  rt create --bundle "$BUNDLE" "$ID"
  orderly "$1" || return
  if [ "$status" = 0 ]; then
    rt delete --force "$ID"
    orderly "$1" || return
  fi
  clean "$1" || return
  rm -f "$OUT" "$ERR"
}

# Creates a container of each damaged copy and deletes it.
create_all() {
  local file
  for file in "$WORK"/mutants/*.json; do
    create_and_delete "$file" || { cat "$file" >&2; return 1; }
  done
}

@test "a damaged config.json of a usual container" {
  runp_only "not asked of them"
  config '.hooks.createRuntime = [ {path: "/bin/true", timeout: 5} ]'
  mutants "$BUNDLE/config.json" cgroupsPath path
  create_all
}

@test "a damaged config.json that says everything" {
  runp_only "not asked of them"
  if [ ! -d "$fixtures" ]; then skip "the fixtures are not here"; fi
  python3 - "$fixtures/config/good/everything.json" "$CGROUP_PARENT/$ID" >"$WORK/all.json" <<'PY'
import json, sys
config = json.load(open(sys.argv[1]))
config["linux"]["cgroupsPath"] = sys.argv[2]
config["root"]["path"] = "rootfs"
# They would run programs, and open files, of the host.
config.pop("hooks", None)
config["mounts"] = [m for m in config["mounts"] if "bind" not in m.get("options", [])]
json.dump(config, sys.stdout)
PY
  mutants "$WORK/all.json" cgroupsPath path
  create_all
}

@test "a damaged pod.json" {
  runp_only "peers have no pods"
  local file wrong=0
  arguments /bin/probe hang
  cat >"$WORK/pod.json" <<JSON
{ "podVersion": "0.1.0", "ociVersion": "1.3.0", "hostname": "web", "annotations": {"a": "b"},
  "shm": {"size": 1048576},
  "volumes": [ {"name": "work", "kind": "empty", "medium": "memory", "size": 65536, "mode": "0700"} ],
  "containers": [ {"id": "$ID", "bundle": "$BUNDLE", "restartPolicy": "Always", "stopTimeout": 1,
    "mounts": [ {"volume": "work", "destination": "/work", "readOnly": true} ], "stopSignal": "SIGTERM"} ],
  "exitPolicy": "stop",
  "linux": { "cgroupsPath": "$CGROUP_PARENT/web", "sysctl": {"net.ipv4.ip_unprivileged_port_start": "0"},
    "namespaces": [ {"type": "network"}, {"type": "ipc"} ],
    "resources": {"pids": {"limit": 0}, "memory": {"limit": 0}} } }
JSON
  config --arg p "$CGROUP_PARENT/web/$ID" 'del(.hostname) | .linux.cgroupsPath = $p'
  mutants "$WORK/pod.json" cgroupsPath bundle source
  for file in "$WORK"/mutants/*.json; do
    rt pod create -f "$file" web
    orderly "$file" || wrong=1
    rt pod delete --force web
    if [ "$status" != 0 ]; then tell "$file: the pod cannot be deleted" || true; wrong=1; fi
    if [ -e "$STATE/pods/web" ] || [ -e "$STATE/$ID" ] || [ -e "$RUNP_CGROUP2$CGROUP_PARENT/web" ] ||
      grep -q "$STATE" /proc/self/mountinfo; then
      echo "$file leaves something behind" >&2
      wrong=1
    fi
    if [ "$wrong" != 0 ]; then cat "$file" >&2; return 1; fi
    rm -f "$OUT" "$ERR"
  done
}

@test "a damaged file of exec --process" {
  runp_only "not asked of them"
  local file
  running
  jq '.process | .args = ["/bin/true"]
    | .scheduler = {policy: "SCHED_BATCH", nice: 3} | .ioPriority = {class: "IOPRIO_CLASS_BE", priority: 4}
    | .user.umask = 18 | .user.additionalGids = [1, 2] | .oomScoreAdj = 100
    | .consoleSize = {height: 20, width: 80}' "$BUNDLE/config.json" >"$WORK/process.json"
  mutants "$WORK/process.json"
  for file in "$WORK"/mutants/*.json; do
    rt exec --process "$file" "$ID"
    orderly "$file" || { cat "$file" >&2; return 1; }
    rm -f "$OUT" "$ERR"
  done
  equal "$(state_of "$ID")" running
}

@test "a damaged state" {
  runp_only "each has files of its own"
  local file
  create
  mutants "$STATE/$ID/state.json"
  cp "$STATE/$ID/state.json" "$WORK/kept"
  # Only commands that look: what a state names may be somebody else's.
  for file in "$WORK"/mutants/*.json; do
    cp "$file" "$STATE/$ID/state.json"
    rt state "$ID"
    orderly "$file" || { cat "$file" >&2; return 1; }
    ok list
    rm -f "$OUT" "$ERR"
  done
  cp "$WORK/kept" "$STATE/$ID/state.json"
}
