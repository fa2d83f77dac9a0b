// SPDX-License-Identifier: Apache-2.0
//
// A process that enters a container shows it the program as /proc/PID/exe, and
// a container's root may open that for writing once the program has ended
// (CVE-2019-5736). So whoever is about to enter one executes itself again from
// a read-only mount of the program that is in no mount namespace, where nobody
// can make it writable; where that cannot be made, from sealed memory.
//
// It happens before the Swift runtime has set itself up for a process that is
// about to go.
#define _GNU_SOURCE
#include "CLinux.h"
#include "CStart.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char mark[] = "_RUNP_SEALED=1";
static const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
static bool sealed;

bool cstart_enters(const char *word) {
  static const char *const commands[] = {"create", "run", "exec", "pod"};
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (strcmp(word, commands[i]) == 0) return true;
  return false;
}

bool cstart_may_enter(void) { return sealed || getauxval(AT_BASE) != 0; }

// Looks at the program itself: anybody can set an environment variable.
static bool is_sealed(void) {
  int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  struct statfs s;
  bool result = (fstatfs(fd, &s) == 0 && (s.f_flags & ST_RDONLY)) || fcntl(fd, F_GET_SEALS) == seals;
  close(fd);
  return result;
}

static int on_mount(void) {
  int tree = clinux_open_tree(AT_FDCWD, "/proc/self/exe", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (tree < 0) return tree;
  int set = clinux_mount_setattr(tree, "", AT_EMPTY_PATH, MOUNT_ATTR_RDONLY, 0, MS_PRIVATE, 0);
  if (set == 0) return tree;
  close(tree);
  return set;
}

static int in_memory(void) {
  int program = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (program < 0) return -errno;
  int memory = clinux_memfd_create("runp", MFD_CLOEXEC | MFD_ALLOW_SEALING | 0x10 /* MFD_EXEC */);
  if (memory == -EINVAL) memory = clinux_memfd_create("runp", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memory < 0) return memory;
  long copied;
  while ((copied = clinux_copy_file(memory, program, 1 << 30)) > 0) {}
  close(program);
  if (copied < 0) return (int)copied;
  return fcntl(memory, F_ADD_SEALS, seals) < 0 ? -errno : memory;
}

void cstart_seal(int argc, char **argv, char **envp) {
  bool enters = false;
  // A word too many, such as an ID of that name, costs only time.
  for (int i = 1; i < argc; i++) enters |= cstart_enters(argv[i]);
  if (!enters) return;
  size_t count = 0;
  bool marked = false;
  for (; envp[count]; count++) marked |= strcmp(envp[count], mark) == 0;
  sealed = marked && is_sealed();
  if (sealed) return;
  char *environment[count + 2];
  memcpy(environment, envp, count * sizeof *envp);
  environment[count] = (char *)mark;
  environment[count + 1] = NULL;
  int fd = on_mount();
  if (fd < 0) fd = in_memory();
  int failure = fd < 0 ? fd : clinux_execveat(fd, "", argv, environment, AT_EMPTY_PATH);
  fprintf(stderr, "runp: execute a sealed copy of the program: %s\n", strerror(-failure));
  _exit(1);
}
