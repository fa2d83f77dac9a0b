#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What lies in a state directory under the name of a file of it, and is none, or
# is damaged: it is said by name, waited for by nobody, and hides nothing else.

load helpers

prepare() {
  runp_only "each has files of its own"
  LIMIT=5
}

# Puts something else in the place of a file, and back: in_place_of FILE pipe.
in_place_of() {
  mv "$1" "$WORK/aside"
  case $2 in
  pipe) mkfifo "$1" ;;
  directory) mkdir "$1" ;;
  socket) python3 -c 'import os, socket, sys; os.chdir(os.path.dirname(sys.argv[1]))
socket.socket(socket.AF_UNIX).bind(os.path.basename(sys.argv[1]))' "$1" ;;
  link) ln -s "$WORK/aside" "$1" ;;
  null) mknod "$1" c 1 3 ;;
  esac
}

back() {
  rm -r "${1:?}"
  mv "$WORK/aside" "$1"
}

@test "a state that is no regular file is said to be none" {
  local file=$STATE/$ID/state.json kind verb
  running
  for kind in pipe directory socket link null; do
    in_place_of "$file" "$kind"
    for verb in state start kill pause ps "exec $ID /bin/true" delete "delete --force"; do
      # shellcheck disable=SC2086
      refused $verb "$ID"
      says "$file: it is not a regular file"
    done
    for verb in list "list -q" "list -f json"; do
      # shellcheck disable=SC2086
      ok $verb
      says "$file: it is not a regular file"
    done
    back "$file"
  done
  has_status "$ID" running
}

@test "a kept configuration and kept limits that are no regular files are said to be none" {
  local kind
  running
  for kind in pipe socket link; do
    in_place_of "$STATE/$ID/config.json" "$kind"
    refused exec "$ID" /bin/true
    says "$STATE/$ID/config.json: it is not a regular file"
    # They lock it, and a link to what others may lock is none to lock.
    if [ $kind = pipe ]; then
      ok pause "$ID"
      ok resume "$ID"
    fi
    back "$STATE/$ID/config.json"
  done
  mkfifo "$STATE/$ID/limits.json"
  refused update --pids-limit 0 "$ID"
  says "$STATE/$ID/limits.json: it is not a regular file"
  rm "$STATE/$ID/limits.json"
}

@test "the files of a pod that are no regular files are said to be none" {
  local file verb
  echo '{"podVersion": "0.1.0"}' >pod.json
  ok pod create -f pod.json web
  for file in "$STATE/pods/web/state.json" "$STATE/pods/web/pod.json"; do
    in_place_of "$file" pipe
    refused pod state web
    says "$file: it is not a regular file"
    for verb in list "list -q"; do
      # shellcheck disable=SC2086
      ok pod $verb
      says "$file: it is not a regular file"
    done
    back "$file"
  done
  # Only locked, whatever it is.
  in_place_of "$STATE/pods/web/state.lock" pipe
  ok pod start web
  back "$STATE/pods/web/state.lock"
  mkfifo "$STATE/pods/web/members/$ID"
  config 'del(.hostname) | del(.linux.cgroupsPath)'
  refused create --pod web --bundle "$BUNDLE" "$ID"
  says "members/$ID"
  ok pod delete --force web
}

@test "files that the caller names may be pipes" {
  running
  jq '.process | .args = ["/bin/true"]' "$BUNDLE/config.json" >"$WORK/process.json"
  timeout "$LIMIT" "$RUNTIME" --root "$STATE" exec --process <(cat "$WORK/process.json") "$ID" 3>&- 4>&-
  timeout "$LIMIT" "$RUNTIME" --root "$STATE" update --resources <(echo '{}') "$ID" 3>&- 4>&-
  timeout "$LIMIT" "$RUNTIME" --root "$STATE" update --resources - "$ID" < <(echo '{}') 3>&- 4>&-
  timeout "$LIMIT" "$RUNTIME" --root "$STATE" pod create -f <(echo '{"podVersion": "0.1.0"}') web 3>&- 4>&-
  ok pod delete web
}

# --- damage -----------------------------------------------------------------

# Each command that shows the container says that its state is damaged, and shows
# the others.
is_damaged() {
  local verb
  refused state "$1"
  says "$STATE/$1/state.json: "
  for verb in "list -q" list "list -f json"; do
    # shellcheck disable=SC2086
    ok $verb
    says "$STATE/$1/state.json: "
    grep -q "$ID" <<<"$output"
    equal "$(grep -cw "${1}[^-]" <<<"$output")" 0
  done
}

@test "a damaged state is one for every command, and hides no other container" {
  local first=$ID file=$STATE/$ID/state.json change
  config '.annotations = {"org.example.key": "value"} | .hooks.poststop = [{path: "/bin/true", timeout: 5}]'
  running
  as "$ID-2"
  config 'del(.annotations) | del(.hooks)'
  create "$ID"
  cp "$file" "$WORK/state.json"
  for change in 's/"org/"\x01rg/' 's/"value"/value/' 's/"value"/7/' 's/"made":[0-9]*/"made":"x"/' \
    's/"joined"/"jointed"/' 's/"process":true/"process":1/' 's/"timeout":5/"timeout":[5}/' \
    's/"timeout":5/"timeout":"5"/' 's/poststop":\[{/poststop":[{]/' 's/}}$/}}}/' 's/}$//'; do
    echo "$change" >&2
    sed "$change" "$WORK/state.json" >"$file"
    is_damaged "$first"
  done
  cp "$WORK/state.json" "$file"
  ok list -q
  equal "$output" "$first"$'\n'"$ID"
  equal "$errors" ""
}
