#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

KINDS=(prestart createRuntime createContainer startContainer poststart poststop)

# Adds a hook of the given kind that runs a script: hook KIND SCRIPT. Inside the
# container the script's shell is busybox; /log is the host's $WORK/log there.
hook() {
  config --arg k "$1" --arg s "$2" \
    '.hooks[$k] += [{path: "/bin/sh", args: ["sh", "-c", $s], env: ["PATH=/bin:/usr/bin", "MARK=\($k)"]}]'
}

prepare() {
  LOGDIR=$WORK/log
  mkdir -m 777 "$LOGDIR"
  with_mount /log bind "$LOGDIR" bind
}

# Where a hook of that kind finds the log directory.
log_for() {
  case $1 in
  startContainer) echo /log ;;
  *) echo "$LOGDIR" ;;
  esac
}

whole_life() {
  arguments /bin/probe wait -- write /log/process x
  create
  ok start "$ID"
  eventually grep -q ready "${LOGS[$ID]}"
  ok kill "$ID" TERM
  eventually has_status "$ID" stopped
  ok delete "$ID"
}

@test "hooks of all kinds run in the spec's order" {
  runp_only "its poststart hooks do not wait for the process to be executed"
  local kind
  for kind in "${KINDS[@]}"; do
    hook "$kind" "echo $kind-1 >>$(log_for "$kind")/order"
    hook "$kind" "echo $kind-2 >>$(log_for "$kind")/order"
  done
  whole_life
  local expected
  expected=$(for kind in "${KINDS[@]}"; do printf '%s-1 %s-2 ' "$kind" "$kind"; done)
  equal "$(tr '\n' ' ' <"$LOGDIR/order")" "$expected"
}

@test "prestart, createRuntime and createContainer belong to create" {
  local kind
  for kind in prestart createRuntime createContainer startContainer; do
    hook "$kind" "echo $kind >>$(log_for "$kind")/order"
  done
  arguments /bin/probe hang
  create
  equal "$(tr '\n' ' ' <"$LOGDIR/order")" "prestart createRuntime createContainer "
  ok start "$ID"
  eventually grep -q startContainer "$LOGDIR/order"
  equal "$(tr '\n' ' ' <"$LOGDIR/order")" "prestart createRuntime createContainer startContainer "
}

@test "each hook gets the container's state" {
  config '.annotations = {"org.example": "yes"}'
  local kind
  for kind in "${KINDS[@]}"; do hook "$kind" "cat >$(log_for "$kind")/$kind.json"; done
  whole_life
  for kind in "${KINDS[@]}"; do
    jq -e --arg id "$ID" '.id == $id and (.ociVersion | test("^1")) and .annotations["org.example"] == "yes"' \
      "$LOGDIR/$kind.json"
    # In the container crun says that the bundle is "/".
    if ! is_crun; then jq -e --arg b "$BUNDLE" '.bundle == $b' "$LOGDIR/$kind.json"; fi
  done
  for kind in prestart createRuntime; do jq -e '.pid > 0' "$LOGDIR/$kind.json"; done
  if [ "$RUNTIME_NAME" != runc ]; then jq -e '.status == "running"' "$LOGDIR/poststart.json"; fi
  jq -e '.status == "stopped"' "$LOGDIR/poststop.json"
}

@test "the state's status is the spec's at every hook" {
  peer_falls_short crun "it says created and starting in the wrong places"
  local kind
  for kind in "${KINDS[@]}"; do hook "$kind" "cat >$(log_for "$kind")/$kind.json"; done
  whole_life
  for kind in prestart createRuntime createContainer; do
    jq -e '.status == "creating" or .status == "created"' "$LOGDIR/$kind.json"
  done
  jq -e '.status == "created"' "$LOGDIR/startContainer.json"
}

@test "the pid of a hook's state is the process's" {
  hook createRuntime "cat >$LOGDIR/state.json; readlink /proc/\$(sed -n 's/.*\"pid\": *\\([0-9]*\\).*/\\1/p' $LOGDIR/state.json | head -n 1)/ns/uts >$LOGDIR/uts"
  arguments /bin/probe hang
  create
  equal "$(jq .pid "$LOGDIR/state.json")" "$(pid_of)"
  equal "$(cat "$LOGDIR/uts")" "$(readlink "/proc/$(pid_of)/ns/uts")"
}

@test "hooks run in the namespaces that the spec says" {
  local kind
  for kind in "${KINDS[@]}"; do hook "$kind" "readlink /proc/self/ns/uts >$(log_for "$kind")/$kind"; done
  whole_life
  for kind in prestart createRuntime poststart poststop; do
    equal "$(cat "$LOGDIR/$kind")" "$(readlink /proc/self/ns/uts)"
  done
  for kind in createContainer startContainer; do
    differ "$(cat "$LOGDIR/$kind")" "$(readlink /proc/self/ns/uts)"
  done
}

@test "createContainer can use no device that its container may not use" {
  config '.linux.resources.devices = [{allow: false, access: "rwm"}]'
  mknod "$WORK/node" c 1 11
  hook createContainer "if (: <$WORK/node) 2>/dev/null; then echo open; else echo denied; fi >$LOGDIR/device"
  arguments /bin/true
  # However long the kernel takes to load the program.
  strace -f -qqq -e trace=bpf -e inject=bpf:delay_enter=300000 -o /dev/null \
    "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID" </dev/null
  equal "$(cat "$LOGDIR/device")" denied
}

@test "createContainer sees the host's files, startContainer the container's" {
  hook createContainer "ls / >$LOGDIR/createContainer"
  hook startContainer "ls / >/log/startContainer"
  whole_life
  grep -qx boot "$LOGDIR/createContainer" || grep -qx usr "$LOGDIR/createContainer"
  grep -qx home "$LOGDIR/startContainer"
  if grep -qx boot "$LOGDIR/startContainer"; then return 1; fi
}

@test "createContainer runs when the mounts have been made" {
  hook createContainer "grep -c $BUNDLE/rootfs/proc /proc/self/mountinfo >$LOGDIR/count"
  whole_life
  differ "$(cat "$LOGDIR/count")" 0
}

@test "a hook's environment is the configuration's and nothing else" {
  config --arg l "$LOGDIR" '.hooks.createRuntime = [{path: "/usr/bin/env", args: ["env"], env: ["ONE=1"]}]'
  hook createRuntime "env >$LOGDIR/env"
  SECRET_OF_THE_HOST=1 create
  grep -qx MARK=createRuntime "$LOGDIR/env"
  if grep -q SECRET_OF_THE_HOST "$LOGDIR/env"; then return 1; fi
}

@test "a hook's first argument is passed as it is" {
  cat >"$WORK/hook" <<SH
#!/bin/sh
tr '\\0' '\\n' </proc/\$\$/cmdline >"$LOGDIR/arguments"
SH
  chmod 755 "$WORK/hook"
  config --arg p "$WORK/hook" '.hooks.createRuntime = [{path: $p, args: ["zero", "one two", "three"]}]'
  create
  grep -qx 'one two' "$LOGDIR/arguments"
  grep -qx three "$LOGDIR/arguments"
}

@test "a hook that does not read its input does no harm" {
  peer_falls_short crun "at times it dies of SIGPIPE"
  local kind
  for kind in "${KINDS[@]}"; do
    config --arg k "$kind" '.hooks[$k] = [{path: "/bin/true"}]'
  done
  config --arg a "$(head -c 100000 /dev/zero | tr '\0' x)" '.annotations.large = "x" | .annotations.larger = $a[0:60000]'
  whole_life
}

@test "a hook has no descriptor of the runtime" {
  peer_falls_short runc "createContainer hooks have five of them"
  local kind
  for kind in "${KINDS[@]}"; do
    hook "$kind" "ls -l /proc/self/fd | sed -n 's/.* \\([0-9]*\\) -> /\\1 /p' >$(log_for "$kind")/$kind.fds"
  done
  whole_life
  for kind in "${KINDS[@]}"; do
    # Its stdio, and the directory that `ls` itself reads.
    equal "$kind: $(awk '$1 > 3' "$LOGDIR/$kind.fds")" "$kind: "
  done
}

@test "a hook starts with the usual signals" {
  hook createRuntime "grep -E 'Sig(Blk|Ign)' /proc/self/status >$LOGDIR/signals"
  create
  equal "$(awk '/SigBlk/ { print $2 }' "$LOGDIR/signals")" 0000000000000000
}

@test "what hooks write is not the container's output, nor the runtime's" {
  local kind
  for kind in "${KINDS[@]}"; do hook "$kind" "echo from-$kind; echo from-$kind >&2"; done
  arguments /bin/probe print own
  run_once
  equal "$output" own
  if grep -q from- <<<"$errors"; then tell "should not be here"; return 1; fi
}

@test "annotations name files that get what hooks write" {
  peer_falls_short runc "it does not know them"
  config --arg l "$LOGDIR" '.annotations = {"run.oci.hooks.stdout": "\($l)/out", "run.oci.hooks.stderr": "\($l)/err"}'
  hook createRuntime 'echo one; echo two >&2'
  hook createContainer 'echo three'
  hook poststop 'echo four'
  run_once
  equal "$(tr '\n' ' ' <"$LOGDIR/out")" "one three four "
  equal "$(cat "$LOGDIR/err")" two
}

# --- failures ---------------------------------------------------------------

# A hook that fails with a status of its own, then one that must not run.
failing() {
  config --arg k "$1" --arg l "$(log_for "$1")" '.hooks[$k] = [
    {path: "/bin/sh", args: ["sh", "-c", "echo went-wrong >&2; exit 17"]},
    {path: "/bin/sh", args: ["sh", "-c", "touch \($l)/after"], env: ["PATH=/bin:/usr/bin"]}]'
  hook poststop "touch $LOGDIR/poststop"
}

create_fails() {
  failing "$1"
  create_refused
  says '17|hook'
  [ ! -e "$LOGDIR/after" ]
}

@test "a failing prestart hook makes create fail, and nothing stays" {
  create_fails prestart
}
@test "a failing createRuntime hook makes create fail, and nothing stays" {
  create_fails createRuntime
}
@test "a failing createContainer hook makes create fail, and nothing stays" {
  create_fails createContainer
}

@test "the message of a failing hook names its kind and status" {
  local kind
  for kind in prestart createRuntime createContainer; do
    config 'del(.hooks)'
    failing "$kind"
    create_refused
    runp_says "$kind"
    runp_says 17
  done
}

@test "the message of a failing hook has what it wrote" {
  peer_falls_short crun "it shows nothing of it"
  local kind
  for kind in prestart createRuntime createContainer; do
    config 'del(.hooks)'
    failing "$kind"
    create_refused
    says 'stderr: went-wrong'
  done
}

@test "of what a failing hook wrote, the message has the end" {
  runp_only "all of it or nothing is there"
  hook createRuntime 'head -c 1000000 /dev/zero | tr "\\0" x; echo the-end; exit 1'
  create_refused
  says 'status 1, stdout: x{100,}the-end'
  [ "${#errors}" -lt 4000 ]
}

@test "poststop hooks run when create has failed" {
  peer_falls_short crun "they run at delete only"
  failing createRuntime
  create_refused
  [ -e "$LOGDIR/poststop" ]
}

@test "a failing startContainer hook ends the container" {
  failing startContainer
  arguments /bin/probe write /log/process x
  create
  rt start "$ID"
  eventually gone_or_stopped
  [ ! -e "$LOGDIR/after" ]
  [ ! -e "$LOGDIR/process" ]
  rt delete "$ID"
  gone "$ID"
}

gone_or_stopped() { gone "$ID" || has_status "$ID" stopped; }

@test "a failing startContainer hook makes start fail, and the container is destroyed" {
  runp_only "start succeeds all the same"
  failing startContainer
  create
  refused start "$ID"
  says 'startContainer'
  says '17'
  says 'stderr: went-wrong'
  gone "$ID"
  [ -e "$LOGDIR/poststop" ]
}

@test "a failing startContainer hook makes run fail, and nothing stays" {
  peer_falls_short crun "it says nothing of it"
  failing startContainer
  refused run --bundle "$BUNDLE" "$ID"
  says 'hook'
  gone "$ID"
  [ -e "$LOGDIR/poststop" ]
}

@test "a failing poststart hook is an error of start that destroys the container" {
  peer_falls_short runc "it runs the hook in create"
  failing poststart
  arguments /bin/probe hang
  create
  refused start "$ID"
  says '17|hook|poststart'
  [ ! -e "$LOGDIR/after" ]
  gone "$ID"
  [ -e "$LOGDIR/poststop" ]
}

@test "a failing poststart hook is an error of run, and nothing stays" {
  peer_falls_short crun "it leaves the container"
  failing poststart
  arguments /bin/probe hang
  refused run --detach --bundle "$BUNDLE" "$ID"
  says '17|hook|poststart'
  gone "$ID"
  [ -e "$LOGDIR/poststop" ]
}

@test "poststart hooks run when the process has been executed" {
  peer_falls_short runc "they run in create"
  hook poststart "sleep 0.1; tr '\\0' ' ' </proc/\$(sed -n 's/.*\"pid\": *\\([0-9]*\\).*/\\1/p' | head -n 1)/cmdline >$LOGDIR/cmdline"
  arguments /bin/probe hang
  create
  ok start "$ID"
  eventually test -s "$LOGDIR/cmdline"
  equal "$(cat "$LOGDIR/cmdline")" "/bin/probe hang "
}

@test "a failing poststop hook does not keep delete from going on" {
  peer_falls_short runc "delete fails, and the later hooks do not run"
  config --arg l "$LOGDIR" '.hooks.poststop = [{path: "/bin/false"},
    {path: "/bin/sh", args: ["sh", "-c", "touch \($l)/after"], env: ["PATH=/bin:/usr/bin"]}]'
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  ok delete "$ID"
  gone "$ID"
  [ -e "$LOGDIR/after" ]
}

@test "poststop hooks run when everything of the container has gone" {
  peer_falls_short crun "its state is still there"
  hook poststop "ls $STATE >$LOGDIR/containers; ls $RUNP_CGROUP2$CGROUP_PARENT >$LOGDIR/cgroups"
  whole_life
  if grep -qx "$ID" "$LOGDIR/containers" "$LOGDIR/cgroups"; then return 1; fi
}

@test "poststop hooks run after delete --force and after run" {
  hook poststop "echo x >>$LOGDIR/poststop"
  running
  ok delete --force "$ID"
  equal "$(wc -l <"$LOGDIR/poststop")" 1
  arguments /bin/true
  run_once
  equal "$(wc -l <"$LOGDIR/poststop")" 2
}

@test "a hook that is not there is refused by name" {
  config '.hooks.createRuntime = [{path: "/no/such/hook"}]'
  create_refused
  says '/no/such/hook|hook'
  runp_says /no/such/hook
}

@test "a hook with a relative path is refused" {
  peer_falls_short crun "it searches it somewhere"
  config '.hooks.createRuntime = [{path: "bin/true"}]'
  create_refused
}

@test "a hook that is killed is a failing one" {
  # shellcheck disable=SC2016
  config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "kill -KILL $$"]}]'
  create_refused
}

@test "a hook that takes longer than its timeout is killed, and has failed" {
  config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "exec sleep 30"], timeout: 1}]'
  local before=$SECONDS
  create_refused
  [ $((SECONDS - before)) -le 6 ]
}

@test "a timeout that is no positive number is refused" {
  peer_falls_short crun "it takes it for none"
  peer_falls_short runc "it takes it for none"
  config '.hooks.createRuntime = [{path: "/bin/true", timeout: 0}]'
  create_refused
  config '.hooks.createRuntime = [{path: "/bin/true", timeout: -1}]'
  create_refused
}

# A startContainer hook that ends, with that status, once $LOGDIR/go is there.
waiting_hook() {
  hook startContainer "touch /log/waits; until [ -e /log/go ]; do sleep 0.05; done; touch /log/went; exit $1"
}

# Kills what runs in the background as soon as the hook waits, and lets that go on.
killed_at_the_hook() {
  eventually test -e "$LOGDIR/waits"
  # The peers' start has returned by then.
  kill -KILL "${BACKGROUND[-1]}" || ! is_runp
  wait "${BACKGROUND[-1]}" || true
  touch "$LOGDIR/go"
  eventually test -e "$LOGDIR/went"
}

@test "a start killed while startContainer hooks run leaves a container that starts" {
  waiting_hook 0
  arguments /bin/probe hang
  create
  background "$WORK/said" "$RUNTIME" --root "$STATE" start "$ID"
  killed_at_the_hook
  eventually has_status "$ID" running
  equal "$(tr '\0' ' ' <"/proc/$(pid_of)/cmdline")" "/bin/probe hang "
  refused start "$ID"
  ok delete --force "$ID"
  gone "$ID"
}

@test "a run killed while startContainer hooks run leaves nothing that runs" {
  runp_only "its container goes on, with nobody who waits for it"
  waiting_hook 0
  arguments /bin/probe hang
  background "$WORK/said" "$RUNTIME" --root "$STATE" run --bundle "$BUNDLE" "$ID"
  killed_at_the_hook
  has_status "$ID" stopped
  eventually test -z "$(cat "$RUNP_CGROUP2$CGROUP_PARENT/$ID/cgroup.procs")"
  ok delete "$ID"
  gone "$ID"
}

@test "a hook that fails when its start was killed stops the container all the same" {
  waiting_hook 3
  arguments /bin/probe hang
  create
  background "$WORK/said" "$RUNTIME" --root "$STATE" start "$ID"
  killed_at_the_hook
  eventually has_status "$ID" stopped
  ok delete "$ID"
  gone "$ID"
}

@test "a startContainer hook can be slow, and start waits for it" {
  hook startContainer "sleep 0.5; touch /log/slow"
  arguments /bin/probe list /log
  create
  ok start "$ID"
  eventually grep -q 'list' "${LOGS[$ID]}"
  output=$(log)
  like list./log slow
}

# --- as whom, and with what -------------------------------------------------

@test "startContainer hooks are what the program is" {
  local no_new_privs shown='^(Uid|Gid|Groups|Cap.*|NoNewPrivs|Seccomp|Speculation.*):'
  config '.process.user = {uid: 1000, gid: 1001, additionalGids: [7]}
    | .process.capabilities.bounding = ["CAP_KILL"] | .process.capabilities.ambient = ["CAP_KILL"]
    | .process.capabilities.inheritable = ["CAP_KILL"]
    | .process.rlimits = [{type: "RLIMIT_CORE", soft: 5, hard: 6}]
    | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"}]}'
  for no_new_privs in true false; do
    config --argjson n "$no_new_privs" '.process.noNewPrivileges = $n | del(.hooks)'
    hook startContainer "{ grep -E '$shown' /proc/self/status; umask; ulimit -c; ulimit -Hc; pwd; } >/log/hook; mkdir /tmp/made; true"
    arguments sh -c "{ grep -E '$shown' /proc/self/status; umask; ulimit -c; ulimit -Hc; pwd; } >/log/program"
    run_once
    grep -q '^Uid:.1000.1000' "$LOGDIR/hook"
    diff "$LOGDIR/hook" "$LOGDIR/program"
    [ ! -e "$BUNDLE/rootfs/tmp/made" ]
  done
}

@test "a startContainer hook without an environment has the program's" {
  # Neither PATH nor anything else is added to it.
  config '.process.env = ["PATH=/bin", "OF_THE_PROGRAM=1"]
    | .hooks.startContainer = [{path: "/bin/sh", args: ["sh", "-c", "env >/log/env"]}]'
  SECRET_OF_THE_HOST=1 run_once
  grep -qx OF_THE_PROGRAM=1 "$LOGDIR/env"
  grep -qx HOME=/root "$LOGDIR/env"
  if grep -q SECRET_OF_THE_HOST "$LOGDIR/env"; then return 1; fi
}

@test "a startContainer hook with an environment has that, though it is empty" {
  peer_falls_short runc "an empty one is none for it"
  config '.process.env = ["PATH=/bin", "OF_THE_PROGRAM=1"] | .hooks.startContainer = [
    {path: "/bin/sh", args: ["sh", "-c", "env >/log/none"], env: []},
    {path: "/bin/sh", args: ["sh", "-c", "env >/log/one"], env: ["ONE=1"]}]'
  run_once
  grep -qx ONE=1 "$LOGDIR/one"
  if grep -q OF_THE_PROGRAM "$LOGDIR/none" "$LOGDIR/one"; then return 1; fi
}

@test "a hook of the runtime's side without an environment has the runtime's" {
  local kind
  for kind in prestart createRuntime poststart poststop; do
    config --arg k "$kind" --arg l "$LOGDIR" '.hooks[$k] = [
      {path: "/bin/sh", args: ["sh", "-c", "/usr/bin/env >\($l)/\($k)"]},
      {path: "/bin/sh", args: ["sh", "-c", "/usr/bin/env >\($l)/\($k).none"], env: []}]'
  done
  OF_THE_CALLER=1 run_once
  for kind in prestart createRuntime poststart poststop; do
    grep -qx OF_THE_CALLER=1 "$LOGDIR/$kind"
    if grep -q OF_THE_CALLER "$LOGDIR/$kind.none"; then return 1; fi
  done
}

@test "a createContainer hook without an environment has the runtime's" {
  peer_falls_short runc "it has none"
  config --arg l "$LOGDIR" '.hooks.createContainer = [
    {path: "/bin/sh", args: ["sh", "-c", "/usr/bin/env >\($l)/some"]},
    {path: "/bin/sh", args: ["sh", "-c", "/usr/bin/env >\($l)/none"], env: []}]'
  OF_THE_CALLER=1 run_once
  grep -qx OF_THE_CALLER=1 "$LOGDIR/some"
  if grep -q OF_THE_CALLER "$LOGDIR/none"; then return 1; fi
}

@test "a startContainer hook that reads nothing does no harm without a PID namespace" {
  peer_falls_short crun "at times it dies of SIGPIPE"
  without_namespace pid
  config --arg a "$(head -c 100000 /dev/zero | tr '\0' x)" '.annotations.large = $a
    | .hooks.startContainer = [{path: "/bin/true"}]'
  run_once
}

# --- under a filter ---------------------------------------------------------

# forbidding ACTION CALL...: such a filter, and a hook whose end has to be waited
# for and limited in time.
forbidding() {
  local action=$1
  shift
  config --argjson a "$action" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{names: $ARGS.positional} + $a]}
    | .hooks.startContainer = [{path: "/bin/sh", args: ["sh", "-c", ": >/log/hook"], timeout: 5}]' \
    --args -- "$@"
}

@test "startContainer hooks run where a filter says that there is no clone3" {
  # As the profiles of engines do.
  forbidding '{"action": "SCMP_ACT_ERRNO", "errnoRet": 38}' clone3
  run_once
  [ -e "$LOGDIR/hook" ]
}

@test "a filter that forbids to wait for startContainer hooks makes start say so" {
  runp_only "what they need for it is theirs"
  local names
  for names in "wait4 waitid" "poll ppoll" "pidfd_open pidfd_send_signal waitid" "clone clone3 fork vfork"; do
    # shellcheck disable=SC2086
    forbidding '{"action": "SCMP_ACT_ERRNO"}' $names
    local before=$SECONDS
    create
    rt start "$ID"
    [ $((SECONDS - before)) -le 4 ]
    case $names in
    pidfd*)
      equal "$status" 0
      [ -e "$LOGDIR/hook" ]
      ok delete --force "$ID"
      ;;
    *)
      differ "$status" 0
      says "hooks.startContainer\\[0\\]: (${names// /|}).*operation not permitted"
      gone "$ID"
      ;;
    esac
  done
}

@test "a filter that ends whoever waits for startContainer hooks makes start fail" {
  runp_only "what they need for it is theirs"
  forbidding '{"action": "SCMP_ACT_KILL_PROCESS"}' wait4 waitid
  create
  refused start "$ID"
  says 'hooks.startContainer: the process died'
  gone "$ID"
}

@test "startContainer hooks run under a filter with an agent" {
  peer_falls_short crun "the agent hears of no call of theirs"
  background "$WORK/listener" "$RUNP_SUITE/companion" seccomp "$WORK/listener.sock" 28
  eventually grep -q listening "$WORK/listener"
  config --arg s "$WORK/listener.sock" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
    listenerPath: $s, syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_NOTIFY"}]}'
  hook startContainer 'mkdir /tmp/made 2>/log/said; true'
  run_once
  grep -qi 'no space' "$LOGDIR/said"
}

# --- waits ------------------------------------------------------------------

@test "a timeout that no clock will show is none" {
  peer_falls_short crun "it does not read such numbers"
  peer_falls_short runc "it wraps, and none is left"
  local timeout
  for timeout in 5497558138880 9223372036854774784; do
    config --argjson t "$timeout" '.hooks.createRuntime = [{path: "/bin/true", timeout: $t}]'
    run_once
  done
}

@test "a hook that cannot be waited for is killed, and reaped" {
  runp_only "what they call for it is theirs"
  config --arg l "$LOGDIR" '.hooks.createRuntime = [{path: "/bin/sh",
    args: ["sh", "-c", "echo $$ >\($l)/pid; exec sleep 60"], env: ["PATH=/bin:/usr/bin"], timeout: 30}]'
  local errno
  for errno in ENOMEM EINVAL; do
    refused_with "poll:error=$errno:when=1" create --bundle "$BUNDLE" "$ID"
    says 'hooks.createRuntime\[0\]: poll'
    gone "$ID"
    # It may not have come as far as to its first word.
    if [ -s "$LOGDIR/pid" ]; then [ ! -e "/proc/$(cat "$LOGDIR/pid")" ]; fi
    rm -f "$LOGDIR/pid"
  done
}

@test "a FIFO that nobody reads takes no hook's output, and is refused" {
  peer_falls_short crun "it waits for a reader"
  peer_falls_short runc "it does not know the annotation"
  mkfifo "$LOGDIR/fifo"
  config --arg l "$LOGDIR" '.annotations = {"run.oci.hooks.stdout": "\($l)/fifo"}'
  hook createRuntime 'echo one'
  create_refused
  says "$LOGDIR/fifo"
}
