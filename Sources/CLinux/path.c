// SPDX-License-Identifier: Apache-2.0
#include "call.h"
#include "CLinux.h"
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

int clinux_openat(int dirfd, const char *path, int flags, unsigned mode) {
  return RESULT(openat(dirfd, path, flags, mode));
}
int clinux_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
  struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
  return CALL(SYS_openat2, dirfd, path, &how, sizeof how);
}
int clinux_statx(int dirfd, const char *path, int flags, struct clinux_stat *out) {
  struct statx s;
  int result = RESULT(statx(dirfd, path ? path : "", flags, STATX_BASIC_STATS | STATX_MNT_ID, &s));
  if (result < 0) return result;
  *out = (struct clinux_stat){
      .mode = s.stx_mode, .uid = s.stx_uid, .gid = s.stx_gid, .links = s.stx_nlink,
      .rdev_major = s.stx_rdev_major, .rdev_minor = s.stx_rdev_minor,
      .dev_major = s.stx_dev_major, .dev_minor = s.stx_dev_minor,
      .inode = s.stx_ino, .size = s.stx_size, .mount_id = s.stx_mnt_id,
      .mtime_sec = s.stx_mtime.tv_sec, .mtime_nsec = s.stx_mtime.tv_nsec,
      .ctime_sec = s.stx_ctime.tv_sec, .ctime_nsec = s.stx_ctime.tv_nsec};
  return 0;
}
int clinux_filesystem_type(int fd, uint64_t *type, uint64_t *mount_flags) {
  struct statfs s;
  int result = RESULT(fstatfs(fd, &s));
  *type = (uint64_t)s.f_type, *mount_flags = (uint64_t)s.f_flags;
  return result;
}
int clinux_statfs(const char *path, uint64_t *type) {
  struct statfs s;
  int result = RESULT(statfs(path, &s));
  *type = (uint64_t)s.f_type;
  return result;
}
int clinux_renameat2(int olddir, const char *old, int newdir, const char *new_name, unsigned flags) {
  return CALL(SYS_renameat2, olddir, old, newdir, new_name, flags);
}
int clinux_mknodat(int dirfd, const char *path, unsigned mode, unsigned major, unsigned minor) {
  return RESULT(mknodat(dirfd, path, mode, makedev(major, minor)));
}
int clinux_memfd_create(const char *name, unsigned flags) { return CALL(SYS_memfd_create, name, flags); }
int clinux_pipe2(int fds[2], int flags) { return RESULT(pipe2(fds, flags)); }
int clinux_dup3(int from, int to, int flags) { return RESULT(dup3(from, to, flags)); }
int clinux_fcntl(int fd, int command, long argument) { return RESULT(fcntl(fd, command, argument)); }
int clinux_ioctl(int fd, unsigned long request, void *argument) { return RESULT(ioctl(fd, request, argument)); }
long clinux_getdents64(int fd, void *buffer, size_t size) { return CALL(SYS_getdents64, fd, buffer, size); }
long clinux_copy_file(int out, int in, size_t count) { return CALL(SYS_sendfile, out, in, NULL, count); }
int clinux_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags) {
  return RESULT(fsetxattr(fd, name, value, size, flags));
}
long clinux_fgetxattr(int fd, const char *name, void *value, size_t size) {
  return RESULT(fgetxattr(fd, name, value, size));
}
int clinux_setxattr(const char *path, const char *name, const void *value, size_t size) {
  return RESULT(setxattr(path, name, value, size, 0));
}
long clinux_getxattr(const char *path, const char *name, void *value, size_t size) {
  return RESULT(getxattr(path, name, value, size));
}
int clinux_flock(int fd, int operation) { return RESULT(flock(fd, operation)); }
