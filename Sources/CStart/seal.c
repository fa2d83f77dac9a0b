// SPDX-License-Identifier: Apache-2.0
//
// A process that enters a container shows it the program as /proc/PID/exe, and
// a container's root may open that for writing once the program has ended
// (CVE-2019-5736). So whoever is about to enter one executes itself again from
// a read-only mount of the program that is in no mount namespace, where nobody
// can make it writable; where that cannot be made, from sealed memory.
//
// It happens before libc has set itself up for a process that is about to go:
// the program begins here, and not at _start.
#define _GNU_SOURCE
#include "CStart.h"
#include "bare.h"
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

static const long seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
static const char own_program[] = "/proc/self/exe";
static bool sealed;
static int failure;

BARE static bool begins(const char *text, const char *with) {
  while (*with && *text == *with) text++, with++;
  return *with == 0;
}

BARE static bool equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

BARE bool cstart_enters(long count, char *const *words) {
  bool of_pod = false, starts = false;
  // A word too many, such as an ID of that name, costs only time.
  for (long i = 0; i < count; i++) {
    const char *word = words[i];
    if (equal(word, "create") || equal(word, "run") || equal(word, "exec")) return true;
    of_pod |= equal(word, "pod");
    starts |= equal(word, "start");
  }
  return of_pod && starts;
}

bool cstart_may_enter(void) { return sealed || getauxval(AT_BASE) != 0; }

int cstart_failure(void) { return failure; }

BARE static long open_program(void) {
  return bare(SYS_openat, AT_FDCWD, (long)own_program, O_RDONLY | O_CLOEXEC, 0, 0);
}

BARE static void close_file(long fd) { bare(SYS_close, fd, 0, 0, 0, 0); }

BARE static bool is_sealed(void) {
  long fd = open_program();
  if (fd < 0) return false;
  struct statfs s;
  bool result = (bare(SYS_fstatfs, fd, (long)&s, 0, 0, 0) == 0 && (s.f_flags & ST_RDONLY)) ||
                bare(SYS_fcntl, fd, F_GET_SEALS, 0, 0, 0) == seals;
  close_file(fd);
  return result;
}

BARE static long on_mount(void) {
  long tree = bare(SYS_open_tree, AT_FDCWD, (long)own_program, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, 0, 0);
  if (tree < 0) return tree;
  struct mount_attr wanted;
  wanted.attr_set = MOUNT_ATTR_RDONLY;
  wanted.attr_clr = 0;
  wanted.propagation = MS_PRIVATE;
  wanted.userns_fd = 0;
  long set = bare(SYS_mount_setattr, tree, (long)"", AT_EMPTY_PATH, (long)&wanted, sizeof wanted);
  if (set == 0) return tree;
  close_file(tree);
  return set;
}

BARE static long new_memory(long flags) {
  return bare(SYS_memfd_create, (long)"runp", MFD_CLOEXEC | MFD_ALLOW_SEALING | flags, 0, 0, 0);
}

BARE static long in_memory(void) {
  long program = open_program();
  if (program < 0) return program;
  long memory = new_memory(0x10 /* MFD_EXEC */);
  if (memory == -EINVAL) memory = new_memory(0);
  if (memory < 0) return memory;
  long copied;
  do copied = bare(SYS_sendfile, memory, program, 0, 1 << 30, 0);
  while (copied > 0);
  close_file(program);
  if (copied < 0) return copied;
  long added = bare(SYS_fcntl, memory, F_ADD_SEALS, seals, 0, 0);
  return added < 0 ? added : memory;
}

// A value of the auxiliary vector, which is behind the environment; 0 when it is
// not there.
BARE static unsigned long auxiliary(char **envp, unsigned long type) {
  while (*envp) envp++;
  const unsigned long *pair = (const unsigned long *)(envp + 1);
  while (pair[0] != AT_NULL && pair[0] != type) pair += 2;
  return pair[1];
}

// The kernel's name for what was executed by its descriptor. Who else does that
// has a program that is not sealed, or one that is.
BARE static bool is_executed_by_descriptor(char **envp) {
  const char *name = (const char *)auxiliary(envp, AT_EXECFN);
  return name && begins(name, "/dev/fd/");
}

// Called with the stack as the kernel has laid it: the count of the arguments,
// their addresses, and those of the environment's entries.
BARE __attribute__((used)) static void cstart_seal(long *stack) {
  char **argv = (char **)(stack + 1), **envp = argv + stack[0] + 1;
  if (!cstart_enters(stack[0], argv) || auxiliary(envp, AT_BASE) != 0) return;
  sealed = is_executed_by_descriptor(envp) && is_sealed();
  if (sealed) return;
  long fd = on_mount();
  if (fd < 0) fd = in_memory();
  failure = (int)-(fd < 0 ? fd : bare(SYS_execveat, fd, (long)"", (long)argv, (long)envp, AT_EMPTY_PATH));
}

// The linker's --entry. What the kernel, or the dynamic linker, gives in
// registers is for libc.
#if defined(__x86_64__)
__asm__(".text\n"
        ".globl cstart_entry\n"
        ".type cstart_entry, @function\n"
        "cstart_entry:\n"
        "  mov %rsp, %rdi\n"
        "  push %rdx\n"
        "  sub $8, %rsp\n"
        "  call cstart_seal\n"
        "  add $8, %rsp\n"
        "  pop %rdx\n"
        "  jmp _start\n"
        ".size cstart_entry, . - cstart_entry\n");
#elif defined(__aarch64__)
__asm__(".text\n"
        ".globl cstart_entry\n"
        ".type cstart_entry, %function\n"
        "cstart_entry:\n"
        "  mov x20, x0\n"
        "  mov x0, sp\n"
        "  bl cstart_seal\n"
        "  mov x0, x20\n"
        "  b _start\n"
        ".size cstart_entry, . - cstart_entry\n");
#endif
