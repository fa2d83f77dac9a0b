#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Configurations that are broken are refused with one sentence that names the
# property or the file and the reason; nothing of the container is left. Those
# that are unusual, and right, are taken.

load helpers

fixtures=$BATS_TEST_DIRNAME/../../spec-fixtures/config

# One sentence: one line, and no letter as of a debugger.
one_sentence() {
  equal "$status" 1
  equal "$(grep -c . <<<"$errors")" 1
  if grep -qE 'Swift|Fatal|\.swift|0x[0-9a-f]{6}|[.]$' <<<"$errors"; then
    tell "is no sentence for a reader"
    return 1
  fi
}

broken() {
  create_refused
  if is_runp; then one_sentence; fi
  says "$1"
}

@test "config.json that is not there is named" {
  rm "$BUNDLE/config.json"
  broken 'config.json'
  runp_says "config.json"
}

@test "config.json that is a directory" {
  rm "$BUNDLE/config.json"
  mkdir "$BUNDLE/config.json"
  broken .
  runp_says config.json
}

@test "config.json that is no JSON, is cut off, or is empty" {
  head -c 200 "$BUNDLE/config.json" >"$WORK/cut"
  cp "$WORK/cut" "$BUNDLE/config.json"
  broken .
  runp_says config.json
  : >"$BUNDLE/config.json"
  broken .
  runp_says config.json
  echo "this is no json" >"$BUNDLE/config.json"
  broken .
}

@test "config.json that never ends is refused, and soon" {
  runp_only "not asked of it"
  head -c 40000000 /dev/zero | tr '\0' '[' >"$BUNDLE/config.json"
  LIMIT=10 broken .
}

@test "config.json of the largest size there is is refused" {
  runp_only "not asked of it"
  truncate -s 9223372036854775807 "$BUNDLE/config.json"
  LIMIT=10 broken "file too large"
}

@test "config.json that is a device or a fifo does not hang" {
  runp_only "it waits"
  rm "$BUNDLE/config.json"
  mkfifo "$BUNDLE/config.json"
  LIMIT=10 broken config.json
}

# The property's path is in the message of runp.
wrong() {
  config "$2"
  create_refused
  if is_runp; then
    one_sentence
    if ! grep -qF -- "$1" <<<"$errors"; then tell "should name $1"; return 1; fi
  fi
}

# The same where a value has the wrong type, which crun does not look at.
wrong_type() {
  peer_falls_short crun "it takes values of another type for absent ones"
  wrong "$@"
}

@test "ociVersion that is no version, or of another major" {
  peer_falls_short crun "it does not look at it"
  peer_falls_short runc "it does not look at it"
  wrong ociVersion '.ociVersion = "new"'
  wrong ociVersion '.ociVersion = "2.0.0"'
}
@test "ociVersion that is missing" {
  peer_falls_short runc "it does not need it"
  wrong ociVersion 'del(.ociVersion)'
}
@test "root without a path" {
  wrong root.path '.root = {}'
}
@test "process.args that is empty" {
  wrong process.args '.process.args = []'
}
@test "process.args with a number in it" {
  wrong_type process.args '.process.args = ["/bin/true", 1]'
}
@test "process.args that is a word" {
  wrong_type process.args '.process.args = "/bin/true"'
}
@test "process.cwd that is missing" {
  peer_falls_short runc "it starts in /"
  wrong process.cwd 'del(.process.cwd)'
}
@test "process.env with an entry without =" {
  peer_falls_short crun "it passes it on"
  wrong process.env '.process.env = ["PATH=/bin", "BROKEN"]'
}
@test "process.user.uid that is a word" {
  wrong_type process.user.uid '.process.user.uid = "root"'
}
@test "process.user.uid that is negative" {
  wrong process.user.uid '.process.user.uid = -5'
}
@test "process.user.uid with a fraction" {
  wrong process.user.uid '.process.user.uid = 1.5'
}
@test "process.terminal that is a word" {
  wrong_type process.terminal '.process.terminal = "yes"'
}
@test "process.rlimits of a type that does not exist" {
  wrong process.rlimits '.process.rlimits = [{type: "RLIMIT_X", soft: 1, hard: 1}]'
}
@test "process.capabilities that is a list" {
  wrong_type process.capabilities '.process.capabilities = ["CAP_KILL"]'
}
@test "mounts without a destination" {
  peer_falls_short runc "it mounts on the root, then fails elsewhere"
  wrong 'mounts[6]' '.mounts += [{type: "tmpfs", source: "tmpfs"}]'
}
@test "mounts.options that is a word" {
  wrong_type 'mounts[0].options' '.mounts[0].options = "ro"'
}
@test "mounts that is an object" {
  wrong mounts '.mounts = {}'
}
@test "linux.namespaces without a type" {
  wrong 'linux.namespaces[6]' '.linux.namespaces += [{path: "/proc/self/ns/net"}]'
}
@test "linux.namespaces of an unknown type" {
  wrong 'linux.namespaces[6]' '.linux.namespaces += [{type: "mood"}]'
}
@test "linux.seccomp without a default action" {
  peer_falls_short runc "it has no filter then"
  wrong linux.seccomp.defaultAction '.linux.seccomp = {syscalls: []}'
}
@test "linux.seccomp with an unknown action" {
  wrong linux.seccomp.syscalls '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"], action: "NO"}]}'
}
@test "linux.devices of an unknown type" {
  peer_falls_short crun "it makes some device"
  wrong 'linux.devices[0]' '.linux.devices = [{type: "z", path: "/dev/z", major: 1, minor: 1}]'
}
@test "linux.devices with a relative path" {
  peer_falls_short crun "it makes it somewhere"
  peer_falls_short runc "it makes it somewhere"
  wrong 'linux.devices[0]' '.linux.devices = [{type: "c", path: "dev/z", major: 1, minor: 3}]'
}
@test "linux.resources.memory.limit that is a word" {
  wrong_type linux.resources.memory.limit '.linux.resources.memory.limit = "much"'
}
@test "linux.resources.cpu.shares that is negative" {
  wrong linux.resources.cpu.shares '.linux.resources.cpu.shares = -2'
}
@test "linux.uidMappings that have no size" {
  peer_falls_short crun "it takes it"
  wrong 'linux.uidMappings[0]' '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 0}]
    | .linux.gidMappings = [{containerID: 0, hostID: 0, size: 1}]'
}
@test "linux.sysctl whose value is a number" {
  wrong linux.sysctl '.linux.sysctl = {"net.ipv4.ip_forward": 1}'
}
@test "linux.rootfsPropagation that does not exist" {
  peer_falls_short crun "it ignores the word"
  wrong linux.rootfsPropagation '.linux.rootfsPropagation = "no"'
}
@test "linux.maskedPaths that are relative" {
  runp_only "it takes it as from the root"
  wrong 'linux.maskedPaths[0]' '.linux.maskedPaths = ["proc/kcore"]'
}
@test "hooks that have no path" {
  wrong 'hooks.createRuntime[0]' '.hooks.createRuntime = [{args: ["x"]}]'
}
@test "hooks that are no list" {
  wrong_type hooks.prestart '.hooks.prestart = {}'
}
@test "annotations whose value is no text" {
  wrong annotations '.annotations = {"a": 1}'
}
@test "hostname that is a number" {
  wrong_type hostname '.hostname = 5'
}

@test "every bad configuration of the fixtures is refused for the reason it is bad" {
  runp_only "the messages are runp's"
  if [ ! -d "$fixtures/bad" ]; then skip "the fixtures are not here"; fi
  local file wrong=0 reason
  for file in "$fixtures"/bad/*.json; do
    cp "$file" "$BUNDLE/config.json"
    rt create --bundle "$BUNDLE" "$ID"
    reason=$(cat "${file%.json}.expect")
    if [ "$status" -ne 1 ] || ! grep -qF -- "$reason" <<<"$errors" || [ "$(grep -c . <<<"$errors")" != 1 ]; then
      tell "$(basename "$file"): expected: $reason"
      wrong=1
    fi
    if [ -d "$STATE/$ID" ] || [ -d "$RUNP_CGROUP2$CGROUP_PARENT/$ID" ]; then
      echo "$(basename "$file"): something is left" >&2
      runtime delete --force "$ID" || true
      wrong=1
    fi
  done
  return "$wrong"
}

@test "a configuration cannot write to the terminal of whoever reads the error" {
  runp_only "they show it as it is"
  config '.process.cwd = "a\n\u001b[31mb"'
  broken 'process.cwd'
  runp_says 'process.cwd: "a\n\u001b[31mb" is not'
  config '.process.cwd = "/" | .linux.sysctl = {"net.x\n\u001b[31m": "1"} | .process.args = ["a\u001b\n"]'
  rt run --bundle "$BUNDLE" "$ID"
  one_sentence
  if grep -q $'\e' <<<"$errors"; then tell "has an escape sequence"; return 1; fi
}

# --- unusual, and right -----------------------------------------------------

@test "properties that nobody knows are ignored" {
  config '.novelty = {deep: [1, 2, {a: null}]} | .linux.novelty = true | .process.novelty = "x"
    | .mounts[0].novelty = 1 | .linux.resources.novelty = {}'
  run_once
}

@test "bytes that are no UTF-8 are repaired in annotations, and said, and refused elsewhere" {
  config '.annotations = {"org.example.a": "caf@", "org.example.@": "x"}'
  LC_ALL=C sed -i 's/@/\xe9/' "$BUNDLE/config.json"
  create
  equal "$(state_of "$ID" '.annotations."org.example.a"')" $'caf\uFFFD'
  if is_runp; then
    says 'annotations\["org.example.a"\]: bytes that are not UTF-8'
    equal "$(grep -c 'not UTF-8' <<<"$errors")" 2
  fi
  ok delete --force "$ID"
  peer_falls_short crun "it takes them everywhere"
  peer_falls_short runc "it repairs them everywhere, and so takes another file"
  config '.annotations = {} | .process.args = ["/bin/caf@"]'
  LC_ALL=C sed -i 's/@/\xe9/' "$BUNDLE/config.json"
  broken 'process.args\[0\]: not valid UTF-8'
}

@test "annotations whose keys look the same are two" {
  config '.annotations = {"\u00e9": "one", "e\u0301": "two"}'
  create
  equal "$(state_of "$ID" '.annotations | length')" 2
}

@test "a key that is there twice is refused" {
  peer_falls_short crun "it takes the first"
  peer_falls_short runc "it takes the last"
  sed -i 's|"cwd": "/"|"cwd": "/", "cwd": "/tmp"|' "$BUNDLE/config.json"
  broken 'process.cwd: duplicate key'
}

@test "a seccomp rule that names no call is about none" {
  config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: [], action: "SCMP_ACT_ERRNO"}]}'
  run_once
}

@test "linux.cgroupsPath with components that mean nothing" {
  config --arg p "$CGROUP_PARENT/./$ID" '.linux.cgroupsPath = $p'
  running
  equal "$(cgroup_of "$(pid_of)")" "$CGROUP_PARENT/$ID"
}

@test "a container ID that starts with a dot is refused" {
  peer_falls_short runc "it takes it"
  local id
  for id in . .. .x ..x; do
    refused create --bundle "$BUNDLE" "$id"
    says "$id"
  done
}

@test "scheduler: deadline with a nice value, and without what it needs" {
  config '.process.scheduler = {policy: "SCHED_DEADLINE", nice: 19, deadline: 1000000, period: 1000000}'
  create_refused
  runp_says 'process.scheduler.runtime: required for SCHED_DEADLINE'
  config '.process.scheduler.runtime = 42000'
  run_once
}

@test "kernel.domainname against the domainname is refused, and without it is not" {
  peer_falls_short runc "the one that it sets last wins"
  config '.linux.sysctl = {"kernel.domainname": "one.example"} | .domainname = "two.example"'
  broken 'domainname'
  runp_says 'linux.sysctl["kernel.domainname"]: "one.example" is not the domainname "two.example"'
  config 'del(.domainname)'
  run_once
}

@test "the sections of other platforms are checked" {
  peer_falls_short crun "it takes values of another type for absent ones"
  local platform
  for platform in windows solaris vm zos; do wrong "$platform" ".$platform = 5"; config "del(.$platform)"; done
  wrong windows.layerFolders '.windows = {layerFolders: 5}'
  peer_falls_short runc "it does not know the section"
  wrong freebsd.jail.vnet 'del(.windows) | .freebsd = {jail: {vnet: "disable"}}'
}

@test "properties of other platforms are ignored" {
  config '.windows = {layerFolders: ["a"]} | .solaris = {} | .vm = {kernel: {path: "/k"}} | .zos = {}'
  run_once
}

@test "optional blocks may be missing or null" {
  config 'del(.hostname) | del(.process.capabilities) | del(.process.env) | del(.process.noNewPrivileges)
    | .hooks = null | .annotations = null | .linux.devices = null | .linux.maskedPaths = null'
  arguments /bin/probe cwd
  run_once
  is cwd /
}

@test "a configuration in one line, with escapes, is the same" {
  jq -c . "$BUNDLE/config.json" | sed 's|/bin/true|\\u002fbin\\/true|' >"$WORK/escaped"
  cp "$WORK/escaped" "$BUNDLE/config.json"
  run_once
}

@test "a large configuration is read whole" {
  config '.annotations = ([range(0; 3000) | {key: "org.example.number-\(.)", value: ("x" * 40)}] | from_entries)'
  create
  equal "$(state_of "$ID" '.annotations | length')" 3000
}

@test "without process, create succeeds and start fails" {
  peer_falls_short crun "start succeeds"
  peer_falls_short runc "create fails"
  config 'del(.process)'
  create
  LIMIT=5 refused start "$ID"
  says 'process'
  equal "$(state_of "$ID")" created
}

@test "every good configuration of the fixtures gets through create's checks" {
  runp_only "some ask for what peers refuse"
  if [ ! -d "$fixtures/good" ]; then skip "the fixtures are not here"; fi
  local file wrong=0
  for file in "$fixtures"/good/*.json; do
    # Not with jq, which rounds large numbers.
    python3 - "$file" "$CGROUP_PARENT/$ID" >"$BUNDLE/config.json" <<'PY'
import json, sys
config = json.load(open(sys.argv[1]))
config.setdefault("linux", {})["cgroupsPath"] = sys.argv[2]
config["root"]["path"] = "rootfs"
json.dump(config, sys.stdout)
PY
    rt create --bundle "$BUNDLE" "$ID"
    # What this machine lacks may still stop it, but no property may.
    if [ "$status" -ne 0 ] && grep -qE 'config.json' <<<"$errors"; then
      tell "$(basename "$file")"
      wrong=1
    fi
    runtime delete --force "$ID" >/dev/null 2>&1 || true
  done
  return "$wrong"
}
