#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures runp against the newest crun and runc, and `run` against the bare
# kernel calls of it, in turn, in one run; prints times, and what else it costs:
#
#   hack/bench.sh [--cases run,bare,lifecycle,exec,state,list,pod,parallel]
#                 [--rounds N] [--containers N] [--json FILE] [--no-machine]
#   hack/bench.sh --cases scale      how times grow up to 1,000 containers, 200 pods
#   hack/bench.sh --check            fails with 1 when a ratio to crun's time is
#                                    worse than the recorded one by more than the
#                                    noise; 77: not judged, the machine is loaded
#   hack/bench.sh --record           records them anew, in hack/bench/recorded.json
#
# Without --cases, the smallest memory limits come last, from a virtual machine,
# which takes minutes; --no-machine leaves them out. --anyway judges and records
# on a loaded machine, too.
#
# RUNP names another binary to measure; PEERS="name=path ..." other peers.
# The containers have podman's default configuration: its seccomp profile of
# over 400 names, ten mounts, masked paths. Needs root.
#
# Everything happens apart [apart.sh], so neither a runtime's error nor an
# interrupt leaves anything running.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

runp=$(readlink -e "$(command -v "${RUNP:-$here/../build/runp}" || true)") || {
  echo "bench: no ${RUNP:-build/runp}: make static" >&2
  exit 1
}
read -ra peers <<<"${PEERS:-crun=$(command -v crun-latest || true) runc=$(command -v runc-latest || true)}"
for peer in "${peers[@]}"; do
  [ -x "${peer#*=}" ] || {
    echo "bench: no ${peer%%=*}: hack/setup.sh bench" >&2
    exit 1
  }
done

options=()
machine=yes
for word; do
  case $word in
    --no-machine) machine= && continue ;;
    --cases* | --check | --record) machine= ;;
  esac
  options+=("$word")
done

# Programs and root file systems lie on disk, as elsewhere; state in memory.
scratch=$(mktemp -d)
trap 'rm -rf --one-file-system "$scratch"' EXIT
"$here/apart.sh" bench python3 -B "$here/bench" --home "$scratch" "${options[@]}" "runp=$runp" "${peers[@]}"
if [ "$machine" ]; then
  echo $'\nsmallest memory.max of a run, in a virtual machine'
  "$here/smallest-memory.sh" "$runp" "${peers[@]#*=}" || [ $? = 77 ]
fi
