#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Finds, by bisection, the smallest memory.limit at which `run /bin/true` works,
# for runp and its peers, in one boot of the virtual machine:
#
#   hack/smallest-memory.sh [RUNTIME...]    default: build/runp crun-latest runc-latest
#
# Prints a line a runtime: its name, and the limit in KiB, to the next 16. A
# limit works when three runs in a row do. Exit status 77 when the machine
# cannot start here.
set -euo pipefail
cd "$(dirname "$0")/.."

step=16
most=65536

bundle() {
  mkdir -p "$1"/rootfs/{bin,proc,dev,sys}
  echo 'int main(void) { return 0; }' | cc -O1 -static -x c -o "$1/rootfs/bin/true" -
}

# runs RUNTIME KIB: whether the program does, and ends with 0.
runs() {
  jq -n --argjson m $(($2 * 1024)) '{
    ociVersion: "1.2.0", root: {path: "rootfs"},
    process: {args: ["/bin/true"], cwd: "/", user: {uid: 0, gid: 0}, env: ["PATH=/bin"]},
    mounts: [{destination: "/proc", type: "proc", source: "proc"},
      {destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["mode=755", "size=65536k"]}],
    linux: {cgroupsPath: "/smallest/one", resources: {memory: {limit: $m, swap: $m}},
      namespaces: [{type: "pid"}, {type: "mount"}, {type: "ipc"}, {type: "uts"}, {type: "network"},
        {type: "cgroup"}]}}' >"$work/bundle/config.json"
  local n
  for n in 1 2 3; do
    if ! timeout 60 "$1" --root "$work/state" run --bundle "$work/bundle" "smallest-$n" \
      >/dev/null 2>&1 </dev/null; then
      "$1" --root "$work/state" delete --force "smallest-$n" >/dev/null 2>&1 || true
      return 1
    fi
  done
}

smallest() {
  local low=0 high=$most middle
  if ! runs "$1" "$high"; then
    echo "it does not even work with $high KiB"
    return
  fi
  while [ $((high - low)) -gt "$step" ]; do
    middle=$(((low + high) / 2))
    if runs "$1" "$middle"; then high=$middle; else low=$middle; fi
  done
  echo "$high KiB"
}

if [ "${1:-}" = --inside ]; then
  shift
  work=$(mktemp -d)
  bundle "$work/bundle"
  for runtime in "$@"; do
    cp "$runtime" "$work/runtime"
    printf '%-12s %s\n' "$(basename "$runtime")" "$(smallest "$work/runtime")"
  done
  exit
fi

[ $# -gt 0 ] || set -- build/runp crun-latest runc-latest
runtimes=()
for runtime in "$@"; do
  found=$(readlink -e "$(command -v "$runtime" || true)") || {
    echo "smallest-memory: no runtime $runtime" >&2
    exit 1
  }
  runtimes+=("$found")
done
exec hack/vm.sh --timeout 1200 -- hack/smallest-memory.sh --inside "${runtimes[@]}"
