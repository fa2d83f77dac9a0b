#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what is missing, builds runp, and shows a pod of two containers that
# talk over localhost: a web server and a client. Needs root for the pod.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
  echo "demo: containers of root's need root: sudo make demo" >&2
  exit 1
fi

hack/setup.sh build demo
make --no-print-directory static
spec-fixtures/make-bundles.sh pods/web

pod=demo-$$
root=/run/runp-demo.$$
output=$(mktemp)
runp() { build/runp --root "$root" "$@"; }

# Shows a command as one would type it, and runs it.
show() {
  printf '\n\033[1m$ %s\033[0m\n' "$*"
  "$@"
}

clean_up() {
  runp pod delete --force "$pod" >/dev/null 2>&1 || true
  rm -rf --one-file-system "$root" "$output"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# What the kernel has of the pod: mounts, cgroups, processes.
traces() {
  awk -v at="$root/" 'index($5, at) == 1 { print "mount  " $5 }' /proc/self/mountinfo
  local hierarchy
  hierarchy=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
  find "$hierarchy" -type d -path "*/$pod*" -printf 'cgroup %p\n' 2>/dev/null || true
  local pid
  for pid in "$@"; do
    # One that has ended may still wait for its new parent to look.
    if grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$pid/status" 2>/dev/null; then
      echo "process $pid"
    fi
  done
  find "$root" -mindepth 1 -name "$pod" -printf 'state  %p\n' 2>/dev/null || true
}

# The containers' output goes where pod create's goes.
printf '\n\033[1m$ runp pod create -f spec-fixtures/pods/web/pod.json %s\033[0m\n' "$pod"
runp pod create -f spec-fixtures/pods/web/pod.json "$pod" >"$output" 2>&1 </dev/null || {
  cat "$output" >&2
  exit 1
}
show runp pod start "$pod"

for _ in {1..40}; do
  if [ "$(grep -c '^hello from the pod' "$output")" -ge 3 ]; then break; fi
  sleep 0.25
done
show runp pod state "$pod"
printf '\nwhat the server and its client have printed so far:\n'
sed 's/^/  | /' "$output"
grep -q '^hello from the pod' "$output" || {
  echo "demo: the client got no answer" >&2
  exit 1
}

mapfile -t processes < <(runp list --quiet | while read -r id; do
  runp state "$id" | sed -nE 's/^ *"pid": *([0-9]+),?$/\1/p'
done)
printf '\nwhat the kernel has of it:\n'
traces "${processes[@]}" | sed 's/^/  /'

show runp pod delete --force "$pod"
left=$(traces "${processes[@]}")
if [ -n "$left" ]; then
  printf 'demo: this is left:\n%s\n' "$left" >&2
  exit 1
fi
show runp pod list
printf '\nNothing is left of it: no process, mount, cgroup or state.\n'
