#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the integration suite against the runtime that RUNTIME names, inside
# mount and pid namespaces of its own, and prints TAP on stdout.
#
#   run.sh [--cgroup2-view] [--engines] [--vm | --systemd] [--filter REGEX] [FILE...]
#
# RUNTIME        the binary, a name in PATH or a path (build/runp of the tree)
# --cgroup2-view the suite sees cgroup2, and nothing else, at /sys/fs/cgroup;
#                always so for crun and runc on a host with cgroup v1
# --engines      the tests under engines/, with --cgroup2-view
# --vm           the tests under vm/, which need the cgroup v2 controllers
# --systemd      the tests under systemd/, which are for a machine with systemd that
#                they have for themselves: its services see what they make, so they
#                get no namespaces
# RUNP_PAYLOAD   where the programs of payload/ are, compiled; else cc makes them

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
  sed -n '4,19s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 64
}

# Gives the suite nodes of its own in /dev: a runtime that is led out of its
# root, as some tests try it, must not take the machine's.
own_devices() {
  local dev=$RUNP_SUITE/dev entry
  mkdir "$dev"
  mount -t tmpfs -o mode=755 tmpfs "$dev"
  for entry in /dev/*; do
    if [ -d "$entry" ] && [ ! -L "$entry" ]; then
      mkdir "$dev/${entry##*/}"
      mount --rbind "$entry" "$dev/${entry##*/}"
    else
      cp -a "$entry" "$dev/${entry##*/}"
    fi
  done
  mount --move "$dev" /dev
  rmdir "$dev"
}

# The part inside the namespaces: builds what the tests need, runs them.
inside() {
  mount -t tmpfs -o mode=755 tmpfs "$RUNP_SUITE"
  if [ "$RUNP_OWN_NAMESPACES" = yes ]; then own_devices; fi
  if [ "$RUNP_CGROUP2_VIEW" = yes ]; then
    umount -R /sys/fs/cgroup
    mount -t cgroup2 none /sys/fs/cgroup
  fi
  local cgroup2
  cgroup2=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
  export RUNP_CGROUP2=$cgroup2 BATS_TMPDIR=$RUNP_SUITE TMPDIR=$RUNP_SUITE

  local c
  for c in probe companion; do
    if [ -n "${RUNP_PAYLOAD:-}" ]; then
      cp "$RUNP_PAYLOAD/$c" "$RUNP_SUITE/$c"
    else
      "${CC:-cc}" -O1 -static -o "$RUNP_SUITE/$c" "$here/payload/$c.c"
    fi
  done
  "$here/payload/rootfs.sh" "$RUNP_SUITE/rootfs" "$RUNP_SUITE/probe"

  # Not exec: this shell is the namespace's init, and reaps what it inherits.
  local status=0
  bats --tap ${RUNP_TIMING:+--timing} "$@" </dev/null &
  wait $! || status=$?
  return "$status"
}

if [ "${1:-}" = --inside ]; then
  shift
  inside "$@"
  exit
fi

view=no
arguments=()
suite=("$here"/*.bats)
namespaces=(unshare --mount --pid --fork --kill-child --mount-proc)
while [ $# -gt 0 ]; do
  case $1 in
  --cgroup2-view) view=yes ;;
  --engines)
    suite=("$here"/engines/*.bats)
    view=yes
    ;;
  --vm)
    suite=("$here"/vm/*.bats)
    # Virtual machines may be emulated: the tests wait longer.
    export RUNP_EMULATED=${RUNP_EMULATED:-1}
    ;;
  --systemd)
    suite=("$here"/systemd/*.bats)
    namespaces=()
    export RUNP_EMULATED=${RUNP_EMULATED:-1}
    ;;
  --filter)
    arguments+=(--filter "${2:?--filter needs a regex}")
    shift
    ;;
  -*) usage ;;
  *) break ;;
  esac
  shift
done
[ $# -gt 0 ] || set -- "${suite[@]}"

RUNTIME=${RUNTIME:-$here/../../build/runp}
if ! RUNTIME=$(readlink -e "$(command -v "$RUNTIME" || true)"); then
  echo "run.sh: there is no runtime ${RUNTIME:-to test: set RUNTIME, or build runp}" >&2
  exit 1
fi
RUNTIME_NAME=$("$RUNTIME" --version | sed -n '1s/ version.*//p')
case $RUNTIME_NAME in
runp) ;;
crun | runc) [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ] || view=yes ;;
*)
  echo "run.sh: $RUNTIME is neither runp nor crun nor runc: '$RUNTIME_NAME'" >&2
  exit 1
  ;;
esac
if [ "$(id -u)" != 0 ]; then
  echo "run.sh: the suite makes namespaces, mounts and devices: it needs root" >&2
  exit 1
fi

if [ ${#namespaces[@]} = 0 ] && [ "$(cat /proc/1/comm)" != systemd ]; then
  echo "run.sh: --systemd is for a machine whose first process is systemd: hack/vm.sh --systemd" >&2
  exit 1
fi

RUNP_SUITE=$(mktemp -d /tmp/runp-suite.XXXXXX)
chmod 755 "$RUNP_SUITE"
export RUNTIME RUNTIME_NAME RUNP_SUITE RUNP_CGROUP2_VIEW=$view
export RUNP_OWN_NAMESPACES=${namespaces[0]:+yes}
trap 'umount -l "$RUNP_SUITE" 2>/dev/null || true; rmdir "$RUNP_SUITE"' EXIT
# Not in the foreground: in a process group of its own, whatever is done to it.
timeout "${RUNP_SUITE_LIMIT:-1200}" "${namespaces[@]}" \
  bash "$here/run.sh" --inside "${arguments[@]}" "$@" &
trap 'kill "$!"' INT TERM
wait "$!"
