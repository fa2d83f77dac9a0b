#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures runp against the newest crun and runc, and `run` against the bare
# kernel calls of it, in turn, in one run; prints times, and what else it costs:
#
#   hack/bench.sh [--cases run,bare,lifecycle,exec,state,list,pod,parallel]
#                 [--rounds N] [--containers N] [--json FILE] [--no-machine]
#   hack/bench.sh --cases scale      how times grow up to 1,000 containers, 200 pods
#   hack/bench.sh --check            fails with 1 when a ratio to crun's time is
#                                    worse than the recorded one by more than the
#                                    noise; 77: not judged, the machine is loaded
#   hack/bench.sh --record           records them anew, in hack/bench/recorded.json
#
# Without --cases, the smallest memory limits come last, from a virtual machine,
# which takes minutes; --no-machine leaves them out. --anyway judges and records
# on a loaded machine, too.
#
# RUNP names another binary to measure; PEERS="name=path ..." other peers.
# The containers have podman's default configuration: its seccomp profile of
# over 400 names, ten mounts, masked paths. Needs root.
#
# Everything happens in mount and PID namespaces of its own with cgroup v2
# alone in sight, so neither a runtime's error nor an interrupt leaves anything
# running.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

# Inside the mount namespace. The cgroups belong to no namespace and are ours
# to remove.
if [ "${1:-}" = --inside ]; then
  scratch=$2
  cgroup=runp-bench-${scratch##*.}
  shift 2
  # State lives in memory, as below /run.
  mkdir "$scratch/run"
  mount -t tmpfs -o mode=700 bench "$scratch/run"
  if [ "$(stat -f -c %T /sys/fs/cgroup)" != cgroup2fs ]; then
    umount -R /sys/fs/cgroup
    mount -t cgroup2 none /sys/fs/cgroup
  fi
  # Processes that were just killed may keep a cgroup busy for a moment.
  remove_cgroups() {
    for _ in {1..50}; do
      [ -d "/sys/fs/cgroup/$cgroup" ] || return 0
      find "/sys/fs/cgroup/$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
    done
    echo "bench: cannot remove the cgroup $cgroup" >&2
  }
  status=0
  unshare --pid --fork --kill-child --mount-proc -- \
    python3 -B "$here/bench" --scratch "$scratch" --cgroup "/$cgroup" "$@" || status=$?
  remove_cgroups
  exit "$status"
fi

if [ "$(id -u)" != 0 ]; then
  echo "bench: containers with the default configuration need root" >&2
  exit 1
fi
runp=$(readlink -e "$(command -v "${RUNP:-$here/../build/runp}" || true)") || {
  echo "bench: no ${RUNP:-build/runp}: make static" >&2
  exit 1
}
read -ra peers <<<"${PEERS:-crun=$(command -v crun-latest || true) runc=$(command -v runc-latest || true)}"
for peer in "${peers[@]}"; do
  [ -x "${peer#*=}" ] || {
    echo "bench: no ${peer%%=*}: hack/setup.sh bench" >&2
    exit 1
  }
done

options=()
machine=yes
for word; do
  case $word in
    --no-machine) machine= && continue ;;
    --cases* | --check | --record) machine= ;;
  esac
  options+=("$word")
done

scratch=$(mktemp -d)
trap 'rm -rf --one-file-system "$scratch"' EXIT
unshare --mount --propagation private -- \
  "$here/bench.sh" --inside "$scratch" "${options[@]}" "runp=$runp" "${peers[@]}"
if [ "$machine" ]; then
  echo $'\nsmallest memory.max of a run, in a virtual machine'
  "$here/smallest-memory.sh" "$runp" "${peers[@]#*=}" || [ $? = 77 ]
fi
