#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Feeds mutated documents to what reads them: config.json, pod.json, both state
# files, the file of `exec --process`. The corpus is spec-fixtures; what is
# found stays in build/fuzz/KIND, from where a later run goes on.
#
#   fuzz.sh [SECONDS [KIND...]]    SECONDS for each kind, 60 when not given
#
# A document that makes runp trap, hang or forget is kept in build/fuzz as
# crash-*, timeout-* or oom-*, and the script fails.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here"
seconds=${1:-60}
shift || true
[ $# -gt 0 ] || set -- config process pod state podState

# A path of its own: everything is compiled with the fuzzer's counters.
RUNP_FUZZ=1 "${SWIFT:-swift}" build -c release --scratch-path .build/fuzz --product fuzz \
  --sanitize fuzzer
binary=$(RUNP_FUZZ=1 "${SWIFT:-swift}" build -c release --scratch-path .build/fuzz \
  --sanitize fuzzer --show-bin-path)/fuzz

# The documents of a kind that a person has written.
seeds() {
  local file
  case $1 in
  config) cp spec-fixtures/config/*/*.json "$2" ;;
  pod) for file in spec-fixtures/pods/*/*.json; do cp "$file" "$2/$(tr / - <<<"$file")"; done ;;
  process)
    for file in spec-fixtures/config/*/*.json; do
      jq .process "$file" >"$2/${file##*/}" 2>/dev/null || rm "$2/${file##*/}"
    done
    ;;
  *) cp Tests/fuzz/seeds/"$1"/*.json "$2" ;;
  esac
}

# The Swift runtime's own handler would start a debugger in place of libFuzzer.
export SWIFT_BACKTRACE=enable=no
failed=0
for kind; do
  corpus=build/fuzz/$kind log=build/fuzz/$kind.log
  rm -rf build/fuzz/seeds-"$kind"
  mkdir -p "$corpus" build/fuzz/seeds-"$kind"
  seeds "$kind" build/fuzz/seeds-"$kind"
  if RUNP_FUZZ=$kind "$binary" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -max_len=65536 -print_final_stats=1 -verbosity=0 -artifact_prefix=build/fuzz/ \
    "$corpus" build/fuzz/seeds-"$kind" >"$log" 2>&1; then
    echo "fuzz: $kind: nothing found in" \
      "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log") documents"
  else
    failed=1
    grep -vE '^(stat|#|"|[0-9])' "$log" | tail -30
    echo "fuzz: $kind: a fault was found, see $log"
  fi
done
exit "$failed"
