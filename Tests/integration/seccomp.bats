#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load helpers

# Numbers of x86_64 and aarch64 for what has no name of its own in a shell.
prepare() {
  case $(uname -m) in
  x86_64) getppid=110 openat2=437 setpriority=141 futex_waitv=449 ;;
  aarch64) getppid=173 openat2=437 setpriority=140 futex_waitv=449 ;;
  *) skip "no numbers of system calls for $(uname -m)" ;;
  esac
}

# Sets a profile: allow everything except for the given rules.
except() { config --argjson r "$1" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: $r}'; }

@test "without a profile there is no filter" {
  probe seccomp
  is seccomp 0
}

@test "a rule gives EPERM unless told otherwise" {
  except '[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]'
  probe seccomp -- mkdir /tmp/x -- write /tmp/y
  is seccomp 2
  is mkdir./tmp/x EPERM
  is write./tmp/y ok
}

@test "a rule gives the errno that it names" {
  except '[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 11},
    {"names": ["getppid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]'
  probe mkdir /tmp/x -- syscall "$getppid"
  is mkdir./tmp/x EAGAIN
  is "syscall.$getppid" ENOSYS
}

@test "the default action is for all that has no rule" {
  config '.linux.seccomp = {defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 28,
    syscalls: [{action: "SCMP_ACT_ALLOW", names: ["read", "write", "writev", "exit", "exit_group",
      "execve", "brk", "mmap", "munmap", "mprotect", "fstat", "newfstatat", "arch_prctl", "set_tid_address",
      "set_robust_list", "rseq", "prlimit64", "readlink", "readlinkat", "getrandom", "ioctl", "futex",
      "rt_sigreturn", "close", "getcwd", "capget", "capset", "prctl", "setuid", "setgid", "setgroups",
      "setresuid", "setresgid", "chdir", "fchdir", "openat", "openat2", "fcntl", "getpid", "gettid", "epoll_pwait",
      "epoll_ctl", "nanosleep", "clock_nanosleep", "tgkill", "rt_sigaction", "rt_sigprocmask",
      "sigaltstack", "sched_yield", "stat", "lstat", "fstatfs", "statfs", "statx", "faccessat2", "faccessat",
      "access", "close_range", "clone", "clone3", "wait4", "waitid", "pipe2", "dup3", "umask", "getuid",
      "madvise", "getppid", "lseek", "getdents64", "sendmsg", "recvmsg", "poll", "ppoll", "set_tid_address"]}]}'
  arguments /bin/probe syscall "$setpriority" -- print allowed
  run_once
  is "syscall.$setpriority" ENOSPC
  grep -qx allowed <<<"$output"
}

@test "KILL_PROCESS kills with SIGSYS" {
  except '[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"}]'
  arguments /bin/probe mkdir /tmp/x
  rt run --bundle "$BUNDLE" "$ID"
  equal "$status" 159
  except '[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL"}]'
  rt run --bundle "$BUNDLE" "$ID"
  equal "$status" 159
}

@test "TRAP sends SIGSYS, LOG lets through" {
  except '[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_TRAP"}]'
  arguments /bin/probe mkdir /tmp/x
  rt run --bundle "$BUNDLE" "$ID"
  equal "$status" 159
  except '[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_LOG"}]'
  probe mkdir /tmp/y
  is mkdir./tmp/y ok
}

@test "arguments: equal, not equal, greater and less" {
  except '[{"names": ["setpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 11,
    "args": [{"index": 2, "value": 5, "op": "SCMP_CMP_EQ"}]}]'
  probe syscall "$setpriority" 0 0 5 -- syscall "$setpriority" 0 0 6
  equal "$(grep -c EAGAIN <<<"$output")" 1
  except '[{"names": ["setpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 11,
    "args": [{"index": 2, "value": 5, "op": "SCMP_CMP_GT"}]}]'
  probe syscall "$setpriority" 0 0 5 -- syscall "$setpriority" 0 0 6
  equal "$(grep -c EAGAIN <<<"$output")" 1
  except '[{"names": ["setpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 11,
    "args": [{"index": 2, "value": 6, "op": "SCMP_CMP_NE"}]}]'
  probe syscall "$setpriority" 0 0 5 -- syscall "$setpriority" 0 0 6
  equal "$(grep -c EAGAIN <<<"$output")" 1
}

@test "arguments: MASKED_EQ compares valueTwo under the mask of value" {
  except '[{"names": ["setpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 11,
    "args": [{"index": 2, "value": 3, "valueTwo": 1, "op": "SCMP_CMP_MASKED_EQ"}]}]'
  probe syscall "$setpriority" 0 0 5 -- syscall "$setpriority" 0 0 6
  equal "$(sed -n 1p <<<"$output")" "syscall.$setpriority=EAGAIN"
  differ "$(sed -n 2p <<<"$output")" "syscall.$setpriority=EAGAIN"
}

@test "arguments: several conditions must all hold" {
  except '[{"names": ["setpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 11,
    "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_EQ"}, {"index": 2, "value": 5, "op": "SCMP_CMP_EQ"}]}]'
  probe syscall "$setpriority" 0 0 5 -- syscall "$setpriority" 0 0 6 -- syscall "$setpriority" 1 0 5
  equal "$(grep -c EAGAIN <<<"$output")" 1
}

@test "arguments: two conditions on one argument are two rules" {
  except '[{"names": ["setpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 11,
    "args": [{"index": 2, "value": 5, "op": "SCMP_CMP_EQ"}, {"index": 2, "value": 6, "op": "SCMP_CMP_EQ"}]}]'
  probe syscall "$setpriority" 0 0 5 -- syscall "$setpriority" 0 0 6 -- syscall "$setpriority" 0 0 7
  equal "$(grep -c EAGAIN <<<"$output")" 2
}

@test "names that nobody knows are passed over" {
  except '[{"names": ["no_such_syscall", "mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]'
  probe mkdir /tmp/x
  is mkdir./tmp/x EPERM
}

@test "system calls newer than the profile give ENOSYS, not its default" {
  peer_falls_short crun "they give EPERM there"
  config '.linux.seccomp = {defaultAction: "SCMP_ACT_ERRNO", syscalls: [{action: "SCMP_ACT_ALLOW",
    names: ["read", "write", "writev", "exit", "exit_group", "execve", "brk", "mmap", "munmap", "mprotect",
      "fstat", "newfstatat", "arch_prctl", "set_tid_address", "set_robust_list", "rseq", "prlimit64",
      "readlink", "readlinkat", "getrandom", "ioctl", "futex", "close", "getcwd", "prctl", "capset", "capget",
      "setuid", "setgid", "setgroups", "setresuid", "setresgid", "chdir", "fchdir", "openat", "openat2", "fcntl", "getpid",
      "gettid", "epoll_pwait", "epoll_ctl", "nanosleep", "tgkill", "rt_sigaction", "rt_sigprocmask", "sigaltstack",
      "rt_sigreturn", "sched_yield", "stat", "statx", "fstatfs", "statfs", "faccessat2", "close_range",
      "clone", "clone3", "getppid", "madvise", "lseek", "sendmsg",
      "getdents64", "dup3", "fsopen", "fsconfig", "fsmount", "ppoll", "epoll_create1", "eventfd2"]}]}'
  arguments /bin/probe syscall "$futex_waitv" -- syscall "$setpriority" -- syscall 600
  run_once
  is "syscall.$futex_waitv" ENOSYS
  is syscall.600 ENOSYS
  is "syscall.$setpriority" EPERM
}

@test "an unknown action, architecture or flag is refused by name" {
  peer_falls_short crun "it takes unknown flags"
  config '.linux.seccomp = {defaultAction: "SCMP_ACT_SHRUG"}'
  create_refused
  says 'SCMP_ACT_SHRUG'
  config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_PDP11"]}'
  create_refused
  says 'PDP11'
  config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", flags: ["SECCOMP_FILTER_FLAG_SHINY"],
    syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]}'
  create_refused
  says 'SHINY'
}

@test "an operator that does not exist is refused by name" {
  except '[{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_ISH"}]}]'
  create_refused
  says 'SCMP_CMP_ISH|operator'
}

@test "architectures and flags are taken" {
  config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
    architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64"],
    flags: ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"],
    syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"}]}'
  probe mkdir /tmp/x
  is mkdir./tmp/x EPERM
}

@test "the filter is there without no_new_privs too" {
  config '.process.noNewPrivileges = false'
  except '[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]'
  probe mkdir /tmp/x -- process -- seccomp
  is mkdir./tmp/x EPERM
  is nnp 0
  is seccomp 2
}

@test "the filter is there for a user without capabilities" {
  config '.process.noNewPrivileges = false | .process.user = {uid: 1000, gid: 1000} | .process.capabilities = {}'
  except '[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 11}]'
  probe mkdir /tmp/x -- ids
  is mkdir./tmp/x EAGAIN
  is uid 1000
}

@test "without no_new_privs the filter need not allow what the runtime does either" {
  runp_only "it changes the user under the filter"
  config '.process.noNewPrivileges = false | .process.user = {uid: 1000, gid: 1000} | .process.cwd = "/home"'
  except '[{"names": ["openat2", "fchdir", "sendmsg", "setresuid", "setgroups", "close_range", "chdir"],
    "action": "SCMP_ACT_ERRNO"}]'
  probe ids -- seccomp -- caps
  is uid 1000
  is seccomp 2
  is cap.eff 0000000000000000
  create
  ok start "$ID"
}

@test "a profile that denies what a runtime itself needs does not stop it" {
  peer_falls_short runc "it looks at the working directory under the filter"
  except '[{"names": ["getcwd", "setresuid", "setuid", "setgroups", "capset", "mount", "chdir", "openat2", "sethostname"],
    "action": "SCMP_ACT_ERRNO"}]'
  config '.process.user = {uid: 1000, gid: 1000} | .process.cwd = "/home"'
  probe cwd -- ids
  is cwd EPERM
  is uid 1000
}

@test "the second container with a profile is as filtered as the first" {
  except '[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 11}]'
  probe mkdir /tmp/x
  is mkdir./tmp/x EAGAIN
  probe mkdir /tmp/x
  is mkdir./tmp/x EAGAIN
}

@test "a profile that differs only in an errno is another profile" {
  peer_falls_short crun "its cache does not look at the errno"
  except '[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 11}]'
  probe mkdir /tmp/x
  except '[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 12}]'
  probe mkdir /tmp/x
  is mkdir./tmp/x ENOMEM
}

@test "NOTIFY sends the listener with the container's state" {
  background "$WORK/listener" "$RUNP_SUITE/companion" seccomp "$WORK/listener.sock" 28
  eventually grep -q listening "$WORK/listener"
  config --arg s "$WORK/listener.sock" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerPath: $s,
    listenerMetadata: "for you", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_NOTIFY"}]}'
  probe mkdir /tmp/x
  is mkdir./tmp/x ENOSPC
  grep -qx 'received.fds=1' "$WORK/listener"
  grep -q '^notified=' "$WORK/listener"
  sed -n '/^state=/,/^notified=/p' "$WORK/listener" | sed 's/^state=//; /^notified=/d' >"$WORK/state.json"
  jq -e --arg id "$ID" '.fds == ["seccompFd"] and .state.id == $id and .metadata == "for you"
    and .pid > 0 and .state.status != null and .ociVersion != null' "$WORK/state.json"
}

@test "NOTIFY finds its listener by crun's annotation, too" {
  peer_falls_short runc "it knows only listenerPath"
  background "$WORK/listener" "$RUNP_SUITE/companion" seccomp "$WORK/listener.sock" 28
  eventually grep -q listening "$WORK/listener"
  config --arg s "$WORK/listener.sock" '.annotations = {"run.oci.seccomp.receiver": $s}
    | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_NOTIFY"}]}'
  probe mkdir /tmp/x
  is mkdir./tmp/x ENOSPC
}

@test "NOTIFY without a listener is refused" {
  peer_falls_short crun "it has noticed only when the filter is loaded"
  except '[{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}]'
  create_refused
  says 'listener|notify'
}

@test "a listener that nobody serves is refused by name" {
  config --arg s "$WORK/nobody.sock" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerPath: $s,
    syscalls: [{names: ["mkdir"], action: "SCMP_ACT_NOTIFY"}]}'
  arguments /bin/probe mkdir /tmp/x
  LIMIT=5 refused run --bundle "$BUNDLE" "$ID"
  says 'nobody.sock|connect'
}
