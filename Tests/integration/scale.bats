#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What a command does is no more for one container or pod when there are many.

load helpers

prepare() {
  runp_only "how many calls it makes is its own affair"
  if ! strace -o /dev/null true 2>/dev/null; then skip "strace is not here"; fi
}

# traced FILE ARGS: the runtime's command, whose calls, and those of all that it
# starts, are counted when the last of these has ended.
traced() {
  timeout "$LIMIT" strace -D -qq -f -c -U calls,name -o "$1" "$RUNTIME" --root "$STATE" "${@:2}" \
    >/dev/null </dev/null 3>&- 4>&-
}

counted() {
  eventually grep -q total "$1"
  awk '$2 == "total" { print $1 }' "$1"
}

# Of one command each beside what there is: sets created, asked, listed, deleted.
# count WORDS_OF_CREATE -- ID WORDS_BEFORE_THE_VERB...
count() {
  local create=()
  while [ "$1" != -- ]; do create+=("$1") && shift; done
  local id=$2
  shift 2
  traced calls.create "$@" create "${create[@]}"
  traced calls.state "$@" state "$id"
  traced calls.list "$@" list
  traced calls.delete "$@" delete --force "$id"
  created=$(counted calls.create) asked=$(counted calls.state) listed=$(counted calls.list) deleted=$(counted calls.delete)
}

# As many calls as before for one, give or take an allocation or a wait, and for
# a list of four times as many at most four times as many. A cgroup whose last
# process is not quite gone is waited for once more, which takes delete up to ten.
in_proportion() {
  local before=("$created" "$asked" "$listed" "$deleted")
  "$@"
  echo "before: ${before[*]}; after: $created $asked $listed $deleted" >&2
  [ "${before[1]}" -gt 10 ] && [ "${before[2]}" -gt 10 ]
  [ $((created * 100)) -le $((before[0] * 105)) ]
  [ $((asked * 100)) -le $((before[1] * 105)) ]
  [ "$listed" -le $((before[2] * 4)) ]
  [ "$deleted" -le $((before[3] + 10)) ]
}

# containers FIRST LAST: makes these, and counts beside them.
containers() {
  local number
  for number in $(seq "$1" "$2"); do
    as "$ID_BEFORE-$number"
    create
  done
  as "$ID_BEFORE-more"
  count --bundle "$BUNDLE" "$ID" -- "$ID"
}

@test "commands on one of many containers cost the same, and list costs in proportion" {
  ID_BEFORE=$ID
  arguments /bin/probe hang
  containers 1 10
  in_proportion containers 11 40
}

# pods FIRST LAST: the same for pods of one container.
pods() {
  local number
  for number in $(seq "$1" "$2") more; do
    jq -n --arg bundle "$BUNDLE" --arg cgroup "$CGROUP_PARENT/$ID-$number" --arg id "$ID-$number-c" \
      '{podVersion: "0.1.0", linux: {cgroupsPath: $cgroup}, containers: [{$id, $bundle}]}' >pod.json
    [ "$number" = more ] || ok pod create -f pod.json "$ID-$number"
  done
  count -f pod.json "$ID-more" -- "$ID-more" pod
}

@test "commands on one of many pods cost the same, and pod list costs in proportion" {
  arguments /bin/probe hang
  config 'del(.hostname) | del(.linux.cgroupsPath)'
  pods 1 5
  in_proportion pods 6 20
}
