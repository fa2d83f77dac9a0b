// SPDX-License-Identifier: Apache-2.0
//
// Counts what a command asks of the kernel, through all of its processes, each
// until it ends, executes another program, or sleeps when the command has ended:
//
//   tally OUT [-p PID]... CMD [ARG...]
//
// With -p a process that is there already counts, too, which has to sleep. OUT
// gets a line a count: "execs", "processes" and "page-faults", and "call NAME" for
// each system call. The exit status is the command's.
//
// Two runs give the same counts however busy the machine is: of the processes one
// runs at a time, until it is about to wait for others. Before the next one goes
// on, everything else in the PID namespace, which should be one of its own, has
// gone to sleep. So nobody waits in vain and looks again.
//
// Nothing is read of the memory of what is counted, so its page faults are those
// that it has anyway; addresses are not random and pages not huge, since both
// change their number.
#define _GNU_SOURCE
#include "processes.h"
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  most_calls = 1024,
  tick_ms = 2,            // how often it is asked what the processes do
  ticks_asleep = 4,       // for how long the one that runs sleeps when it is blocked
  ticks_in_kernel = 1000, // the same where it cannot be interrupted, as after vfork(2)
  ticks_quiet = 2,        // for how long all others sleep before the next turn
  most_ticks = 30000,
};

// Where one process waits for another: before them it lets all others go on.
static const unsigned long waits[] = {
  SYS_wait4, SYS_waitid, SYS_recvmsg, SYS_recvfrom, SYS_ppoll, SYS_clock_nanosleep, SYS_nanosleep,
  SYS_accept, SYS_accept4, SYS_connect, SYS_flock, SYS_epoll_pwait,
#ifdef SYS_poll
  SYS_poll,
#endif
};

// What may kill others that are not counted, as cgroup.kill does: after them these
// end, and then the same process goes on.
static const unsigned long kills[] = {SYS_write, SYS_kill, SYS_pidfd_send_signal};

static long calls[most_calls], execs, processes, faults;
static off_t program_size;
// The one that runs; the command; 0 when there is none.
static pid_t current, command;
static bool has_begun;
static int exit_status = 125;

static void lose(struct process *p) {
  if (p->pid == current) current = 0;
  forget(p);
}

static void hold(struct process *p, int pass) {
  if (p->pid == current) current = 0;
  p->held = true;
  p->pass = pass;
}

static void go_on(struct process *p) {
  int pass = p->pass;
  p->held = p->next = false;
  p->pass = 0;
  current = p->pid;
  ptrace(PTRACE_SYSCALL, p->pid, 0, pass);
}

static void let_go(struct process *p) {
  faults += faults_of(p->pid) - p->faults_before;
  ptrace(PTRACE_DETACH, p->pid, 0, 0);
  lose(p);
}

static void seize(pid_t pid) {
  long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                 PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;
  if (ptrace(PTRACE_SEIZE, pid, 0, options) != 0) fail("tracing");
  ptrace(PTRACE_INTERRUPT, pid, 0, 0);
}

// The sealed copy of the program may be another file than the program.
static bool runs_the_program(pid_t pid) {
  char path[64];
  struct stat s;
  snprintf(path, sizeof path, "/proc/%d/exe", pid);
  return stat(path, &s) == 0 && s.st_size == program_size;
}

static bool is_one_of(const unsigned long *list, size_t size, unsigned long call) {
  for (size_t i = 0; i < size / sizeof *list; i++)
    if (list[i] == call) return true;
  return false;
}

// At the beginning and the end of a system call.
static void has_called(struct process *p) {
  struct __ptrace_syscall_info info;
  bool runs = p->pid == current;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, p->pid, sizeof info, &info) <= 0) info.op = 0;
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
    p->call = info.entry.nr;
    if (has_begun && p->call < most_calls) calls[p->call]++;
    if (runs && !is_one_of(waits, sizeof waits, p->call)) go_on(p);
    else hold(p, 0);
  } else if (runs && !is_one_of(kills, sizeof kills, p->call)) {
    go_on(p);
  } else {
    hold(p, 0);
    p->next = runs;
  }
}

static void has_executed(struct process *p) {
  if (p->pid == command && !has_begun) {
    has_begun = true;
    p->faults_before = faults_of(p->pid);
  } else {
    execs++;
  }
  if (runs_the_program(p->pid)) go_on(p);
  else let_go(p);
}

static void has_cloned(struct process *p) {
  unsigned long child;
  ptrace(PTRACE_GETEVENTMSG, p->pid, 0, &child);
  processes++;
  // Its own first stop may have been seen before this one.
  if (!find(child)) add(child, 0);
  go_on(p);
}

static void has_stopped(struct process *p, int status) {
  int signal = WSTOPSIG(status);
  switch (status >> 16) {
  case PTRACE_EVENT_EXEC:
    has_executed(p);
    break;
  case PTRACE_EVENT_EXIT:
    faults += faults_of(p->pid) - p->faults_before;
    go_on(p);
    break;
  case PTRACE_EVENT_CLONE:
  case PTRACE_EVENT_FORK:
  case PTRACE_EVENT_VFORK:
    has_cloned(p);
    break;
  case PTRACE_EVENT_STOP:
    hold(p, 0);
    break;
  default:
    if (signal == (SIGTRAP | 0x80)) has_called(p);
    else hold(p, signal);
  }
}

static void has_ended(pid_t pid, int status) {
  struct process *p = find(pid);
  if (p) lose(p);
  if (pid != command) return;
  exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  command = 0;
}

// Waits for something to happen to a process, for no longer than a tick: false when
// nothing has.
static bool tick(void) {
  static int ticks;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  if (sigtimedwait(&set, NULL, &(struct timespec){.tv_nsec = tick_ms * 1000000L}) == SIGCHLD) return true;
  if (++ticks > most_ticks) give_up("the command does not end");
  return false;
}

static bool all_blocked(void) {
  for (int i = 0; i < count; i++)
    if (traced[i].held || strchr("RDt", state_of(traced[i].pid))) return false;
  return true;
}

// The youngest one: a parent gives its child a time in which to answer, which no
// child does.
static struct process *next(void) {
  struct process *youngest = NULL;
  for (int i = 0; i < count; i++) {
    struct process *p = &traced[i];
    if (p->next) return p;
    if (p->held && (!youngest || p->birth > youngest->birth)) youngest = p;
  }
  return youngest;
}

static bool handle_event(void) {
  int status;
  pid_t pid = waitpid(-1, &status, __WALL | WNOHANG);
  if (pid <= 0) return false;
  struct process *p = find(pid);
  if (WIFSTOPPED(status)) has_stopped(p ? p : add(pid, 0), status);
  else has_ended(pid, status);
  return true;
}

// Has the current process run until it is blocked, or is held.
static void run_current(void) {
  int asleep = 0, in_kernel = 0;
  while (current) {
    if (handle_event() || tick()) {
      asleep = in_kernel = 0;
      continue;
    }
    char state = state_of(current);
    if (state == 'S') asleep++;
    if (state == 'D') in_kernel++;
    if (asleep >= ticks_asleep || in_kernel >= ticks_in_kernel) current = 0;
  }
}

// Has those that may run take turns, until there are none, and either the command
// has ended or it has not been started.
static void take_turns(void) {
  while (count > 0) {
    for (int quiet = 0; quiet < ticks_quiet; quiet++)
      while (handle_event() || tick() || !others_sleep()) quiet = 0;
    struct process *p = current ? NULL : next();
    if (p) go_on(p);
    run_current();
    if (!command && all_blocked()) return;
  }
}

// They go on waiting as before.
static void let_sleepers_go(void) {
  while (count > 0) {
    struct process *p = &traced[0];
    int status;
    ptrace(PTRACE_INTERRUPT, p->pid, 0, 0);
    if (waitpid(p->pid, &status, __WALL) == p->pid && WIFSTOPPED(status)) let_go(p);
    else lose(p);
  }
}

static void start(char **words) {
  int go[2];
  char byte = 0;
  struct stat s;
  if (stat(words[0], &s) != 0) fail(words[0]);
  program_size = s.st_size;
  if (pipe(go) != 0) fail("pipe");
  pid_t pid = fork();
  if (pid < 0) fail("fork");
  if (pid == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    personality(ADDR_NO_RANDOMIZE);
    close(go[1]);
    if (read(go[0], &byte, 1) != 1) _exit(125);
    close(go[0]);
    execv(words[0], words);
    fail(words[0]);
  }
  add(pid, 0)->birth = 0;
  seize(pid);
  close(go[0]);
  if (write(go[1], &byte, 1) != 1) fail("starting the command");
  close(go[1]);
  command = pid;
}

static void report(const char *path) {
  FILE *out = fopen(path, "w");
  if (!out) fail(path);
  fprintf(out, "%ld execs\n%ld processes\n%ld page-faults\n", execs, processes, faults);
  for (int i = 0; i < most_calls; i++) {
    if (calls[i] == 0) continue;
    char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, i);
    fprintf(out, "%ld call %s\n", calls[i], name ? name : "unknown");
    free(name);
  }
  if (fclose(out) != 0) fail(path);
}

int main(int argc, char **argv) {
  char **words = argv + 2;
  sigset_t set;
  if (argc < 3) {
    fputs("usage: tally OUT [-p PID]... CMD [ARG...]\n", stderr);
    return 125;
  }
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, NULL);
  for (; words[0] && strcmp(words[0], "-p") == 0 && words[1] && words[2]; words += 2) {
    pid_t pid = atoi(words[1]);
    add(pid, faults_of(pid));
    seize(pid);
  }
  take_turns();
  start(words);
  take_turns();
  let_sleepers_go();
  report(argv[1]);
  return exit_status;
}
