#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Shows where the processor time of runp goes, or its page faults: by groups of
# functions, and by function.
#
#   hack/profile.sh [--faults] [--rounds N] [CASE]
#
# CASE is one of the benchmark's, `run` if none is named: run, bare, lifecycle, exec,
# state, list, pod, parallel. What the container's own program does is left out.
#
# Needs root, the static binary and the unstripped one it was made of (make static),
# perf (Debian's linux-perf; hack/setup.sh profile), swift for the names, and nm,
# addr2line and readelf. No hardware counters: the kernel's clock interrupts each
# processor ten thousand times a second. The machine may be busy; shares change little.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
linked=$here/../build/runp.unstripped
program=$here/../build/runp
if ! command -v perf >/dev/null; then
  echo "profile: no perf: hack/setup.sh profile" >&2
  exit 1
fi
# The names are those of another program, if that has been built since.
if ! cmp -s "${linked%.unstripped}.stripped" "$program"; then
  echo "profile: build/runp was not made of build/runp.unstripped: make static" >&2
  exit 1
fi
"$here/apart.sh" profile python3 -B "$here/profile" --program "$program" --linked "$linked" "$@"
