#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs a command in mount, PID and cgroup namespaces of its own, so that nothing it
# starts outlives it, and in the same surroundings on every machine: cgroup v2 alone
# is in sight, without any controller.
#
#   hack/apart.sh NAME CMD [ARG...]
#
# RUNP_SCRATCH is then a directory in memory, and RUNP_CGROUP a cgroup; they are
# removed at the end with whatever is in them. Needs root.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cgroups=/sys/fs/cgroup

case ${1:-} in
  # Inside a mount namespace, which is left to see the cgroups from outside.
  --mounts)
    shift
    # Huge pages would change how often the program faults.
    mount -t tmpfs -o mode=755,huge=never apart "$RUNP_SCRATCH"
    umount -R "$cgroups"
    mount -t cgroup2 none "$cgroups"
    # No controller is passed on to what is below.
    mine=$cgroups/${RUNP_SCRATCH##*/}
    mkdir -p "$mine/view/containers"
    # What is to be removed is removed after an interrupt, too.
    trap : INT TERM HUP
    status=0
    "$here/apart.sh" --processes "$mine/view" "$@" || status=$?
    # Processes that were just killed may keep one busy for a moment.
    for _ in {1..50}; do
      if [ ! -d "$mine" ]; then exit "$status"; fi
      find "$mine" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
    done
    echo "apart: cannot remove the cgroup $mine" >&2
    exit 1
    ;;
  --processes)
    echo $$ >"$2/cgroup.procs"
    shift 2
    exec unshare --mount --propagation private --cgroup --pid --fork --kill-child --mount-proc -- \
      "$here/apart.sh" --inside "$@"
    ;;
  --inside)
    shift
    umount "$cgroups"
    mount -t cgroup2 none "$cgroups"
    exec "$@"
    ;;
esac

if [ "$(id -u)" != 0 ]; then
  echo "apart: containers with the default configuration need root" >&2
  exit 1
fi
RUNP_SCRATCH=$(mktemp -d "/tmp/runp-$1.XXXXXX")
RUNP_CGROUP=/containers
export RUNP_SCRATCH RUNP_CGROUP
trap 'rmdir "$RUNP_SCRATCH"' EXIT
shift
unshare --mount --propagation private -- "$here/apart.sh" --mounts "$@"
