// SPDX-License-Identifier: Apache-2.0
#include "call.h"
#include "CLinux.h"
#include <fcntl.h>
#include <linux/mount.h>

int clinux_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data) {
  return CALL(SYS_mount, source, target, type, flags, data);
}
int clinux_umount2(const char *target, int flags) { return CALL(SYS_umount2, target, flags); }
int clinux_open_tree(int dirfd, const char *path, unsigned flags) {
  return CALL(SYS_open_tree, dirfd, path, flags);
}
int clinux_move_mount(int tree, int target) {
  return CALL(SYS_move_mount, tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}
int clinux_fsopen(const char *type, unsigned flags) { return CALL(SYS_fsopen, type, flags); }
int clinux_fsconfig(int fd, unsigned command, const char *key, const void *value, int aux) {
  return CALL(SYS_fsconfig, fd, command, key, value, aux);
}
int clinux_fsmount(int fd, unsigned flags, unsigned attributes) {
  return CALL(SYS_fsmount, fd, flags, attributes);
}
int clinux_mount_setattr(int tree, bool recursive, uint64_t set, uint64_t clear, uint64_t propagation,
                         uint64_t userns_fd) {
  struct mount_attr attr = {set, clear, propagation, userns_fd};
  unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
  return CALL(SYS_mount_setattr, tree, "", flags, &attr, sizeof attr);
}
int clinux_pivot_root(const char *new_root, const char *put_old) {
  return CALL(SYS_pivot_root, new_root, put_old);
}
