// SPDX-License-Identifier: Apache-2.0
//
// Nothing that the caller controls, and nobody has asked runp to read, may
// change what this process does: glibc and other libraries look at variables such
// as LD_LIBRARY_PATH or TZ, some of them before main. glibc's own tunables
// (GLIBC_TUNABLES, MALLOC_*) have been read when the first constructor runs; they
// tune the allocator, and nothing else of a static program.
#include "CStart.h"
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

static char **given;

static char **argument_values;

char **cstart_words(void) { return argument_values; }

const char *cstart_variable(const char *name) {
  size_t length = strlen(name);
  for (char **entry = given; entry && *entry; entry++)
    if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') return *entry + length + 1;
  return NULL;
}

char **cstart_environment(void) { return given; }

static void overwrite(char **entries) {
  for (; entries && *entries; entries++) memset(*entries, 0, strlen(*entries));
}

#define IN_BETWEEN "runp init"

void cstart_forget_caller(void) {
  overwrite(given);
  given = NULL;
  char *name = argument_values ? argument_values[0] : NULL;
  size_t room = name ? strlen(name) : 0;
  overwrite(argument_values);
  // What ps(1) shows; for nothing but zeros that is a question mark.
  if (room >= sizeof IN_BETWEEN - 1) memcpy(name, IN_BETWEEN, sizeof IN_BETWEEN - 1);
}

// What a command needs of the stack, with room to spare: where there is less, it
// would end by SIGSEGV, perhaps with half of its work done.
#define STACK_NEEDED (96 << 10)

static void require_stack(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur == RLIM_INFINITY) return;
  // Arguments and environment are on it, too, below this one string.
  size_t used = getauxval(AT_EXECFN) - (unsigned long)&limit;
  if (limit.rlim_cur >= used + STACK_NEEDED) return;
  fprintf(stderr, "runp: the limit on the stack of %lu KiB leaves too little beside arguments and "
          "environment: %d KiB are needed (ulimit -s)\n",
          (unsigned long)limit.rlim_cur >> 10, STACK_NEEDED >> 10);
  _exit(1);
}

// Whether /proc knows this process, and by the ID that it has for itself: what is
// read of others by their IDs would be of strangers.
static bool has_procfs(void) {
  char name[16] = "";
  return readlink("/proc/self", name, sizeof name - 1) > 0 && atol(name) == getpid();
}

__attribute__((constructor(101))) static void start(int argc, char **argv, char **envp) {
  (void)argc;
  given = envp;
  argument_values = argv;
  if (getauxval(AT_BASE) != 0) return;
  require_stack();
  if (!has_procfs()) {
    fputs("runp: /proc does not show this process: procfs of its PID namespace has to be mounted there\n",
          stderr);
    _exit(1);
  }
  if (cstart_failure()) {
    fprintf(stderr, "runp: execute a sealed copy of the program: %s\n", strerror(cstart_failure()));
    _exit(1);
  }
  size_t count = 0;
  while (envp[count]) count++;
  given = malloc((count + 1) * sizeof *envp);
  if (!given) _exit(1);
  memcpy(given, envp, (count + 1) * sizeof *envp);
  // Emptied where it is: `environ` points there, too.
  envp[0] = NULL;
}
