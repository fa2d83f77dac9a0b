#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Finds which functions the common commands call and which variables they
# change, and writes their names to hack/order.txt, by which the linker puts
# them beside each other: so a command touches a third of the pages of text that
# it touches when they lie as they come. The file may be older than the program;
# names that are gone, or new, cost a page here and there.
#
#   hack/order.sh        needs root and the unstripped static binary: make static
#
# Those that the same commands need lie together, see hack/order.py.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
runp=$here/../build/runp.unstripped

# Traces a command; its names go to a file of its own.
calls() {
  local name=$1
  shift
  "$scratch/calls" "$scratch/symbols" "$scratch/names/$name" "$scratch/runp" --root "$RUNP_SCRATCH/root" "$@" \
    </dev/null >"$scratch/said" 2>&1 || {
    cat "$scratch/said" >&2
    echo "order: $name does not work" >&2
    return 1
  }
}

runp() { "$scratch/runp" --root "$RUNP_SCRATCH/root" "$@" </dev/null; }

# bundle NAME JQ: with podman's default configuration.
bundle() {
  local source=$here/../spec-fixtures/bundles/podman-recorded
  mkdir -p "$scratch/$1/userdata/shm"
  cp "$source"/userdata/{hosts,hostname,.containerenv} "$scratch/$1/userdata/"
  jq --arg rootfs "$scratch/rootfs" --arg cgroup "$RUNP_CGROUP/$1" \
    ".root.path = \$rootfs | .linux.cgroupsPath = \$cgroup | .process.args = [\"sleep\", \"1000\"] | $2" \
    "$source/config.json" >"$scratch/$1/config.json"
}

until_it_is() {
  local _
  for _ in {1..100}; do
    [ "$(runp state "$2" 2>/dev/null | jq -r .status)" != "$1" ] || return 0
    sleep 0.1
  done
  return 1
}

# Apart from everything else.
if [ "${1:-}" = --inside ]; then
  scratch=$2
  bundle once '.process.args = ["true"]'
  bundle long .
  bundle member 'del(.linux.sysctl, .linux.cgroupsPath, .hostname)'
  jq -n --arg bundle "$scratch/member" --arg cgroup "$RUNP_CGROUP/pod" '{
    podVersion: "0.1.0", hostname: "order", containers: [{id: "member", bundle: $bundle}],
    linux: {cgroupsPath: $cgroup, namespaces: [{type: "network"}, {type: "ipc"}, {type: "uts"}]}}' \
    >"$scratch/pod.json"
  calls run run --bundle "$scratch/once" once
  # Traced until their first processes have executed their programs.
  calls create create --bundle "$scratch/long" long &
  creating=$!
  until_it_is created long
  calls start start long
  wait "$creating"
  calls exec exec long true
  calls state state long
  calls list list
  calls kill kill long KILL
  until_it_is stopped long
  calls delete delete long
  calls pod-create pod create -f "$scratch/pod.json" pod &
  creating=$!
  until_it_is created member
  calls pod-start pod start pod
  wait "$creating"
  calls pod-delete pod delete --force pod
  cd "$scratch/names"
  nm -S "$scratch/runp" >"$scratch/sizes"
  python3 -B "$here/order.py" "$scratch/sizes" \
    exec run create start kill delete state list pod-create pod-start pod-delete >"$scratch/order"
  exit
fi

scratch=$(mktemp -d)
trap 'rm -rf --one-file-system "$scratch"' EXIT
mkdir "$scratch/names"
"${CC:-cc}" -O1 -o "$scratch/calls" "$here/calls.c"
cp "$runp" "$scratch/runp"
nm -n "$scratch/runp" >"$scratch/symbols"
"$here/../spec-fixtures/make-rootfs.sh" "$scratch/rootfs"
"$here/apart.sh" order "$here/order.sh" --inside "$scratch"
cp "$scratch/order" "$here/order.txt"
echo "order: $(wc -l <"$here/order.txt") names in hack/order.txt"
