#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs what needs cgroup v2's controllers, in one virtual machine: the unit tests
# of Cgroups that are skipped without them, and Tests/integration/vm. Or what
# needs systemd, Tests/integration/systemd, in the machine that has it.
#
#   hack/vm-test.sh [--systemd] [ARG...]     ARGs go to Tests/integration/run.sh
#
# Prints TAP, a plan for each part. Exit status 77 when the machine cannot start
# here. RUNTIME names the runtime (default build/runp).
set -euo pipefail
cd "$(dirname "$0")/.."

limit=${RUNP_VM_LIMIT:-1800}
unit=.build/debug/runpPackageTests.xctest

# The results of a run of Swift Testing as TAP.
tap() {
  awk -v status="$1" '
    / Test run with / { next }
    / Test .* passed after / { print "ok " ++n " unit: " $3 }
    / Test .* failed after / { print "not ok " ++n " unit: " $3; failed = 1 }
    / Test .* skipped/ { print "ok " ++n " unit: " $3 " # skip" }
    END {
      if (n == 0 || (status != 0 && !failed)) print "not ok " ++n " unit: exit status " status
      print "1.." n
    }'
}

# In the machine. What is executed often goes to its memory first.
if [ "${1:-}" = --inside ]; then
  status=0
  if [ -x "$unit" ]; then
    NO_COLOR=1 "$unit" --testing-library swift-testing --filter CgroupControllerTests \
      >/tmp/unit.log 2>&1 || status=1
    tap "$status" </tmp/unit.log
    if [ "$status" != 0 ]; then cat /tmp/unit.log >&2; fi
  fi
  cp "$2" /tmp/runtime
  shift 2
  # Before the suite takes over the nodes in /dev.
  modprobe --all loop bfq
  mkdir -p /tmp/tree/Tests
  cp -r Tests/integration /tmp/tree/Tests/
  cd /tmp/tree
  RUNTIME=/tmp/runtime RUNP_SUITE_LIMIT=$limit Tests/integration/run.sh --vm "$@" || status=1
  exit "$status"
fi

# In the machine with systemd, where podman calls the runtime by this name.
if [ "${1:-}" = --inside-systemd ]; then
  install -m 755 "/host$2" /usr/local/bin/runp
  shift 2
  mkdir -p /tmp/tree/Tests
  cp -r Tests/integration /tmp/tree/Tests/
  export RUNTIME=/usr/local/bin/runp RUNP_SUITE_LIMIT=$limit RUNP_PAYLOAD=$PWD/build/payload
  cd /tmp/tree
  exec Tests/integration/run.sh --systemd "$@"
fi

runtime=$(readlink -e "$(command -v "${RUNTIME:-build/runp}" || true)") || {
  echo "vm-test: no runtime ${RUNTIME:-build/runp}: make static" >&2
  exit 1
}
if [ "${1:-}" = --systemd ]; then
  shift
  # That machine has no compiler.
  mkdir -p build/payload
  for source in Tests/integration/payload/*.c; do
    name=$(basename "$source" .c)
    "${CC:-cc}" -O1 -static -o "build/payload/$name" "$source"
  done
  exec hack/vm.sh --systemd --timeout "$limit" -- \
    env RUNP_VM_LIMIT="$limit" ${RUNP_CRASH:+RUNP_CRASH="$RUNP_CRASH"} \
    ${RUNP_TIMING:+RUNP_TIMING="$RUNP_TIMING"} hack/vm-test.sh --inside-systemd "$runtime" "$@"
fi
[ -x "$unit" ] || echo "vm-test: $unit is not there, so unit tests are left out: make unit" >&2
exec hack/vm.sh --timeout "$limit" --memory 3G -- \
  env RUNP_VM_LIMIT="$limit" ${RUNP_ENGINES:+RUNP_ENGINES="$RUNP_ENGINES"} \
  ${RUNP_TIMING:+RUNP_TIMING="$RUNP_TIMING"} hack/vm-test.sh --inside "$runtime" "$@"
