#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# A plain user whose own systemd makes the cgroups. His systemd runs without a
# login, as after `loginctl enable-linger`.

load systemd

readonly PLAIN=plain

prepare() {
  PLAIN_ID=$(id -u "$PLAIN")
  SLICE=user.slice/user-$PLAIN_ID.slice/user@$PLAIN_ID.service/user.slice
  UNIT=runp-$ID.scope
  # What runs the runtime.
  AROUND=()
  eventually test -S "/run/user/$PLAIN_ID/bus"
  own_root "$PLAIN:$PLAIN"
  with_namespace user
  config --argjson u "$PLAIN_ID" --argjson g "$(id -g "$PLAIN")" 'del(.linux.cgroupsPath)
    | .linux.namespaces |= map(select(.type != "network"))
    | .mounts |= map(if .destination == "/sys" then
        {destination: "/sys", type: "none", source: "/sys", options: ["rbind", "ro"]}
      elif .destination == "/dev/pts" then .options -= ["gid=5"] else . end)
    | .linux.uidMappings = [{containerID: 0, hostID: $u, size: 1}]
    | .linux.gidMappings = [{containerID: 0, hostID: $g, size: 1}]'
  chown -R "$PLAIN:$PLAIN" "$STATE" "$BUNDLE"
}

# Runs a command as the user, as a service or a login of his would.
plainly() {
  setpriv --reuid "$PLAIN" --regid "$PLAIN" --init-groups env -i PATH="$PATH" HOME="/home/$PLAIN" \
    XDG_RUNTIME_DIR="/run/user/$PLAIN_ID" "$@"
}

runtime() {
  plainly timeout -k 5 "$LIMIT" systemd-run --user --scope --quiet --collect -- \
    "${AROUND[@]}" "$RUNTIME" --root "$STATE" --systemd-cgroup "$@"
}

shown() { plainly systemctl --user show "${2:-$UNIT}" --property "$1" --value; }
units() {
  plainly systemctl --user list-units --all --plain --no-legend --type scope,slice,service \
    "*${WORK##*.}*" | awk '{ print $1 }'
}

@test "a plain user's container is a scope of his own systemd" {
  config '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 20}}'
  running
  has MemoryMax 67108864
  has TasksMax 20
  has Slice user.slice
  equal "$(file memory.max)" 67108864
  equal "$(file pids.max)" 20
  equal "$(cgroup_of "$(pid_of)")" "/$SLICE/$UNIT"
  plainly systemctl --user daemon-reload
  equal "$(file memory.max)" 67108864
  ok exec "$ID" /bin/grep ^0: /proc/self/cgroup
  equal "$output" "0::/"
  ok delete --force "$ID"
  gone "$ID"
  eventually no_units
}

@test "a plain user's container that ends leaves no unit" {
  arguments /bin/true
  run_once
  eventually no_units
}

@test "a plain user's systemd is reached from a user namespace, in which engines call" {
  AROUND=(unshare --map-root-user)
  config '.linux.uidMappings[0].hostID = 0 | .linux.gidMappings[0].hostID = 0
    | .linux.resources.pids.limit = 20'
  running
  has TasksMax 20
  ok delete --force "$ID"
  gone "$ID"
  eventually no_units
}

@test "a plain user without a systemd is told so" {
  refused_elsewhere
  says "the user's systemd cannot be reached"
  no_units
}

refused_elsewhere() {
  status=0
  install -d -o 12345 "$WORK/elsewhere"
  setpriv --reuid 12345 --regid 12345 --clear-groups env -i PATH="$PATH" \
    "$RUNTIME" --root "$WORK/elsewhere" --systemd-cgroup create --bundle "$BUNDLE" "$ID" \
    </dev/null >"$WORK/out" 2>"$WORK/err" 3>&- 4>&- || status=$?
  output=$(cat "$WORK/out") errors=$(cat "$WORK/err")
  differ "$status" 0
}
