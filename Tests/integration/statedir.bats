#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The state directory: records in it name hooks that run as the caller, so
# nobody else may have written them.

load helpers

prepare() { NOTICE="neither looks at who owns its state directory"; }

# shellcheck disable=SC2153
finish() { chown -R 0 "$STATE" && chmod -R go-w "$STATE"; }

@test "a state directory that belongs to somebody else is refused by name" {
  runp_only "$NOTICE"
  chown 1000 "$STATE"
  create_refused
  says "$STATE belongs to user 1000"
  refused list
  says "$STATE belongs to user 1000"
  refused pod create web
  says "$STATE belongs to user 1000"
  chown 0 "$STATE"
  create
  chown 1000 "$STATE"
  refused start "$ID"
  refused kill "$ID"
  refused state "$ID"
  refused delete --force "$ID"
  says "$STATE belongs to user 1000"
}

@test "a state directory that others can write to is refused by name" {
  runp_only "$NOTICE"
  local mode
  for mode in 777 775 757; do
    chmod "$mode" "$STATE"
    create_refused
    says "$STATE can be written to by others \(its mode is $mode\)"
  done
}

@test "a state directory may be one for all, such as /tmp, or behind a link" {
  chmod 1777 "$STATE"
  ln -s "$STATE" "$WORK/link"
  running
  equal "$("$RUNTIME" --root "$WORK/link" list -q)" "$ID"
  ok delete --force "$ID"
}

@test "a relative --root is refused when the working directory has gone" {
  peer_falls_short crun "it says nothing of it"
  mkdir "$WORK/gone"
  cd "$WORK/gone"
  rmdir "$WORK/gone"
  STATE=state-of-$ID refused list
  cd "$WORK"
  [ ! -e "/state-of-$ID" ]
}

# Has the runtime find no state directory when it looks for it, and then there is
# one of somebody else.
overtaken() {
  local how=$1 RUNTIME=$RUNTIME
  shift
  printf '#!/bin/bash\nexec strace -f -o %q -P %q -e trace=statx -e inject=statx:error=ENOENT:when=%s %q "$@"\n' \
    "$WORK/strace" "$STATE" "$how" "$RUNTIME" >"$WORK/overtaken"
  chmod 755 "$WORK/overtaken"
  RUNTIME=$WORK/overtaken
  refused "$@"
}

@test "a state directory that somebody else makes first is refused by name" {
  runp_only "$NOTICE"
  chown 1000 "$STATE"
  overtaken 1..2 create --bundle "$BUNDLE" "$ID"
  says "$STATE belongs to user 1000"
  echo '{"podVersion": "0.1.0"}' >"$WORK/pod.json"
  overtaken 1 pod create -f "$WORK/pod.json" web
  says "$STATE belongs to user 1000"
}

@test "another's record in a state directory for all is not believed" {
  runp_only "$NOTICE"
  chmod 1777 "$STATE"
  config --arg f "$WORK/hooked" '.hooks.poststart = [ {path: "/bin/touch", args: ["touch", $f]} ]
    | .hooks.poststop = .hooks.poststart'
  create
  chown 1000 "$STATE/$ID"
  refused start "$ID"
  says "$STATE/$ID belongs to user 1000"
  refused delete --force "$ID"
  [ ! -e "$WORK/hooked" ]
  # The others' are shown all the same.
  as "$ID-2"
  create "$ID"
  ok list -q
  equal "$output" "$ID"
  says "belongs to user 1000"
  chown -R 0 "$STATE"
}

@test "a container's directory that others can write to is not believed" {
  runp_only "$NOTICE"
  create
  chmod 770 "$STATE/$ID"
  refused start "$ID"
  says "$STATE/$ID can be written to by others"
  chmod 700 "$STATE/$ID"
  ok start "$ID"
}

@test "a container's directory that is not believed is listed by no command, and said" {
  runp_only "$NOTICE"
  local first=$ID how verb
  running
  as "$ID-2"
  create "$ID"
  for how in "chmod 777" "chown 1000"; do
    # shellcheck disable=SC2086
    $how "$STATE/$first"
    for verb in "list -q" list "list -f json"; do
      # shellcheck disable=SC2086
      ok $verb
      says "state directory $STATE/$first (can be written to by others|belongs to user 1000)"
      grep -q "$ID" <<<"$output"
      equal "$(grep -cw "${first}[^-]" <<<"$output")" 0
    done
    refused state "$first"
    says "state directory $STATE/$first (can be written to by others|belongs to user 1000)"
    chown 0 "$STATE/$first"
    chmod 700 "$STATE/$first"
  done
  ok list -q
  equal "$output" "$first"$'\n'"$ID"
}

@test "the directory of pods, and a pod's, is not believed when another could write to it" {
  runp_only "peers have no pods"
  ok pod create web
  chown 1000 "$STATE/pods"
  refused pod state web
  says "$STATE/pods belongs to user 1000"
  refused pod create other
  refused pod list
  chown 0 "$STATE/pods"
  chmod 1777 "$STATE/pods"
  refused pod state web
  says "$STATE/pods can be written to by others"
  chmod 711 "$STATE/pods"
  chmod go+w "$STATE/pods/web"
  refused pod delete --force web
  says "$STATE/pods/web can be written to by others"
  chmod go-w "$STATE/pods/web"
  ok pod delete web
}

# --- the state of another version -------------------------------------------

@test "a state of another version is refused by its number, and nothing of it is touched" {
  runp_only "each has files of its own"
  local state=$STATE/$ID/state.json version
  running
  cp "$state" "$WORK/kept"
  for version in 3 1000000 1 '"new"' null; do
    jq --argjson v "$version" '.version = $v' "$WORK/kept" >"$state"
    for verb in state start kill delete "delete --force"; do
      # shellcheck disable=SC2086
      refused $verb "$ID"
      says "$state: version"
      says "or remove $STATE/$ID when nothing of it runs"
    done
    ok list
    says "$state: version"
  done
  cp "$WORK/kept" "$state"
  ok kill "$ID" KILL
}

@test "a state that cannot be read is an error that says what to do, which frees the ID" {
  runp_only "each has files of its own"
  create
  local pid text
  pid=$(pid_of)
  for text in '{' '[]' '{"version":1}' '{"version":99999999999999999999}' 'x'; do
    echo "$text" >"$STATE/$ID/state.json"
    refused delete --force "$ID"
    says "remove $STATE/$ID when nothing of it runs"
    refused create --bundle "$BUNDLE" "$ID"
    says "remove $STATE/$ID when nothing of it runs"
  done
  kill -KILL "$pid"
  eventually rmdir "$RUNP_CGROUP2$CGROUP_PARENT/$ID"
  rm -r "${STATE:?}/$ID"
  create
}

@test "hooks of a container whose kept configuration is damaged run, or are said not to" {
  peer_falls_short crun "it runs none and says nothing"
  config --arg d "$WORK" '.hooks = {
    poststart: [ {path: "/bin/touch", args: ["touch", "\($d)/poststart"]} ],
    poststop: [ {path: "/bin/touch", args: ["touch", "\($d)/poststop"]} ]}'
  create
  if [ -e "$STATE/$ID/config.json" ]; then echo '{' >"$STATE/$ID/config.json"; fi
  rt start "$ID"
  if [ ! -e "$WORK/poststart" ]; then says "config.json"; fi
  rt delete --force "$ID"
  if [ ! -e "$WORK/poststop" ]; then says "config.json"; fi
}

# --- the pid file, which lies wherever the caller says -----------------------

@test "the pid file is written whatever lies beside it under a name that can be guessed" {
  local name
  for name in .pid .pid.new .pid.tmp pid.new .pid~; do
    if [ "$name" != .pid ] || is_runp; then mkfifo "$WORK/$name"; fi
  done
  create --pid-file "$WORK/pid"
  equal "$(cat "$WORK/pid")" "$(pid_of)"
}

@test "the pid file is no way to write to another file" {
  local name
  echo precious >"$WORK/precious"
  for name in pid .pid.new .pid.tmp pid.new; do
    if [ "$name" != pid ] || ! is_crun; then ln "$WORK/precious" "$WORK/$name"; fi
  done
  create --pid-file "$WORK/pid"
  equal "$(cat "$WORK/precious")" precious
  equal "$(cat "$WORK/pid")" "$(pid_of)"
  # Nothing but the file itself is new.
  equal "$(find "$WORK" -maxdepth 1 -newer "$WORK/precious" -name '*runp*')" ""
}
