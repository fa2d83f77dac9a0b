#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs a command in mount and PID namespaces of its own with cgroup v2 alone in
# sight, so that nothing it starts outlives it:
#
#   hack/apart.sh NAME CMD [ARG...]
#
# RUNP_SCRATCH is then a directory in memory, and RUNP_CGROUP a cgroup, both called
# after NAME; they are removed at the end with whatever is in them. Needs root.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

# Inside the mount namespace. The cgroups belong to no namespace, and processes that
# were just killed may keep one busy for a moment.
if [ "${1:-}" = --inside ]; then
  shift
  # Huge pages would change how often the program faults.
  mount -t tmpfs -o mode=755,huge=never apart "$RUNP_SCRATCH"
  umount -R /sys/fs/cgroup
  mount -t cgroup2 none /sys/fs/cgroup
  mkdir "/sys/fs/cgroup$RUNP_CGROUP"
  status=0
  unshare --pid --fork --kill-child --mount-proc -- "$@" || status=$?
  for _ in {1..50}; do
    if [ ! -d "/sys/fs/cgroup$RUNP_CGROUP" ]; then exit "$status"; fi
    find "/sys/fs/cgroup$RUNP_CGROUP" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
  done
  echo "apart: cannot remove the cgroup $RUNP_CGROUP" >&2
  exit 1
fi

if [ "$(id -u)" != 0 ]; then
  echo "apart: containers with the default configuration need root" >&2
  exit 1
fi
RUNP_SCRATCH=$(mktemp -d "/tmp/runp-$1.XXXXXX")
RUNP_CGROUP=/${RUNP_SCRATCH##*/}
export RUNP_SCRATCH RUNP_CGROUP
trap 'rmdir "$RUNP_SCRATCH"' EXIT
shift
unshare --mount --propagation private -- "$here/apart.sh" --inside "$@"
