#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs what needs cgroup v2's controllers, in one virtual machine: the unit tests
# of Cgroups that are skipped without them, and Tests/integration/vm. Or what
# needs systemd, Tests/integration/systemd, in the machine that has it.
#
#   hack/vm-test.sh [--systemd] [ARG...]     ARGs go to Tests/integration/run.sh
#
# Prints TAP, a plan for each part, and on standard error what it begins. Exit
# status 77 when the machine cannot start here. RUNTIME names the runtime
# (default build/runp), RUNP_VM_LIMIT how many seconds all of it may take.
#
# A machine that has not reported a test after five minutes has hung, as emulated
# ones rarely do, and is started once more. One that hangs later has failed.
set -euo pipefail
cd "$(dirname "$0")/.."

limit=${RUNP_VM_LIMIT:-1800}
unit=.build/debug/runpPackageTests.xctest

say() { printf '# %s\n' "$*" >&2; }

# Says what begins, and ends it when it takes too long: stage SECONDS WHAT CMD...
stage() {
  say "$2"
  timeout -k 10 "$1" "${@:3}"
}

# The results of Swift Testing as TAP, as they come.
tap() {
  local line name n=0
  while IFS= read -r line; do
    name=${line#* Test }
    name=${name%% *}
    case $line in
      *' Test run with '*) ;;
      *' Test '*' passed after '*) echo "ok $((n += 1)) unit: $name" ;;
      *' Test '*' failed after '*) echo "not ok $((n += 1)) unit: $name" ;;
      *' Test '*' skipped'*) echo "ok $((n += 1)) unit: $name # skip" ;;
    esac
  done
}

# Without a single result there is no plan either. One test after the other: with
# as many at once as there are processors, all that wait for a process, no thread
# is left for their time limits, which say which one hangs.
unit_tests() {
  local status=0 n
  say "unit tests"
  NO_COLOR=1 timeout -k 10 180 "$unit" --testing-library swift-testing --no-parallel \
    --filter CgroupControllerTests 2>&1 | tee /tmp/unit.log | tap | tee /tmp/unit.tap || status=$?
  n=$(wc -l </tmp/unit.tap)
  if [ "$status" != 0 ]; then
    cat /tmp/unit.log >&2
    say "unit tests: exit status $status"
    [ "$n" != 0 ] || exit "$status"
    grep -q '^not ok' /tmp/unit.tap || echo "not ok $((n += 1)) unit: exit status $status"
  fi
  echo "1..$n"
  return "$status"
}

# In the machine. What is executed often goes to its memory first.
if [ "${1:-}" = --inside ]; then
  status=0
  if [ -x "$unit" ]; then unit_tests || status=1; fi
  stage 60 "the runtime" cp "$2" /tmp/runtime
  shift 2
  # Before the suite takes over the nodes in /dev.
  stage 60 "kernel modules" modprobe --all loop bfq
  mkdir -p /tmp/tree/Tests
  stage 60 "the suite" cp -r Tests/integration /tmp/tree/Tests/
  export RUNTIME=/tmp/runtime RUNP_SUITE_LIMIT=$limit RUNP_PAYLOAD=$PWD/build/payload
  cd /tmp/tree
  say bats
  Tests/integration/run.sh --vm "$@" || status=1
  exit "$status"
fi

# In the machine with systemd, where podman calls the runtime by this name.
if [ "${1:-}" = --inside-systemd ]; then
  stage 60 "the runtime" install -m 755 "/host$2" /usr/local/bin/runp
  shift 2
  mkdir -p /tmp/tree/Tests
  stage 60 "the suite" cp -r Tests/integration /tmp/tree/Tests/
  export RUNTIME=/usr/local/bin/runp RUNP_SUITE_LIMIT=$limit RUNP_PAYLOAD=$PWD/build/payload
  cd /tmp/tree
  say bats
  exec Tests/integration/run.sh --systemd "$@"
fi

runtime=$(readlink -e "$(command -v "${RUNTIME:-build/runp}" || true)") || {
  echo "vm-test: no runtime ${RUNTIME:-build/runp}: make static" >&2
  exit 1
}
# The one machine has no compiler, and in the other it is slow.
mkdir -p build/payload
for source in Tests/integration/payload/*.c; do
  name=$(basename "$source" .c)
  "${CC:-cc}" -O1 -static -o "build/payload/$name" "$source"
done

# A test takes two minutes at most, emulated.
options=(--timeout "$limit" --first 300 --silence 420)
environment=("RUNP_VM_LIMIT=$limit")
for name in RUNP_CRASH RUNP_ENGINES RUNP_TIMING; do
  if [ -n "${!name:-}" ]; then environment+=("$name=${!name}"); fi
done
if [ "${1:-}" = --systemd ]; then
  shift
  options+=(--systemd)
  inside=--inside-systemd
else
  [ -x "$unit" ] || echo "vm-test: $unit is not there, so unit tests are left out: make unit" >&2
  options+=(--memory 3G)
  inside=--inside
fi
exec hack/vm.sh "${options[@]}" -- env "${environment[@]}" hack/vm-test.sh "$inside" "$runtime" "$@"
