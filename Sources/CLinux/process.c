// SPDX-License-Identifier: Apache-2.0
#include "call.h"
#include "CLinux.h"
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

int clinux_clone3(uint64_t flags, int *pidfd, int cgroup_fd, int exit_signal) {
  struct clone_args args = {.flags = flags, .exit_signal = (unsigned)exit_signal};
  if (pidfd) {
    args.flags |= CLONE_PIDFD;
    args.pidfd = (uint64_t)(uintptr_t)pidfd;
  }
  if (cgroup_fd >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = (uint64_t)cgroup_fd;
  }
  return CALL(SYS_clone3, &args, sizeof args);
}
int clinux_clone(uint64_t flags, int *pidfd) { return CALL(SYS_clone, flags, NULL, pidfd, NULL, NULL); }
int clinux_pidfd_open(int pid, unsigned flags) { return CALL(SYS_pidfd_open, pid, flags); }
int clinux_pidfd_send_signal(int pidfd, int signal) {
  return CALL(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}
int clinux_pidfd_getfd(int pidfd, int number) { return CALL(SYS_pidfd_getfd, pidfd, number, 0); }
static int wait_for(idtype_t type, int id, int options, int *pid, int *code, int *status) {
  siginfo_t info = {0};
  int result = RESULT(waitid(type, (id_t)id, &info, options));
  *pid = info.si_pid, *code = info.si_code, *status = info.si_status;
  return result;
}
int clinux_waitid_pidfd(int pidfd, int options, int *pid, int *code, int *status) {
  return wait_for(P_PIDFD, pidfd, options, pid, code, status);
}
int clinux_waitid_any(int options, int *pid, int *code, int *status) {
  return wait_for(P_ALL, 0, options, pid, code, status);
}
int clinux_execve(const char *path, char *const *argv, char *const *envp) {
  return CALL(SYS_execve, path, argv, envp);
}
int clinux_execveat(int dirfd, const char *path, char *const *argv, char *const *envp, int flags) {
  return CALL(SYS_execveat, dirfd, path, argv, envp, flags);
}
int clinux_close_range(unsigned first, unsigned last, unsigned flags) {
  return CALL(SYS_close_range, first, last, flags);
}
int clinux_unshare(int flags) { return RESULT(unshare(flags)); }
int clinux_setns(int fd, int flags) { return RESULT(setns(fd, flags)); }
int clinux_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
  return RESULT(prctl(option, a, b, c, d));
}
int clinux_personality(unsigned long persona) { return RESULT(personality(persona)); }
int clinux_prlimit(int pid, int resource, const uint64_t *new_limit, uint64_t *old_limit) {
  return CALL(SYS_prlimit64, pid, resource, new_limit, old_limit);
}
int clinux_sched_setattr(int pid, const void *attr) { return CALL(SYS_sched_setattr, pid, attr, 0); }
int clinux_sched_setaffinity(int pid, size_t size, const uint8_t *mask) {
  return CALL(SYS_sched_setaffinity, pid, size, mask);
}
int clinux_ioprio_set(int which, int who, int value) { return CALL(SYS_ioprio_set, which, who, value); }
int clinux_set_mempolicy(int mode, const unsigned long *mask, unsigned long bits) {
  return CALL(SYS_set_mempolicy, mode, mask, bits);
}
int clinux_join_session_keyring(void) { return CALL(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL); }
int clinux_pdeathsig(int signal) { return RESULT(prctl(PR_SET_PDEATHSIG, signal)); }
int clinux_errno(void) { return errno; }
const char *clinux_commit(void) { return RUNP_COMMIT; }
