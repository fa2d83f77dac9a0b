# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Many lives, many at once, for the lives.bats of either driver.
#
#   lives_begin   notes what there is before
#   lives FILTER  runs 300 containers to their end, ten at once, whose
#                 configurations jq changes so: $n is 1 to 10
#   lives_end     fails when there is more than before
#
# A file may have its own idea of cgroups, for one that others make some in.

programs() { "$RUNP_SUITE/companion" loaded programs | sort; }
cgroups() { find "$RUNP_CGROUP2" -type d | sort; }
mounts() { sort /proc/self/mountinfo; }
readonly LEFT=(programs cgroups mounts)

lives_begin() {
  local kind
  for kind in "${LEFT[@]}"; do "$kind" >"$WORK/before.$kind"; done
}

lives() {
  local round n jobs
  for n in {1..10}; do
    new_bundle "b$n"
    config --argjson n "$n" --arg id "$ID-$n" "$1"
  done
  for round in {1..30}; do
    jobs=()
    for n in {1..10}; do
      runtime run --bundle "$WORK/b$n" "$ID-$n" </dev/null >>"$WORK/said" 2>&1 3>&- 4>&- &
      jobs+=($!)
    done
    for n in "${jobs[@]}"; do
      if ! wait "$n"; then
        echo "in round $round:" >&2
        cat "$WORK/said" >&2
        return 1
      fi
    done
  done
}

# The kernel lets go of the programs of a cgroup in its own time.
lives_end() {
  if eventually no_more; then return 0; fi
  local kind
  for kind in "${LEFT[@]}"; do more_of "$kind" | sed "s/^/left of $kind: /" >&2; done
  return 1
}

more_of() { comm -13 "$WORK/before.$1" <("$1"); }
no_more() {
  local kind
  for kind in "${LEFT[@]}"; do [ -z "$(more_of "$kind")" ] || return 1; done
}
