#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Counts what commands of runp ask of the kernel: nothing that depends on how fast or
# busy the machine is, so it can be held against recorded figures.
#
#   hack/counts.sh record                  count, and write hack/counts.txt anew
#   hack/counts.sh measure FILE            count, and write FILE
#   hack/counts.sh compare FILE SCENARIO   say where FILE differs from hack/counts.txt
#
# RUNTIME names another binary than build/runp. Counting needs root, a C compiler
# and libseccomp's headers.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
program=$(readlink -e "${RUNTIME:-$here/../build/runp}") || {
  echo "counts: no ${RUNTIME:-build/runp}: make static" >&2
  exit 1
}
record=$here/counts.txt
case $#-${1:-} in
  1-record) "$here/apart.sh" counts python3 -B "$here/counts" "$program" "$record" ;;
  2-measure) "$here/apart.sh" counts python3 -B "$here/counts" "$program" "$(realpath "$2")" ;;
  3-compare) python3 -B "$here/counts/record.py" "$record" "$2" "$3" ;;
  *)
    sed -n '4,12s/^# \{0,1\}//p' "$0" >&2
    exit 64
    ;;
esac
