#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Advisories of other runtimes that no other file has a test for.

load helpers

# What a container must not have changed: a file of the host.
host_file() {
  mkdir "$WORK/host"
  echo content >"$WORK/host/file"
  chmod 600 "$WORK/host/file"
}
untouched() {
  equal "$(ls -A "$WORK/host")" file
  equal "$(cat "$WORK/host/file")" content
  equal "$(stat -c '%a %u:%g' "$WORK/host/file")" "600 0:0"
}

@test "CVE-2019-16884: a volume in the place of /proc is refused" {
  peer_falls_short crun "it mounts it"
  mkdir -p "$WORK/fake/self/attr" "$WORK/fake/sys/net/ipv4"
  echo untouched | tee "$WORK/fake/self/attr/exec" >"$WORK/fake/sys/net/ipv4/ip_forward"
  with_mount /proc bind "$WORK/fake" rbind
  config '.linux.sysctl = {"net.ipv4.ip_forward": "1"}'
  create_refused
  says 'proc'
  equal "$(cat "$WORK/fake/sys/net/ipv4/ip_forward")" untouched
}

@test "CVE-2025-52881: what is mounted over files of /proc gets no label and no sysctl" {
  peer_falls_short crun "it mounts it"
  host_file
  local over
  for over in /proc/sys/net/ipv4/ip_forward /proc/self/attr/exec /proc/sysrq-trigger; do
    config '.mounts |= map(select(.type != "bind")) | .linux.sysctl = {"net.ipv4.ip_forward": "1"}'
    with_mount "$over" bind "$WORK/host/file" bind
    create_refused
    untouched
  done
}

@test "CVE-2021-43784: a path or mappings of more than 65535 bytes are not cut" {
  local long
  long=/proc/self/ns/$(head -c 70000 /dev/zero | tr '\0' x)
  printf '%s' "$long" >"$WORK/long"
  config --rawfile p "$WORK/long" \
    '.linux.namespaces |= map(if .type == "ipc" then .path = $p else . end)'
  create_refused
  with_namespace ipc
  with_namespace user
  config '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = [range(6000) | {containerID: ., hostID: (100000 + .), size: 1}]'
  create_refused
}

@test "CVE-2022-24769: a new configuration has no inheritable capability" {
  rm "$BUNDLE/config.json"
  ok spec --bundle "$BUNDLE"
  jq -e '.process.capabilities | has("bounding") and (.inheritable // []) == []' "$BUNDLE/config.json"
}

@test "CVE-2025-52565: a console that the image has as a link is not followed" {
  host_file
  config '.process.terminal = true | .mounts |= map(select(.destination | startswith("/dev") | not))'
  rm -rf "$BUNDLE/rootfs/dev/console"
  ln -s "$WORK/host/file" "$BUNDLE/rootfs/dev/console"
  arguments /bin/true
  timeout "$LIMIT" "$RUNP_SUITE/companion" terminal "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID" \
    </dev/null >"$WORK/said" 2>&1 3>&- || true
  untouched
  awk -v at="$WORK/host" 'index($5, at) == 1 { print; bad = 1 } END { exit bad }' /proc/self/mountinfo
}

@test "CVE-2024-3154: annotations run nothing on the host" {
  config --arg m "$WORK/made" '.annotations = {
      "org.systemd.property.ExecStartPre": "[(\"/bin/touch\", [\"touch\", \"\($m)\"], false)]",
      "org.systemd.property.ExecStartPost": "[(\"/bin/touch\", [\"touch\", \"\($m)\"], false)]"}'
  rt run --bundle "$BUNDLE" "$ID"
  [ ! -e "$WORK/made" ]
}
