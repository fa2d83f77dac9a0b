// SPDX-License-Identifier: Apache-2.0
//
// What Swift cannot import from glibc: system calls without a wrapper or hidden
// behind _GNU_SOURCE, macros that are expressions, and structs of the kernel.
// Every function returns what the call returned, or -errno. No policy here.
// No <sys/types.h>: it would move pid_t and its like into this module.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// process.c
int clinux_clone3(uint64_t flags, int *pidfd, int cgroup_fd, int exit_signal);
int clinux_clone(uint64_t flags, int *pidfd);
int clinux_pidfd_open(int pid, unsigned flags);
int clinux_pidfd_send_signal(int pidfd, int signal);
int clinux_pidfd_getfd(int pidfd, int number);
int clinux_waitid_pidfd(int pidfd, int options, int *pid, int *code, int *status);
int clinux_waitid_any(int options, int *pid, int *code, int *status);
int clinux_execve(const char *path, char *const *argv, char *const *envp);
int clinux_execveat(int dirfd, const char *path, char *const *argv, char *const *envp, int flags);
int clinux_close_range(unsigned first, unsigned last, unsigned flags);
int clinux_unshare(int flags);
int clinux_setns(int fd, int flags);
int clinux_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
int clinux_personality(unsigned long persona);
int clinux_prlimit(int pid, int resource, const uint64_t *new_limit, uint64_t *old_limit);
int clinux_sched_setattr(int pid, const void *attr);
int clinux_sched_setaffinity(int pid, size_t size, const uint8_t *mask);
int clinux_ioprio_set(int which, int who, int value);
int clinux_set_mempolicy(int mode, const unsigned long *mask, unsigned long bits);
int clinux_join_session_keyring(void);
int clinux_pdeathsig(int signal);
int clinux_errno(void);
const char *clinux_commit(void);

// ids.c
int clinux_setresuid(unsigned r, unsigned e, unsigned s);
int clinux_setresgid(unsigned r, unsigned e, unsigned s);
int clinux_setgroups(size_t count, const uint32_t *groups);
int clinux_capget(int pid, uint64_t *effective, uint64_t *permitted, uint64_t *inheritable);
int clinux_capset(uint64_t effective, uint64_t permitted, uint64_t inheritable);

struct clinux_stat;
// path.c
int clinux_openat(int dirfd, const char *path, int flags, unsigned mode);
int clinux_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
// Without a path, with AT_EMPTY_PATH: of the open file.
int clinux_statx(int dirfd, const char *path, int flags, struct clinux_stat *out);
int clinux_filesystem_type(int fd, uint64_t *type, uint64_t *mount_flags);
int clinux_statfs(const char *path, uint64_t *type);
int clinux_renameat2(int olddir, const char *old, int newdir, const char *new_name, unsigned flags);
int clinux_mknodat(int dirfd, const char *path, unsigned mode, unsigned major, unsigned minor);
int clinux_memfd_create(const char *name, unsigned flags);
int clinux_pipe2(int fds[2], int flags);
int clinux_dup3(int from, int to, int flags);
int clinux_fcntl(int fd, int command, long argument);
int clinux_ioctl(int fd, unsigned long request, void *argument);
long clinux_getdents64(int fd, void *buffer, size_t size);
long clinux_copy_file(int out, int in, size_t count);
int clinux_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags);
long clinux_fgetxattr(int fd, const char *name, void *value, size_t size);
int clinux_setxattr(const char *path, const char *name, const void *value, size_t size);
long clinux_getxattr(const char *path, const char *name, void *value, size_t size);
int clinux_flock(int fd, int operation);

struct clinux_stat {
  uint32_t mode, uid, gid, links;
  uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
  uint64_t inode, size, mount_id;
  int64_t mtime_sec, ctime_sec;
  uint32_t mtime_nsec, ctime_nsec;
};

// mount.c
int clinux_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data);
int clinux_umount2(const char *target, int flags);
int clinux_open_tree(int dirfd, const char *path, unsigned flags);
int clinux_move_mount(int tree, int target);
int clinux_fsopen(const char *type, unsigned flags);
int clinux_fsconfig(int fd, unsigned command, const char *key, const void *value, int aux);
int clinux_fsmount(int fd, unsigned flags, unsigned attributes);
int clinux_mount_setattr(int tree, bool recursive, uint64_t set, uint64_t clear, uint64_t propagation,
                         uint64_t userns_fd);
int clinux_pivot_root(const char *new_root, const char *put_old);

// socket.c
long clinux_send_descriptors(int socket, const void *data, size_t size, const int *fds, size_t count, int flags);
long clinux_receive_descriptors(int socket, void *data, size_t size, int *fds, size_t capacity, size_t *count, int flags);
int clinux_socket(int domain, int type, int protocol);
int clinux_socketpair(int domain, int type, int fds[2]);
int clinux_connect_unix(int socket, const char *path, size_t length);
int clinux_bind_unix(int socket, const char *path, size_t length);

// filter.c
int clinux_seccomp_load(const void *program, unsigned short instructions, unsigned flags);
int clinux_bpf(int command, void *attribute, unsigned size);

// signal.c
int clinux_signalfd(uint64_t mask);
int clinux_block_signals(uint64_t mask, uint64_t *old_mask);
int clinux_set_signal_mask(uint64_t mask);
int clinux_set_signal_ignored(int signal, bool ignored);
void clinux_default_signals(int but);

// getopt.c
struct clinux_option {
  const char *name;
  int has_argument;
  int *flag;
  int code;
};
int clinux_getopt(int argc, char **argv, const char *letters, const struct clinux_option *options,
                  int *next, const char **argument);
