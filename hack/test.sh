#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Everything there is to test, on a machine that may be fresh: installs what is
# missing, checks, builds, and runs the unit tests, the integration tests and
# those in the virtual machine. The last line is the sum:
#
#   N passed, N failed[, N skipped]
set -uo pipefail
cd "$(dirname "$0")/.." || exit
exec </dev/null

export RUNP_STRICT=${RUNP_STRICT:-1}
swift=${SWIFT:-swift}
passed=0
failed=0
skipped=0
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

title() { printf '\n==> %s\n' "$*"; }

# One result of its own, for a step that is no test but must not go wrong.
broken() {
  printf 'FAILED: %s\n' "$*"
  failed=$((failed + 1))
}

finish() {
  local sum="$passed passed, $failed failed"
  [ "$skipped" = 0 ] || sum+=", $skipped skipped"
  printf '\n%s\n' "$sum"
  [ "$failed" = 0 ] || exit 1
  exit 0
}

# Adds up a file of TAP, with one plan or several, and the exit status of what
# wrote it. A test that was announced and never reported has failed.
add_tap() {
  local name=$1 file=$2 status=$3 planned ok not_ok skip
  planned=$(sed -nE 's/^1\.\.([0-9]+).*/\1/p' "$file" | paste -sd +)
  planned=$((${planned:-0}))
  not_ok=$(grep -c '^not ok ' "$file")
  skip=$(grep -cE '^ok [0-9]+ .*# skip' "$file")
  ok=$(($(grep -c '^ok ' "$file") - skip))
  passed=$((passed + ok))
  failed=$((failed + not_ok))
  skipped=$((skipped + skip))
  if [ "$planned" = 0 ]; then
    broken "$name announced no tests (exit status $status)"
  elif [ $((ok + skip + not_ok)) -lt "$planned" ]; then
    broken "$name: $((planned - ok - skip - not_ok)) of $planned tests never reported"
    failed=$((failed + planned - ok - skip - not_ok - 1))
  elif [ "$status" != 0 ] && [ "$not_ok" = 0 ]; then
    broken "$name ended with status $status"
  fi
}

# The same for the xunit files of swift test: one a test library.
add_xunit() {
  local status=$1 counts
  counts=$(python3 - "$results"/unit*.xml <<'PY'
import sys, xml.etree.ElementTree as tree
tests = failures = skips = 0
for name in sys.argv[1:]:
    try:
        suites = tree.parse(name).getroot().iter("testsuite")
    except (OSError, tree.ParseError):
        continue
    for suite in suites:
        for case in suite.iter("testcase"):
            tests += 1
            failures += case.find("failure") is not None or case.find("error") is not None
            skips += case.find("skipped") is not None
print(tests - failures - skips, failures, skips)
PY
  ) || counts="0 0 0"
  local ok bad skip
  read -r ok bad skip <<<"$counts"
  passed=$((passed + ok))
  failed=$((failed + bad))
  skipped=$((skipped + skip))
  if [ "$((ok + bad + skip))" = 0 ]; then
    broken "the unit tests reported nothing (exit status $status)"
  elif [ "$status" != 0 ] && [ "$bad" = 0 ]; then
    broken "the unit tests ended with status $status"
  fi
}

title set-up
hack/setup.sh build test || { broken set-up && finish; }
machine=yes
hack/setup.sh vm || machine=
with_systemd=yes
hack/setup.sh systemd || with_systemd=
engines=yes
hack/setup.sh engines bench || engines=

title build
make --no-print-directory static || { broken build && finish; }

title check
hack/check.sh || broken check

title "unit tests"
timeout -k 10 900 "$swift" test --xunit-output "$results/unit.xml"
add_xunit $?

title fuzzing
hack/fuzz.sh 5 || broken fuzzing

title "integration tests"
if [ "$(id -u)" = 0 ]; then
  Tests/integration/run.sh | tee "$results/integration.tap"
  add_tap "integration tests" "$results/integration.tap" "${PIPESTATUS[0]}"
else
  broken "the integration tests need root"
fi

title "tests under engines, and against peers"
if [ -n "$engines" ]; then
  Tests/integration/run.sh --cgroup2-view Tests/integration/{bundles,engines/*}.bats |
    tee "$results/engines.tap"
  add_tap "tests under engines" "$results/engines.tap" "${PIPESTATUS[0]}"
  # The newest podman takes another minute: make engines.
  RUNP_ENGINES=newest Tests/integration/run.sh --engines \
    Tests/integration/engines/{containerd,docker}.bats | tee "$results/newest.tap"
  add_tap "tests under the newest engines" "$results/newest.tap" "${PIPESTATUS[0]}"
else
  count=$(cat Tests/integration/{bundles,engines/*}.bats | grep -c '^@test')
  echo "SKIPPED: podman, containerd, crun and runc cannot be installed: $count tests did not run"
  skipped=$((skipped + count))
fi

# Runs tests in a virtual machine, unless the first word is empty because it is
# not there: in_machine THERE NAME OPTION-OF-VM-TEST FILE...
in_machine() {
  local there=$1 name=$2 option=$3 status=77
  shift 3
  title "tests in the virtual machine: $name"
  if [ -n "$there" ]; then
    hack/vm-test.sh ${option:+"$option"} "$@" | tee "$results/$name.tap"
    status=${PIPESTATUS[0]}
  fi
  if [ "$status" = 77 ]; then
    local count
    count=$(cat "$@" | grep -c '^@test')
    echo "SKIPPED: the virtual machine cannot start here: its $count tests did not run"
    skipped=$((skipped + count))
  else
    add_tap "tests in the virtual machine: $name" "$results/$name.tap" "$status"
  fi
}
# The limits are some twice what it takes, emulated, so that a machine that hangs
# is no more than a failure.
# 300 lives take too long here: make vm-test.
RUNP_VM_LIMIT=1200 in_machine "$machine" vm "" Tests/integration/vm/{io,limits,shortage,update}.bats
# All of what systemd makes takes longer than all the rest (make vm-test), and so
# does podman there (make engines).
RUNP_VM_LIMIT=900 in_machine "$with_systemd" systemd --systemd \
  Tests/integration/systemd/limits.bats

finish
