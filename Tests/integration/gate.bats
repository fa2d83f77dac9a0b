#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `start` returns only when the process has been executed, and tells when that
# has failed. Neither peer does: they have let go of the process by then.

load helpers

prepare() { runp_only "its start returns before the execve"; }

# The failed start says why; the container has stopped and can be deleted.
start_fails() {
  create
  refused start "$ID"
  says "$1"
  has_status "$ID" stopped
  ok delete "$ID"
  gone "$ID"
}

@test "start fails for a text file" {
  arguments /bin/text
  start_fails '/bin/text.*exec format error'
}

@test "start fails for a script whose interpreter does not exist" {
  arguments /bin/orphan
  start_fails '/bin/orphan.*no such file or directory'
}

@test "start fails for a dynamic program without its loader" {
  # The smallest program that asks for a loader: the host's own true.
  cp "$(readlink -f /bin/true)" "$BUNDLE/rootfs/bin/dynamic"
  arguments /bin/dynamic
  start_fails '/bin/dynamic.*no such file or directory'
}

@test "a program on a noexec mount is refused at create" {
  with_mount /here bind "$RUNP_SUITE/rootfs/bin" bind noexec
  arguments /here/probe exit 0
  create_refused
  says '/here/probe.*permission denied'
}

@test "start fails for a program that has gone since create" {
  cp "$BUNDLE/rootfs/bin/probe" "$BUNDLE/rootfs/bin/brief"
  arguments /bin/brief exit 0
  create
  rm "$BUNDLE/rootfs/bin/brief"
  refused start "$ID"
  says '/bin/brief.*no such file or directory'
  has_status "$ID" stopped
}

@test "start fails with the reason of a failing startContainer hook" {
  config '.hooks.startContainer = [{path: "/bin/sh", args: ["sh", "-c", "echo broken-part >&2; exit 3"]}]'
  create
  refused start "$ID"
  says 'startContainer.*3|3.*startContainer'
  gone "$ID"
}

@test "start fails when the init has been killed" {
  create
  kill_init
  refused start "$ID"
  has_status "$ID" stopped
}

@test "run passes the reason on as well, and leaves nothing" {
  arguments /bin/text
  refused run --bundle "$BUNDLE" "$ID"
  says '/bin/text.*exec format error'
  gone "$ID"
}

@test "the reason is in the JSON log, as the last error" {
  arguments /bin/text
  create
  refused --log "$WORK/log" --log-format json start "$ID"
  jq -es 'map(select(.level == "error")) | last | .msg | test("exec format error")' "$WORK/log"
}

@test "a process that ends at once is no failure of start" {
  arguments /bin/false
  create
  ok start "$ID"
  eventually has_status "$ID" stopped
}

@test "when start has returned, the process is the program" {
  local i
  for i in 1 2 3 4 5; do
    arguments /bin/probe hang
    create
    ok start "$ID"
    equal "$(tr '\0' ' ' <"/proc/$(pid_of)/cmdline")" "/bin/probe hang "
    ok delete --force "$ID"
  done
}
