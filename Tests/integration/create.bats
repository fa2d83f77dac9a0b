#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

@test "create leaves a created container whose process has not run yet" {
  arguments /bin/probe print hello
  create
  has_status "$ID" created
  [ -d "/proc/$(pid_of)" ]
  equal "$(log)" ""
  ok start "$ID"
  eventually grep -q hello "${LOGS[$ID]}"
}

@test "create says nothing when it succeeds" {
  create
  equal "$output$errors" ""
}

@test "create takes the bundle from the working directory" {
  cd "$BUNDLE"
  ok create "$ID"
  equal "$(state_of "$ID" .bundle)" "$BUNDLE"
}

@test "create takes -b and makes a relative bundle path absolute" {
  cd "$WORK"
  ok create -b bundle "$ID"
  equal "$(state_of "$ID" .bundle)" "$BUNDLE"
}

@test "create takes a long option with one dash, as Go clients write it" {
  peer_falls_short crun "its getopt_long reads -bundle as -b undle"
  ok create -bundle "$BUNDLE" "$ID"
}

@test "create takes --bundle=DIR" {
  ok create "--bundle=$BUNDLE" "$ID"
}

@test "create takes --detach, which shims send it, and does the same" {
  peer_falls_short crun "create has no --detach"
  peer_falls_short runc "create has no --detach"
  create --detach
  has_status "$ID" created
}

@test "create takes -f, another configuration than config.json" {
  peer_falls_short runc "it has no --config"
  arguments /bin/probe print other
  mv "$BUNDLE/config.json" "$BUNDLE/other.json"
  create -f "$BUNDLE/other.json"
  ok start "$ID"
  eventually grep -q other "${LOGS[$ID]}"
}

@test "create writes the pid file, digits only" {
  create --pid-file "$WORK/pid"
  equal "$(cat "$WORK/pid")" "$(pid_of)"
  equal "$(stat -c %s "$WORK/pid")" "$(printf %s "$(pid_of)" | wc -c)"
}

@test "create does not let a pid file that cannot be written pass" {
  create_refused --pid-file "$WORK/no/such/dir/pid"
}

@test "create that is killed while it writes the pid file leaves nothing beside it" {
  runp_only "it is about its own order of calls"
  mkdir "$WORK/pids"
  rt_with linkat:signal=KILL:error=EINTR create --bundle "$BUNDLE" --pid-file "$WORK/pids/pid" "$ID"
  equal "$status" 137
  equal "$(ls -A "$WORK/pids")" ""
  ok delete --force "$ID"
  # Where one is replaced, the next writing takes up what is left.
  echo 1 >"$WORK/pids/pid"
  rt_with --at "$WORK/pids/.runp.pid" renameat:signal=KILL:error=EINTR create --bundle "$BUNDLE" --pid-file "$WORK/pids/pid" "$ID"
  equal "$(cat "$WORK/pids/pid")" 1
  ok delete --force "$ID"
  equal "$(find "$WORK/pids" -type f | wc -l)" 2
  create --pid-file "$WORK/pids/pid"
  equal "$(ls -A "$WORK/pids")" pid
  equal "$(cat "$WORK/pids/pid")" "$(pid_of)"
}

@test "create writes the pid file where no file can be without a name" {
  runp_only "it is about its own order of calls"
  mkdir "$WORK/pids"
  arguments /bin/true
  ok_with --at "$WORK/pids" openat:error=EOPNOTSUPP:when=1 run --bundle "$BUNDLE" --pid-file "$WORK/pids/pid" "$ID"
  equal "$(ls -A "$WORK/pids")" pid
  grep -qE '^[0-9]+$' "$WORK/pids/pid"
}

@test "create replaces a symlink in the pid file's place, it does not follow it" {
  peer_falls_short crun "it opens the pid file for writing, symlink or not"
  echo precious >"$WORK/precious"
  ln -s "$WORK/precious" "$WORK/pid"
  create --pid-file "$WORK/pid"
  equal "$(cat "$WORK/precious")" precious
}

@test "create refuses an id that exists, and leaves that container alone" {
  create
  refused create --bundle "$BUNDLE" "$ID"
  says 'exists'
  runp_says "container with given ID already exists"
  has_status "$ID" created
  ok start "$ID"
}

@test "create refuses an id that is in use in another state" {
  running
  refused create --bundle "$BUNDLE" "$ID"
  ok kill "$ID" KILL
  eventually has_status "$ID" stopped
  refused create --bundle "$BUNDLE" "$ID"
}

@test "create refuses ids that are no file names" {
  local id
  for id in . .. a/b ../x 'a b' 'a*' $'a\nb'; do
    if is_crun && [[ $id == 'a b' || $id == 'a*' || $id == $'a\nb' ]]; then continue; fi
    refused create --bundle "$BUNDLE" "$id"
  done
  equal "$(ls "$STATE")" ""
}

@test "create refuses an empty id" {
  refused create --bundle "$BUNDLE" ""
}

@test "create takes every character an id may have" {
  ok create --bundle "$BUNDLE" "aZ09_+.-${ID}"
  ok delete --force "aZ09_+.-${ID}"
}

@test "create without an id is a usage error" {
  refused create --bundle "$BUNDLE"
}

@test "create with two ids is a usage error" {
  refused create --bundle "$BUNDLE" "$ID" "$ID-2"
  equal "$(ls "$STATE")" ""
}

@test "create names an option it does not know" {
  refused create --bundle "$BUNDLE" --no-such-option "$ID"
  says 'no-such-option'
}

@test "create refuses a bundle that does not exist" {
  refused create --bundle "$WORK/nothing" "$ID"
  says 'nothing'
  gone "$ID"
}

@test "create refuses a bundle without config.json" {
  rm "$BUNDLE/config.json"
  create_refused
  says 'config.json'
}

@test "create refuses a program that is not in the container, and names it" {
  arguments no-such-program
  create_refused
  says 'executable file.*not found in \$PATH'
  says 'no-such-program'
  runp_says 'exec: "no-such-program": executable file not found in $PATH'
}

@test "create refuses an absolute path that is not in the container" {
  arguments /no/such/program
  create_refused
  says '/no/such/program.*no such file or directory'
}

@test "create makes the state root and its parents" {
  STATE=$WORK/deep/er/state
  ok create --bundle "$BUNDLE" "$ID"
  [ -d "$STATE/$ID" ]
  ok delete --force "$ID"
  STATE=$WORK/state
}

@test "the state root lets nobody but root look at a container" {
  peer_falls_short runc "its container directories are 0711"
  create
  equal "$(stat -c %a "$STATE/$ID")" 700
}

@test "the configuration may be changed after create without effect" {
  arguments /bin/probe print before
  create
  arguments /bin/probe print after
  ok start "$ID"
  eventually grep -q before "${LOGS[$ID]}"
}

@test "the init process is left to the caller's subreaper" {
  arguments /bin/probe exit 7
  cat >"$WORK/engine" <<SH
"$RUNTIME" --root "$STATE" create --bundle "$BUNDLE" --pid-file "$WORK/pid" "$ID" >/dev/null &&
"$RUNTIME" --root "$STATE" start "$ID"
SH
  timeout "$LIMIT" "$RUNP_SUITE/companion" subreap sh "$WORK/engine" </dev/null >"$WORK/reaped" 3>&-
  grep -qx 'command=0' "$WORK/reaped"
  grep -qx "orphan=$(cat "$WORK/pid") 7" "$WORK/reaped"
}

@test "create refuses a configuration that needs a terminal without a console socket" {
  config '.process.terminal = true'
  create_refused
  runp_says "cannot allocate tty if runp will detach without setting console socket"
}

@test "create refuses a console socket when there is no terminal" {
  peer_falls_short crun "it ignores the socket"
  create_refused --console-socket "$WORK/console.sock"
  runp_says "cannot use console socket if runp will not detach or allocate tty"
}

@test "create sends the init's pidfd over --pidfd-socket" {
  peer_falls_short crun "it takes the socket from an annotation"
  background "$WORK/pidfd" "$RUNP_SUITE/companion" pidfd "$WORK/pidfd.sock"
  eventually grep -q listening "$WORK/pidfd"
  create --pidfd-socket "$WORK/pidfd.sock"
  eventually grep -q "^received.pid=$(pid_of)$" "$WORK/pidfd"
  grep -qx 'received.name=standard' "$WORK/pidfd"
  grep -qx 'received.fds=1' "$WORK/pidfd"
}

@test "--no-pivot moves the root instead of pivoting" {
  arguments /bin/probe list /
  run_once --no-pivot
  like list./ 'bin,dev,etc'
  unlike list./ 'boot'
}

@test "without --no-new-keyring a container has a session keyring of its own" {
  probe keyring
  differ "$(value keyring)" "$("$RUNP_SUITE/probe" keyring | sed -n 's/^keyring=//p')"
}

@test "the session keyring has no name that another container could join it by" {
  peer_falls_short crun "it is named after the container"
  peer_falls_short runc "it is named after the container"
  probe keyring
  is keyring.name _ses
}

@test "with --no-new-keyring a container keeps the caller's session keyring" {
  arguments /bin/probe keyring
  run_once --no-new-keyring
  equal "$(value keyring)" "$("$RUNP_SUITE/probe" keyring | sed -n 's/^keyring=//p')"
}

@test "the last hooks run whatever becomes of the kept configuration" {
  runp_only "it keeps its state otherwise"
  config --arg f "$WORK/ran" '.hooks.poststart = [{path: "/bin/sh", args: ["sh", "-c", "echo poststart >>" + $f]}]
    | .hooks.poststop = [{path: "/bin/sh", args: ["sh", "-c", "echo poststop >>" + $f]}]'
  create
  rm "$STATE/$ID/config.json"
  ok start "$ID"
  eventually has_status "$ID" stopped
  ok delete "$ID"
  equal "$(cat "$WORK/ran")" "$(printf 'poststart\npoststop')"
}

# A set of capabilities of the process that waits for start.
waiting() { sed -n "s/^$1:\\s*//p" "/proc/$(pid_of)/status"; }

@test "a created container waits with the configuration's capabilities" {
  create
  equal "$(waiting CapEff)" 00000000080004a1
  equal "$(waiting CapPrm)" 00000000080004a1
  equal "$(waiting CapBnd)" 00000000080004a1
}

@test "a created container waits with its filter, with and without no_new_privs" {
  peer_falls_short crun "with no_new_privs it loads the filter last"
  local allowed
  for allowed in true false; do
    config --argjson n "$allowed" '.process.noNewPrivileges = $n
      | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]}'
    create
    equal "$(waiting Seccomp)" 2
    equal "$(waiting CapPrm)" 00000000080004a1
    equal "$(waiting CapEff)" 00000000080004a1
    ok start "$ID"
    eventually has_status "$ID" stopped
    ok delete "$ID"
  done
}

@test "a created container waits with no more than loading its filter takes" {
  config '.process.noNewPrivileges = false
    | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["accept", "accept4"], action: "SCMP_ACT_ERRNO"}]}'
  create
  local sys_admin=$((1 << 21))
  equal "$((0x$(waiting CapPrm) & ~0x080004a1 & ~sys_admin))" 0
  equal "$((0x$(waiting CapEff) & ~0x080004a1 & ~sys_admin))" 0
  equal "$(waiting CapBnd)" 00000000080004a1
  ok start "$ID"
  eventually has_status "$ID" stopped
}

@test "create warns that it does not pass readiness on" {
  runp_only "they do"
  NOTIFY_SOCKET=$WORK/notify ok create --bundle "$BUNDLE" "$ID"
  says NOTIFY_SOCKET
}
