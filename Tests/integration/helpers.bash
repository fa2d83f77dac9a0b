# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What every test file loads. A test gets a directory, a state root, an ID and a
# parent cgroup of its own, and afterwards nothing of it may be left: no state,
# mount, cgroup or process.
#
#   rt ARGS          runs the runtime: sets status, output (stdout), errors (stderr)
#   ok ARGS          the same, and it must succeed
#   refused ARGS     the same, and it must fail with a message
#   create, run_once, probe: shortcuts, see below; they use $BUNDLE and $ID

if [ -z "${RUNP_SUITE:-}" ]; then
  echo "these tests make mounts and kill processes: run them with run.sh" >&2
  exit 1
fi

# --- the runtime under test -------------------------------------------------

# Skips the test for one peer that does not do what it asks, and says why.
# EVEN_SO=1 runs it all the same: what passes then needs no exception any more.
peer_falls_short() {
  if [ "$RUNTIME_NAME" = "$1" ] && [ -z "${EVEN_SO:-}" ]; then skip "$1: $2"; fi
}

# Skips the test for both peers: it is about something that is runp's own.
runp_only() {
  if ! is_runp && [ -z "${EVEN_SO:-}" ]; then skip "$RUNTIME_NAME: ${1:-not in this runtime}"; fi
}

is_runp() { [ "$RUNTIME_NAME" = runp ]; }
is_crun() { [ "$RUNTIME_NAME" = crun ]; }

# --- a test's surroundings --------------------------------------------------

setup() {
  WORK=$(mktemp -d "$RUNP_SUITE/t.XXXXXX")
  chmod 755 "$WORK"
  STATE=$WORK/state
  ID=t-${WORK##*.}
  CGROUP_PARENT=/runp-test-${WORK##*.}
  mkdir "$RUNP_CGROUP2$CGROUP_PARENT" "$STATE"
  LIMIT=${RUNP_EMULATED:+200}
  LIMIT=${LIMIT:-20}
  BACKGROUND=()
  calls=0
  declare -gA LOGS=()
  processes >"$WORK/processes"
  cd "$WORK" || return
  new_bundle bundle
  if declare -F prepare >/dev/null; then prepare; fi
}

teardown() {
  local pid left=0
  if declare -F finish >/dev/null; then finish; fi
  for pid in "${BACKGROUND[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  # Not for others: a test may have left a process that never ends.
  for pid in "${BACKGROUND[@]}"; do wait "$pid" 2>/dev/null || true; done
  remove_all
  nothing_left || left=1
  cd /
  umount -l "$WORK/state" "$WORK/bundle/rootfs" 2>/dev/null || true
  rm -rf --one-file-system "$WORK" || left=1
  return "$left"
}

# Deletes all containers and pods, whatever state they are in.
remove_all() {
  local dir
  if is_runp; then
    for dir in "$STATE"/pods/*/; do
      if [ -d "$dir" ]; then runtime pod delete --force "$(basename "$dir")" || true; fi
    done
  fi
  for dir in "$STATE"/*/; do
    case $dir in
    "$STATE/*/" | "$STATE/pods/") ;;
    *) runtime delete --force "$(basename "$dir")" || true ;;
    esac
  done
} >/dev/null 2>&1 3>&- 4>&- </dev/null

# Whatever is still there of this test, on stderr; true when that is nothing.
nothing_left() {
  local tries found
  for tries in {1..100}; do
    found=$(left_overs)
    if [ -z "$found" ]; then return 0; fi
    sleep 0.02
  done
  printf 'left behind after %s tries:\n%s\n' "$tries" "$found" >&2
  # The next tests must not suffer for it.
  local pid point
  while read -r point; do umount -l "$point"; done \
    < <(awk -v at="$WORK/" 'index($5, at) == 1 { print $5 }' /proc/self/mountinfo)
  for pid in $(strays); do kill -KILL "$pid" 2>/dev/null || true; done
  find "$RUNP_CGROUP2$CGROUP_PARENT" -depth -type d -exec rmdir {} + 2>/dev/null || true
  return 1
}

left_overs() {
  local entry
  for entry in "$STATE"/*; do
    case $entry in
    "$STATE/*") ;;
    "$STATE/pods") find "$entry" -mindepth 1 ;;
    *) echo "state: $entry" ;;
    esac
  done
  awk -v at="$WORK/" 'index($5, at) == 1 { print "mount: " $5 }' /proc/self/mountinfo
  find "$RUNP_CGROUP2" -type d -name "*${WORK##*.}*" ! -path "$RUNP_CGROUP2$CGROUP_PARENT" \
    -printf 'cgroup: %p\n' 2>/dev/null
  if [ -d "$RUNP_CGROUP2$CGROUP_PARENT" ]; then
    find "$RUNP_CGROUP2$CGROUP_PARENT" -mindepth 1 -type d -printf 'cgroup: %p\n'
    rmdir "$RUNP_CGROUP2$CGROUP_PARENT" 2>/dev/null || echo "cgroup: $CGROUP_PARENT is busy"
  fi
  for entry in $(strays); do
    echo "process: $entry $(tr '\0' ' ' <"/proc/$entry/cmdline")"
  done 2>/dev/null
  if declare -F more_left >/dev/null; then more_left; fi
}

processes() {
  local dir
  for dir in /proc/[0-9]*; do echo "${dir#/proc/}"; done
}

# Processes that came since setup and are neither this shell's nor dead.
strays() {
  local pid parent state rest
  local -A before=()
  while read -r pid; do before[$pid]=1; done <"$WORK/processes"
  for pid in /proc/[0-9]*; do
    pid=${pid#/proc/}
    if [ -n "${before[$pid]:-}" ]; then continue; fi
    parent=$pid
    while [ "$parent" -gt 1 ] && [ "$parent" != $$ ]; do
      rest=
      read -r rest 2>/dev/null <"/proc/$parent/stat" || break
      read -r state parent _ <<<"${rest##*) }"
      if [ "$state" = Z ]; then break; fi
    done
    if [ "$parent" = 1 ] || [ "$parent" = 0 ]; then echo "$pid"; fi
  done 2>/dev/null
}

# Starts a command that teardown ends. Its output goes to the file $1.
background() {
  local file=$1
  shift
  "$@" </dev/null >"$file" 2>&1 3>&- 4>&- &
  BACKGROUND+=($!)
}

# Repeats a command until it succeeds; fails after ten seconds, or ten times
# as long on an emulated machine.
eventually() {
  local tries most=${RUNP_EMULATED:+2000}
  for ((tries = 1; tries <= ${most:-200}; tries++)); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.05
  done
  echo "after $tries tries it is still not so: $*" >&2
  return 1
}

# --- bundles ----------------------------------------------------------------

# Makes a bundle under $WORK with a root directory and a usual configuration,
# and makes it the current one.
new_bundle() {
  BUNDLE=$WORK/$1
  mkdir "$BUNDLE"
  cp -al "$RUNP_SUITE/rootfs" "$BUNDLE/rootfs"
  base_config "$CGROUP_PARENT/${2:-$ID}" >"$BUNDLE/config.json"
}

base_config() {
  cat <<JSON
{
  "ociVersion": "1.2.0",
  "process": {
    "terminal": false,
    "user": { "uid": 0, "gid": 0 },
    "args": [ "/bin/true" ],
    "env": [ "PATH=/usr/bin:/bin", "HOME=/root" ],
    "cwd": "/",
    "noNewPrivileges": true,
    "capabilities": {
      "bounding": [ "CAP_CHOWN", "CAP_KILL", "CAP_MKNOD", "CAP_NET_BIND_SERVICE", "CAP_SETUID" ],
      "effective": [ "CAP_CHOWN", "CAP_KILL", "CAP_MKNOD", "CAP_NET_BIND_SERVICE", "CAP_SETUID" ],
      "permitted": [ "CAP_CHOWN", "CAP_KILL", "CAP_MKNOD", "CAP_NET_BIND_SERVICE", "CAP_SETUID" ]
    }
  },
  "root": { "path": "rootfs" },
  "hostname": "box",
  "mounts": [
    { "destination": "/proc", "type": "proc", "source": "proc" },
    { "destination": "/dev", "type": "tmpfs", "source": "tmpfs",
      "options": [ "nosuid", "strictatime", "mode=755", "size=65536k" ] },
    { "destination": "/dev/pts", "type": "devpts", "source": "devpts",
      "options": [ "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5" ] },
    { "destination": "/dev/shm", "type": "tmpfs", "source": "shm",
      "options": [ "nosuid", "noexec", "nodev", "mode=1777", "size=65536k" ] },
    { "destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue",
      "options": [ "nosuid", "noexec", "nodev" ] },
    { "destination": "/sys", "type": "sysfs", "source": "sysfs",
      "options": [ "nosuid", "noexec", "nodev", "ro" ] }
  ],
  "linux": {
    "cgroupsPath": "$1",
    "namespaces": [
      { "type": "pid" }, { "type": "network" }, { "type": "ipc" }, { "type": "uts" },
      { "type": "mount" }, { "type": "cgroup" }
    ]
  }
}
JSON
}

# Takes another ID for what follows, with a cgroup of its own.
as() {
  ID=$1
  config --arg p "$CGROUP_PARENT/$1" '.linux.cgroupsPath = $p'
}

# Edits config.json with jq: config '.hostname = "x"'; options of jq go first.
config() {
  jq "$@" <"$BUNDLE/config.json" >"$WORK/config.new" &&
    mv "$WORK/config.new" "$BUNDLE/config.json"
}

# Sets process.args.
arguments() { config '.process.args = $ARGS.positional' --args -- "$@"; }

# Drops, or adds, a namespace: namespace none network; namespace path net FILE.
without_namespace() { config --arg t "$1" '.linux.namespaces |= map(select(.type != $t))'; }
with_namespace() {
  without_namespace "$1"
  config --arg t "$1" --arg p "${2:-}" \
    '.linux.namespaces += [ {type: $t} + if $p == "" then {} else {path: $p} end ]'
}

# Adds a user namespace whose root is 100000:200000 on the host, and owns a root
# directory of its own.
with_user_namespace() {
  with_namespace user
  config '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 65536}]'
  own_root 100000:200000
}

# Gives the bundle a root directory of its own with that owner: hard links would
# give the shared one away.
own_root() {
  rm -r "$BUNDLE/rootfs"
  cp -a "$RUNP_SUITE/rootfs" "$BUNDLE/rootfs"
  chown -R -h "$1" "$BUNDLE/rootfs"
}

# Adds a mount: with_mount DESTINATION TYPE SOURCE OPTION...
with_mount() {
  local destination=$1 type=$2 source=$3
  shift 3
  config --arg d "$destination" --arg t "$type" --arg s "$source" \
    '.mounts += [ {destination: $d, type: $t, source: $s, options: $ARGS.positional} ]' \
    --args -- "$@"
}

# --- running ----------------------------------------------------------------

runtime() { timeout -k 5 "$LIMIT" "$RUNTIME" --root "$STATE" "$@"; }

# Runs the runtime with its output in files, since a container may keep them
# open for longer than the command lasts.
rt() {
  calls=$((calls + 1))
  local n=$calls
  OUT=$WORK/out.$n ERR=$WORK/err.$n
  status=0
  runtime "$@" </dev/null >"$OUT" 2>"$ERR" 3>&- 4>&- || status=$?
  output=$(cat "$OUT")
  errors=$(cat "$ERR")
}

ok() {
  rt "$@"
  if [ "$status" -ne 0 ]; then tell "should succeed: $*"; return 1; fi
}

# Fails, but neither by a signal nor by the time limit, and says something.
refused() {
  rt "$@"
  if [ "$status" -eq 0 ] || [ "$status" -eq 124 ] || { [ "$status" -ge 128 ] && [ "$status" -ne 255 ]; }; then
    tell "should be refused: $*"
    return 1
  fi
  if [ -z "$errors$output" ]; then tell "was refused without a word: $*"; return 1; fi
}

# ok_with, refused_with and rt_with [--first] [--at PATH...] RULE... ARGS: the same
# under strace(1), which lets system calls fail as the rules say, such as
# umount2:error=EPERM:when=2: those of the first process only, those on certain
# paths only, as they are given to the call or as the kernel names the
# descriptor's. At least one must have been forced, or the runtime be killed.
ok_with() { injected ok "$@"; }
refused_with() { injected refused "$@"; }
rt_with() { injected rt "$@"; }
injected() {
  local how=$1 RUNTIME=$RUNTIME names=
  shift
  local options=(-f)
  if [ "$1" = --first ]; then
    options=()
    shift
  fi
  while [ "$1" = --at ]; do
    options+=(-P "$2")
    shift 2
  done
  while [[ $1 == *:* ]]; do
    names+=,${1%%:*}
    options+=(-e "inject=$1")
    shift
  done
  printf '#!/bin/bash\nexec strace -qqq -o %q -e signal=none -e trace=%s%s %q "$@"\n' \
    "$WORK/strace" "${names#,}" "$(printf ' %q' "${options[@]}")" "$RUNTIME" >"$WORK/injected"
  chmod 755 "$WORK/injected"
  RUNTIME=$WORK/injected
  "$how" "$@" || return
  if [ "$status" != 137 ] && ! grep -q INJECTED "$WORK/strace"; then echo "nothing was forced: ${options[*]}" >&2; return 1; fi
}

tell() {
  printf '%s\nexit status %s\n--- stdout\n%s\n--- stderr\n%s\n' "$1" "$status" "$output" "$errors" >&2
}

# create [FLAGS] [ID] goes on; its stdout becomes the container's, see `log`.
create() {
  local id=$ID
  if [ $# -gt 0 ] && [[ ${*: -1} != -* ]] && [[ ${*: -1} == t-* ]]; then
    id=${*: -1}
    set -- "${@:1:$#-1}"
  fi
  LOGS[$id]=$WORK/out.$((calls + 1))
  ok create --bundle "$BUNDLE" "$@" "$id"
}

# Creates, which must be refused, and nothing of the container may be left.
create_refused() {
  refused create --bundle "$BUNDLE" "$@" "$ID"
  # crun leaves its cgroup behind when create fails.
  if is_crun; then rmdir "$RUNP_CGROUP2$CGROUP_PARENT/$ID" 2>/dev/null || true; fi
  gone "$ID"
}

# A container is gone when nobody knows it and its cgroup is not there.
gone() {
  if runtime state "$1" >/dev/null 2>&1; then echo "$1 should be gone" >&2; return 1; fi
  if [ -d "$STATE/$1" ]; then echo "there is still $STATE/$1" >&2; return 1; fi
  if [ -d "$RUNP_CGROUP2$CGROUP_PARENT/$1" ]; then
    echo "there is still the cgroup $CGROUP_PARENT/$1" >&2
    return 1
  fi
}

# Nothing is left of any container or pod: no state, mount or cgroup. $1 says
# after what.
all_gone() {
  local left
  left=$(
    find "$STATE" -mindepth 1 ! -path "$STATE/pods" ! -path "$STATE/.cache*"
    awk -v at="$WORK/" 'index($5, at) == 1 { print $5 }' /proc/self/mountinfo
    find "$RUNP_CGROUP2$CGROUP_PARENT" -mindepth 1 -type d
  )
  if [ -n "$left" ]; then printf '%s leaves:\n%s\n' "$1" "$left" >&2; return 1; fi
}

# What the container has written to its stdout.
log() { cat "${LOGS[${1:-$ID}]}"; }

# Runs a container to its end: run_once [FLAGS]; it must end with 0.
run_once() { ok run --bundle "$BUNDLE" "$@" "$ID"; }

# Runs the probe in a container to its end; its report is $output.
probe() {
  arguments /bin/probe "$@"
  run_once
}

# Creates and starts a container that stays until it is killed.
running() {
  arguments /bin/probe hang
  create "$@"
  ok start "${1:-$ID}"
  eventually grep -q ready "${LOGS[${1:-$ID}]}"
}

# Creates and starts a container without a PID namespace, so that its processes,
# two, do not end with the first.
scattered() {
  without_namespace pid
  arguments /bin/probe daemon 60 -- hang
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
}

state_of() { runtime state "$1" 2>/dev/null | jq -r "${2:-.status}"; }
pid_of() { state_of "${1:-$ID}" .pid; }

# Kills a container's init from outside, which must be there.
kill_init() {
  local pid
  pid=$(pid_of "${1:-$ID}")
  if [ "${pid:-0}" -le 1 ]; then echo "${1:-$ID} has no init: '$pid'" >&2; return 1; fi
  kill -KILL "$pid"
}

has_status() {
  local now
  now=$(state_of "$1")
  if [ "$now" != "$2" ]; then echo "$1 is '$now', not '$2'" >&2; return 1; fi
}

# --- looking ----------------------------------------------------------------

# The value of one key of the probe's report in $output.
value() {
  local line
  while IFS= read -r line; do
    if [[ $line == "$1="* ]]; then
      printf '%s\n' "${line#"$1="}"
      return
    fi
  done <<<"$output"
  return 1
}

# is KEY VALUE: the report has that value.
is() {
  local found
  found=$(value "$1") || found="(nothing)"
  if [ "$found" != "$2" ]; then
    printf '%s is "%s", not "%s"; the report:\n%s\n' "$1" "$found" "$2" "$output" >&2
    return 1
  fi
}

# like KEY REGEX, unlike KEY REGEX.
like() {
  local found
  found=$(value "$1") || found="(nothing)"
  if ! [[ $found =~ $2 ]]; then
    printf '%s is "%s", not like "%s"; the report:\n%s\n' "$1" "$found" "$2" "$output" >&2
    return 1
  fi
}
unlike() {
  local found
  found=$(value "$1") || found="(nothing)"
  if [[ $found =~ $2 ]]; then
    printf '%s is "%s", like "%s"; the report:\n%s\n' "$1" "$found" "$2" "$output" >&2
    return 1
  fi
}

equal() {
  if [ "$1" != "$2" ]; then printf '"%s" is not "%s"\n' "$1" "$2" >&2; return 1; fi
}
differ() {
  if [ "$1" = "$2" ]; then printf 'both are "%s"\n' "$1" >&2; return 1; fi
}

# The message matches, whatever the runtime calls things.
says() {
  if ! grep -qiE -- "$1" <<<"$errors$output"; then tell "should say: $1"; return 1; fi
}

# The message of runp has exactly these words: clients match them, or the
# design promises them.
runp_says() {
  if is_runp && ! grep -qF -- "$1" <<<"$errors"; then tell "should say: $1"; return 1; fi
}

# An errno as the container sees it, in every wording: EACCES also as EPERM...
cgroup_of() { sed -n 's/^0:://p' "/proc/$1/cgroup"; }
inode() { stat -L -c %i "$1"; }
