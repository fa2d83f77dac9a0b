#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

@test "--version names the runtime, its version and the spec's" {
  ok --version
  like_line 1 "^$RUNTIME_NAME version [0-9]"
  grep -q '^spec: 1\.' <<<"$output"
  grep -q '^commit: ' <<<"$output"
  equal "$errors" ""
  ok -v
  like_line 1 "^$RUNTIME_NAME version [0-9]"
}

like_line() { [[ $(sed -n "$1p" <<<"$output") =~ $2 ]]; }

@test "--help lists every command" {
  ok --help
  local command
  for command in create start state kill delete run exec list ps pause resume update spec; do
    grep -qw "$command" <<<"$output"
  done
  if ! is_crun; then ok -h; fi
}

@test "every command has a --help, on stdout and with success" {
  local command
  for command in create start state kill delete run exec list ps pause resume update spec features; do
    ok "$command" --help
    equal "$errors" ""
    differ "$output" ""
  done
}

@test "help lists every option that clients pass" {
  local flag
  ok create --help
  for flag in bundle console-socket pid-file no-pivot no-new-keyring preserve-fds; do
    grep -q -- "--$flag" <<<"$output"
  done
  ok exec --help
  for flag in process console-socket pid-file detach tty user cwd env cap; do
    grep -q -- "--$flag" <<<"$output"
  done
}

@test "without a command the help is shown" {
  rt
  says 'create|command'
}

@test "an unknown command is refused by name" {
  refused no-such-command
  says 'no-such-command'
}

@test "an unknown command fails like other usage errors, and the nearest word is named" {
  runp_only "their exit statuses differ, and they name none"
  refused strat "$ID"
  equal "$status" 1
  says 'unknown command "strat": did you mean "start"'
  refused stop "$ID"
  equal "$status" 1
  says 'did you mean "pod stop"'
  refused pod strat web
  equal "$status" 1
  says 'did you mean "pod start"'
  refused help creat
  says 'did you mean "create"'
  refused create --bundel "$BUNDLE" "$ID"
  equal "$status" 1
  says '--bundel: did you mean "--bundle"'
}

@test "an unknown global option is refused by name" {
  refused --no-such-option list
  says 'no-such-option'
}

@test "a global option without its value is refused by name" {
  rt --log
  differ "$status" 0
  says 'log'
}

@test "completion prints a script for bash and for zsh" {
  runp_only "it has no such command"
  ok completion bash
  bash -n <<<"$output"
  grep -q 'complete .*runp' <<<"$output"
  ok completion zsh
  grep -q '#compdef runp' <<<"$output"
  refused completion fishes
}

# --- list -------------------------------------------------------------------

@test "list shows a line for each container" {
  create
  local first=$ID
  as "$ID-b"
  create
  ok list
  grep -qE "^$first +[0-9]+ +created +$BUNDLE " <<<"$output"
  grep -qE "^$ID +[0-9]+ +created +$BUNDLE " <<<"$output"
  equal "$(wc -l <<<"$output")" 3
}

@test "list has runc's header" {
  peer_falls_short crun "it writes NAME and BUNDLE PATH"
  ok list
  equal "$(tr -s ' ' <<<"$output" | sed 's/ $//')" "ID PID STATUS BUNDLE CREATED OWNER"
}

@test "list -q shows the ids only" {
  create
  ok list -q
  equal "$output" "$ID"
  ok list --quiet
  equal "$output" "$ID"
}

@test "list --format json is an array with what state shows" {
  running
  ok list --format json
  jq -e --arg id "$ID" --arg b "$BUNDLE" --argjson p "$(pid_of)" \
    'length == 1 and (.[0] | .id == $id and .bundle == $b and .pid == $p
       and .status == "running" and .owner == "root")' <<<"$output"
  ok list -f json
  ok list --format=json
}

@test "list --format json of nothing is an empty array, or null" {
  ok list --format json
  jq -e '. == null or . == []' <<<"$output"
  if is_runp; then equal "$output" "[]"; fi
}

@test "list refuses another format" {
  refused list --format yaml
}

@test "list shows the other containers when one has a broken state" {
  peer_falls_short crun "one broken status file fails it all"
  create
  mkdir "$STATE/t-broken"
  echo '{' >"$STATE/t-broken/state.json"
  rt list -q
  grep -qx "$ID" <<<"$output"
  rm -r "$STATE/t-broken"
}

@test "list works when a container comes and goes meanwhile" {
  create
  local i
  for i in 1 2 3 4 5; do
    runtime run --bundle "$BUNDLE" "$ID-$i" >/dev/null 2>&1 </dev/null 3>&- &
  done
  for i in 1 2 3 4 5 6 7 8; do
    rt list -q
    equal "$status" 0
    grep -qx "$ID" <<<"$output"
  done
  wait
}

# --- spec -------------------------------------------------------------------

@test "spec writes a configuration that runs" {
  rm "$BUNDLE/config.json"
  cd "$BUNDLE"
  ok spec
  equal "$output$errors" ""
  jq -e '.process.terminal == true and .process.args == ["sh"] and .root.readonly == true' config.json
  config '.process.terminal = false | .process.args = ["/bin/probe", "caps", "--", "process", "--", "rlimits"]
    | del(.linux.resources)'
  ok run "$ID"
  is nnp 1
  is cap.eff 0000000020000420
  is cap.bnd 0000000020000420
  is cap.inh 0000000000000000
  is rlimit.NOFILE 1024:1024
}

@test "spec's default configuration has runc's mounts, masks and namespaces" {
  rm "$BUNDLE/config.json"
  ok spec --bundle "$BUNDLE"
  jq -e '[.mounts[].destination] == ["/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys", "/sys/fs/cgroup"]' \
    "$BUNDLE/config.json"
  jq -e '[.linux.namespaces[].type] | contains(["pid", "network", "ipc", "uts", "mount"])' "$BUNDLE/config.json"
  jq -e '.linux.maskedPaths | contains(["/proc/acpi", "/proc/kcore", "/proc/keys", "/sys/firmware"])' \
    "$BUNDLE/config.json"
  jq -e '.linux.readonlyPaths == ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]' \
    "$BUNDLE/config.json"
}

@test "spec does not replace a configuration" {
  echo mine >"$BUNDLE/config.json"
  refused spec --bundle "$BUNDLE"
  says 'exists'
  runp_says "File config.json exists. Remove it first"
  equal "$(cat "$BUNDLE/config.json")" mine
}

@test "spec --rootless adds a user namespace and drops what root needs" {
  peer_falls_short crun "it keeps the network namespace"
  rm "$BUNDLE/config.json"
  ok spec --rootless --bundle "$BUNDLE"
  jq -e '[.linux.namespaces[].type] | contains(["user"]) and (contains(["network"]) | not)' "$BUNDLE/config.json"
  jq -e '.linux.uidMappings | length == 1 and .[0].size == 1' "$BUNDLE/config.json"
  jq -e '.linux | has("resources") | not' "$BUNDLE/config.json"
}

# --- features ---------------------------------------------------------------

@test "features is JSON that says which versions are known" {
  ok features
  jq -e '.ociVersionMin == "1.0.0" and (.ociVersionMax | test("^1\\."))' <<<"$output"
}

@test "features lists what the runtime knows" {
  ok features
  jq -e '.hooks | contains(["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"])' \
    <<<"$output"
  jq -e '.mountOptions | contains(["bind", "rbind", "ro", "rro", "tmpcopyup", "rprivate"])' <<<"$output"
  jq -e '.linux.namespaces | contains(["cgroup", "ipc", "mount", "network", "pid", "user", "uts"])' <<<"$output"
  jq -e '.linux.capabilities | contains(["CAP_CHOWN", "CAP_CHECKPOINT_RESTORE"])' <<<"$output"
  jq -e '.linux.seccomp.enabled and (.linux.seccomp.actions | contains(["SCMP_ACT_ERRNO", "SCMP_ACT_NOTIFY"]))' \
    <<<"$output"
  jq -e '.linux.cgroup.v2 and .linux.mountExtensions.idmap.enabled' <<<"$output"
}

@test "features lists time namespaces, idmap and seccomp flags" {
  peer_falls_short crun "it leaves them out"
  peer_falls_short runc "it leaves idmap out of the mount options"
  ok features
  jq -e '.linux.namespaces | contains(["time"])' <<<"$output"
  jq -e '.mountOptions | contains(["idmap", "ridmap"])' <<<"$output"
  jq -e '.linux.seccomp | (.archs | contains(["SCMP_ARCH_X86_64"])) and (.knownFlags | contains(["SECCOMP_FILTER_FLAG_LOG"]))' \
    <<<"$output"
  jq -e '.annotations["org.opencontainers.runc.checkpoint.enabled"] != null' <<<"$output"
}

@test "features takes no argument" {
  peer_falls_short crun "it ignores it"
  refused features more
}

# --- global options ---------------------------------------------------------

@test "--log takes the errors, and they go to stderr as well" {
  refused --log "$WORK/log" state "$ID"
  says 'does not exist'
  grep -q 'does not exist' "$WORK/log"
}

@test "--log-format json writes lines that shims can read" {
  refused --log "$WORK/log" --log-format json state "$ID"
  refused --log "$WORK/log" --log-format=json start "$ID"
  jq -es 'length >= 2 and all(has("level") and has("msg") and has("time"))' "$WORK/log"
  jq -es 'last | .level == "error" and (.msg | test("does not exist"))' "$WORK/log"
  jq -es 'last | .time | test("^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$")' "$WORK/log"
}

@test "the JSON log keeps quotes, newlines and other scripts apart" {
  peer_falls_short crun "it opens the log after the bundle"
  refused --log "$WORK/log" --log-format json create --bundle "$WORK/a\"b"$'\n'"ü" "$ID"
  jq -es 'last | .level == "error"' "$WORK/log"
}

@test "--log appends" {
  echo '{"level": "info", "msg": "mine", "time": "2020-01-01T00:00:00Z"}' >"$WORK/log"
  refused --log "$WORK/log" --log-format json state "$ID"
  jq -es 'length >= 2 and .[0].msg == "mine"' "$WORK/log"
}

@test "--log that cannot be opened is an error" {
  refused --log "$WORK/no/such/dir/log" list
  says 'no/such/dir/log'
}

@test "--log-format refuses another format" {
  refused --log "$WORK/log" --log-format xml list
  says 'xml'
  runp_says "invalid log-format: xml"
}

@test "nothing goes into the log when all goes well" {
  rt --log "$WORK/log" --log-format json run --bundle "$BUNDLE" "$ID"
  equal "$status" 0
  if [ -s "$WORK/log" ]; then jq -es 'map(select(.level == "error")) == []' "$WORK/log"; fi
}

@test "--debug is taken, and does not disturb the output" {
  peer_falls_short crun "its debug log shares stderr with the container"
  arguments /bin/probe print clean
  ok --debug --log "$WORK/log" --log-format json run --bundle "$BUNDLE" "$ID"
  equal "$output" clean
  jq -es 'all(has("msg"))' "$WORK/log"
}

@test "--log-level is taken" {
  peer_falls_short runc "it has no such option"
  ok --log-level error list
  refused --log-level loud list
}

@test "--root has containers of its own" {
  create
  STATE=$WORK/elsewhere
  mkdir "$STATE"
  ok list -q
  equal "$output" ""
  refused state "$ID"
  STATE=$WORK/state
}

@test "--root=DIR and -root DIR are the same" {
  peer_falls_short crun "its getopt_long does not take one dash"
  create
  equal "$("$RUNTIME" --root="$STATE" list -q)" "$ID"
  equal "$("$RUNTIME" -root "$STATE" list -q)" "$ID"
}

@test "the state directory of a user has the sticky bit, which spares it from cleaners" {
  runp_only "a pod needs no image, and peers have none"
  unshare --user --map-root-user --mount sh -ec '
    export USER=someone XDG_RUNTIME_DIR=$2
    "$1" pod create web
    stat -c %a "$2/runp"
    "$1" pod delete web' sh "$RUNTIME" "$WORK/user" >"$WORK/mode"
  equal "$(cat "$WORK/mode")" 1700
}

@test "--debug tells the call and its outcome" {
  runp_only "each has words of its own"
  ok --debug --log "$WORK/log" --log-format json list
  jq -es 'map(.level) == ["debug", "debug"] and (.[0].msg | endswith(": list, state in '"$STATE"'"))
    and .[1].msg == "list: exit status 0"' "$WORK/log"
}

@test "--rootless is taken as engines pass it" {
  ok --rootless=false list
  ok --rootless=auto list
}

@test "--criu, which old shims pass, is taken and ignored" {
  peer_falls_short crun "it has no such option"
  peer_falls_short runc "it has warned about it, then dropped it"
  ok --criu /usr/sbin/criu list
}

@test "--cgroup-manager takes cgroupfs, and refuses what it does not know" {
  peer_falls_short runc "it has no such option"
  ok --cgroup-manager cgroupfs list
  refused --cgroup-manager nonsense run --bundle "$BUNDLE" "$ID"
  runp_says 'nonsense'
}

@test "--cgroup-manager disabled runs a container without a cgroup" {
  peer_falls_short runc "it has no such option"
  config 'del(.linux.cgroupsPath)'
  arguments /bin/probe print free
  ok --cgroup-manager disabled run --bundle "$BUNDLE" "$ID"
  equal "$output" free
}

@test "--systemd-cgroup without systemd is an error that says so" {
  if [ -d /run/systemd/system ]; then skip "there is a systemd"; fi
  config '.linux.cgroupsPath = "system.slice:t:x"'
  refused --systemd-cgroup create --bundle "$BUNDLE" "$ID"
  says 'systemd|bus'
}

@test "without procfs every command says so" {
  runp_only "they say it of a file"
  status=0
  # shellcheck disable=SC2016
  errors=$(unshare --mount sh -c 'mount -t tmpfs none /proc && exec "$1" list' sh "$RUNTIME" 2>&1) || status=$?
  equal "$status" 1
  equal "$errors" 'runp: /proc does not show this process: procfs of its PID namespace has to be mounted there'
}

@test "with the procfs of another PID namespace every command says so" {
  runp_only "they look at the processes of others"
  local command
  for command in "list" "run --bundle $BUNDLE $ID"; do
    status=0
    # shellcheck disable=SC2086
    errors=$(unshare --pid --fork "$RUNTIME" --root "$STATE" $command 2>&1) || status=$?
    equal "$status" 1
    equal "$errors" 'runp: /proc does not show this process: procfs of its PID namespace has to be mounted there'
  done
}
