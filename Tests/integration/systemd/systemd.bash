# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What the tests share that have systemd make cgroups. They run in a machine of
# their own, in no namespace: systemd must know their processes by number.

load ../helpers

# The container's unit, and what systemd has for its properties.
prepare() {
  config 'del(.linux.cgroupsPath)'
  SLICE=system.slice
  UNIT=runp-$ID.scope
}

runtime() { timeout -k 5 "$LIMIT" "$RUNTIME" --root "$STATE" --systemd-cgroup "$@"; }

# A property of a unit: shown PROPERTY [UNIT].
shown() { systemctl show "${2:-$UNIT}" --property "$1" --value; }

# has PROPERTY VALUE [UNIT]
has() {
  local found
  found=$(shown "$1" "${3:-$UNIT}")
  if [ "$found" != "$2" ]; then echo "${3:-$UNIT} has $1=$found, not $2" >&2; return 1; fi
}

# A file of the container's cgroup, in one line.
file() { tr '\n' ' ' <"$RUNP_CGROUP2/$SLICE/$UNIT/$1" | sed 's/ $//'; }

# The units of this test that systemd knows, failed ones too. Mounts have some
# that nobody asked for.
units() {
  systemctl list-units --all --plain --no-legend --type scope,slice,service "*${WORK##*.}*" |
    awk '{ print $1 }'
}

no_units() {
  local found
  found=$(units)
  if [ -n "$found" ]; then printf 'these units are left:\n%s\n' "$found" >&2; return 1; fi
}

more_left() { units | sed 's/^/unit: /'; }

# systemd starts what it likes meanwhile: only what is in a cgroup of the test's,
# or waits to become a container's first process, is the test's.
strays() {
  grep -ls "${WORK##*.}" /proc/[0-9]*/cgroup | cut -d/ -f3
  grep -ls '^runp:\[INIT' /proc/[0-9]*/comm | cut -d/ -f3
}
