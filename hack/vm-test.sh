#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the tests that need cgroup v2's controllers, in one virtual machine:
#
#   hack/vm-test.sh [ARG...]     ARGs go to Tests/integration/run.sh
#
# Prints TAP. Exit status 77 when the machine cannot start here. RUNTIME names
# the runtime (default build/runp).
set -euo pipefail
cd "$(dirname "$0")/.."

runtime=$(readlink -e "$(command -v "${RUNTIME:-build/runp}" || true)") || {
  echo "vm-test: no runtime ${RUNTIME:-build/runp}: make static" >&2
  exit 1
}

# Everything that is executed often goes to the machine's memory first: its
# view of this file system is not cached.
# shellcheck disable=SC2016 # expanded in the machine
exec hack/vm.sh --timeout "${RUNP_VM_LIMIT:-1500}" --memory 3G -- bash -c '
  cp "$1" /tmp/runtime && shift
  mkdir -p /tmp/tree/Tests && cp -r Tests/integration /tmp/tree/Tests/
  export RUNTIME=/tmp/runtime RUNP_SUITE_LIMIT=${RUNP_VM_LIMIT:-1500} RUNP_EMULATED=1
  exec /tmp/tree/Tests/integration/run.sh --vm "$@"' bash "$runtime" "$@"
