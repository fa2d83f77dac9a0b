#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

@test "start runs the process of a created container" {
  arguments /bin/probe hang
  create
  ok start "$ID"
  equal "$output$errors" ""
  has_status "$ID" running
}

@test "start keeps the pid that create has told" {
  arguments /bin/probe hang
  create --pid-file "$WORK/pid"
  ok start "$ID"
  equal "$(pid_of)" "$(cat "$WORK/pid")"
}

@test "start refuses a container that runs" {
  running
  refused start "$ID"
  runp_says "cannot start an already running container"
  has_status "$ID" running
}

@test "start refuses a container that has stopped" {
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
  refused start "$ID"
  runp_says "cannot start a container that has stopped"
}

@test "start refuses an id that nobody has" {
  refused start "$ID"
  says 'does not exist'
  runp_says "container does not exist"
}

@test "start without an id is a usage error" {
  refused start
}

@test "start with two ids is a usage error" {
  refused start "$ID" "$ID"
}

@test "only one of many starts at once succeeds" {
  arguments /bin/probe hang
  create
  local i good=0 pids=()
  for i in 1 2 3 4 5; do
    runtime start "$ID" >/dev/null 2>&1 </dev/null 3>&- &
    pids+=($!)
  done
  for i in "${pids[@]}"; do if wait "$i"; then good=$((good + 1)); fi; done
  equal "$good" 1
  has_status "$ID" running
}

@test "the process starts with no blocked and no ignored signals" {
  arguments /bin/probe status SigBlk SigIgn
  trap '' PIPE USR1
  create
  ok start "$ID"
  trap - PIPE USR1
  eventually grep -q SigIgn "${LOGS[$ID]}"
  output=$(log)
  is status.SigBlk 0000000000000000
  is status.SigIgn 0000000000000000
}

@test "signals 32 and 33, which glibc's posix_spawn makes a runtime ignore, are reset too" {
  peer_falls_short crun "it leaves both ignored"
  peer_falls_short runc "it leaves 32 ignored"
  cat >"$WORK/spawn" <<EOF
#!/usr/bin/env python3
import os, sys
child = os.posix_spawn("$RUNTIME", sys.argv, os.environ)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
EOF
  chmod 755 "$WORK/spawn"
  RUNTIME=$WORK/spawn probe status SigIgn
  is status.SigIgn 0000000000000000
}

@test "the process is a session leader and has no death signal" {
  probe process
  is pid 1
  is sid 1
  is pgid 1
  is pdeathsig 0
  is subreaper 0
}
