// SPDX-License-Identifier: Apache-2.0
//
// The file system's half of the floor, see floor.c.

#define _GNU_SOURCE
#include "floor.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>

enum { nosuid = MOUNT_ATTR_NOSUID, nodev = MOUNT_ATTR_NODEV, noexec = MOUNT_ATTR_NOEXEC };
enum { readonly = MOUNT_ATTR_RDONLY };

static const char *const readonly_paths[] = {"proc/asound", "proc/bus", "proc/fs",
                                             "proc/irq",    "proc/sys", "proc/sysrq-trigger"};
static const char *const masked_paths[] = {
    "proc/acpi",       "proc/kcore",       "proc/keys",        "proc/latency_stats",
    "proc/timer_list", "proc/timer_stats", "proc/sched_debug", "proc/scsi",
    "sys/firmware",    "sys/fs/selinux",   "sys/dev/block"};

static int inside(int root, const char *path, uint64_t flags, uint64_t mode) {
  struct open_how how = {
      .flags = flags | O_CLOEXEC, .mode = mode, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
  return (int)CALL(openat2, root, path, &how, sizeof how);
}

static void attach(int mount, int target) {
  MUST(move_mount, mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

void change(int mount, uint64_t set, uint64_t propagation, unsigned flags) {
  struct mount_attr attributes = {.attr_set = set, .propagation = propagation};
  MUST(mount_setattr, mount, "", AT_EMPTY_PATH | flags, &attributes, sizeof attributes);
}

int copy(int directory, const char *path, unsigned flags) {
  return MUST(open_tree, directory, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags);
}

// Options are pairs of name and value, a value of NULL for a flag.
static int filesystem(const char *type, unsigned attributes, const char *const *options) {
  int context = MUST(fsopen, type, FSOPEN_CLOEXEC);
  MUST(fsconfig, context, FSCONFIG_SET_STRING, "source", type, 0);
  for (; options != NULL && options[0] != NULL; options += 2)
    MUST(fsconfig, context, options[1] ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, options[0],
         options[1], 0);
  MUST(fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
  int mount = MUST(fsmount, context, FSMOUNT_CLOEXEC, attributes);
  CALL(close, context);
  return mount;
}

static int directory(int root, const char *path) {
  return must(inside(root, path, O_PATH | O_DIRECTORY, 0), path);
}

static void bind_mount(int root, int userdata, const char *name, const char *target, int is_file) {
  int tree = copy(userdata, name, 0);
  change(tree, is_file ? 0 : nosuid | nodev | noexec, MS_PRIVATE, 0);
  int place = inside(root, target, O_PATH, 0);
  if (place < 0) place = must(inside(root, target, O_CREAT | O_WRONLY, 0644), target);
  attach(tree, place);
  CALL(close, place);
  CALL(close, tree);
}

// The mounts that the bundle lists, in its order.
static void mounts(int root, int userdata, int *dev) {
  int place = directory(root, "proc");
  attach(filesystem("proc", nosuid | noexec | nodev, NULL), place);
  place = directory(root, "dev");
  *dev = filesystem("tmpfs", nosuid | noexec | MOUNT_ATTR_STRICTATIME,
                    (const char *const[]){"mode", "755", "size", "65536k", NULL});
  attach(*dev, place);
  place = directory(root, "sys");
  attach(filesystem("sysfs", nosuid | noexec | nodev | readonly, NULL), place);
  MUST(mkdirat, *dev, "pts", 0755);
  place = directory(root, "dev/pts");
  attach(filesystem("devpts", nosuid | noexec,
                    (const char *const[]){"newinstance", NULL, "ptmxmode", "0666", "mode", "0620",
                                          "gid", "5", NULL}),
         place);
  MUST(mkdirat, *dev, "mqueue", 0755);
  place = directory(root, "dev/mqueue");
  attach(filesystem("mqueue", nosuid | noexec | nodev, NULL), place);
  bind_mount(root, userdata, "hosts", "etc/hosts", 1);
  MUST(mkdirat, *dev, "shm", 0755);
  bind_mount(root, userdata, "shm", "dev/shm", 0);
  bind_mount(root, userdata, ".containerenv", "run/.containerenv", 1);
  bind_mount(root, userdata, "hostname", "etc/hostname", 1);
  place = directory(root, "sys/fs/cgroup");
  attach(filesystem("cgroup2", nosuid | noexec | nodev | readonly, NULL), place);
}

static void devices(int dev) {
  static const struct {
    const char *name;
    int major, minor;
  } nodes[] = {{"null", 1, 3},   {"zero", 1, 5},    {"full", 1, 7},
               {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};
  CALL(umask, 0);
  for (size_t n = 0; n < LENGTH(nodes); n++)
    MUST(mknodat, dev, nodes[n].name, S_IFCHR | 0666, nodes[n].major << 8 | nodes[n].minor);
  CALL(umask, 022);
  MUST(symlinkat, "/proc/self/fd", dev, "fd");
  MUST(symlinkat, "/proc/self/fd/0", dev, "stdin");
  MUST(symlinkat, "/proc/self/fd/1", dev, "stdout");
  MUST(symlinkat, "/proc/self/fd/2", dev, "stderr");
  MUST(symlinkat, "pts/ptmx", dev, "ptmx");
}

static void hide(int root) {
  static const char *const nothing[] = {"ro", NULL, "size", "0", "nr_inodes", "1", NULL};
  for (size_t n = 0; n < LENGTH(readonly_paths); n++) {
    int place = inside(root, readonly_paths[n], O_PATH, 0);
    if (place < 0) continue;
    int tree = copy(place, "", AT_EMPTY_PATH | AT_RECURSIVE);
    change(tree, readonly, 0, AT_RECURSIVE);
    attach(tree, place);
    CALL(close, tree);
    CALL(close, place);
  }
  int null = MUST(openat, AT_FDCWD, "/dev/null", O_PATH | O_CLOEXEC), empty = -1;
  for (size_t n = 0; n < LENGTH(masked_paths); n++) {
    int place = inside(root, masked_paths[n], O_PATH, 0);
    if (place < 0) continue;
    struct statx status;
    MUST(statx, place, "", AT_EMPTY_PATH, STATX_TYPE, &status);
    int tree;
    if (!S_ISDIR(status.stx_mode)) {
      tree = copy(null, "", AT_EMPTY_PATH);
      change(tree, readonly | nosuid | noexec, 0, 0);
    } else if (empty < 0) {
      tree = empty = filesystem("tmpfs", readonly | nosuid | nodev | noexec, nothing);
    } else {
      tree = copy(empty, "", AT_EMPTY_PATH);
    }
    attach(tree, place);
    if (tree != empty) CALL(close, tree);
    CALL(close, place);
  }
}

void set_up_root(const char *rootfs, int root) {
  int dev;
  MUST(mount, NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
  int place = MUST(openat, AT_FDCWD, rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
  attach(root, place);
  // The working directory came along into the namespace, a descriptor does not.
  int userdata = MUST(openat, AT_FDCWD, "userdata", O_PATH | O_DIRECTORY | O_CLOEXEC);
  mounts(root, userdata, &dev);
  devices(dev);
  hide(root);
  MUST(fchdir, root);
  MUST(pivot_root, ".", ".");
  MUST(umount2, ".", MNT_DETACH);
  MUST(chdir, "/");
}
