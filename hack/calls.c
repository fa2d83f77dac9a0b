// SPDX-License-Identifier: Apache-2.0
//
// Prints the functions that a command calls, and the variables that it changes,
// through all of its processes until they execute something else:
//
//   calls SYMBOLS OUT CMD [ARG...]
//
// SYMBOLS is what `nm -n` prints of CMD's program, which is static and loaded
// where it was linked. OUT gets a name a line, functions in the order of their
// first call. Each has a breakpoint at its beginning until it is called. The
// command may execute its own program again, as runp does to seal itself.
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
#error "breakpoints of this processor are not known here"
#endif

enum { breakpoint = 0xcc, most_symbols = 1 << 18 };

struct symbol {
  unsigned long address;
  char *name;
  bool is_function, told;
};

// What is mapped of the program, and what was there when it began.
struct segment {
  unsigned long begin, end;
  unsigned char *bytes;
};

static struct symbol symbols[most_symbols];
static size_t count;
static struct segment text, data;
static FILE *out;

static void fail(const char *what) {
  fprintf(stderr, "calls: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void read_symbols(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) fail(path);
  char line[8192], kind, name[8000];
  unsigned long address;
  while (count < most_symbols && fgets(line, sizeof line, file)) {
    if (sscanf(line, "%lx %c %7999s", &address, &kind, name) != 3) continue;
    bool is_function = strchr("tTwWi", kind);
    if (!is_function && !strchr("bBdD", kind)) continue;
    symbols[count++] = (struct symbol){address, strdup(name), is_function, false};
  }
  fclose(file);
}

// The last symbol at or before an address.
static struct symbol *symbol_of(unsigned long address) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (symbols[middle].address <= address) low = middle + 1;
    else high = middle;
  }
  return low ? &symbols[low - 1] : NULL;
}

// All names of the place, since the linker knows it by any.
static void tell(struct symbol *s) {
  while (s > symbols && s[-1].address == s->address) s--;
  for (unsigned long place = s->address; s < symbols + count && s->address == place; s++) {
    if (!s->told) fprintf(out, "%s\n", s->name);
    s->told = true;
  }
}

static int open_memory(pid_t pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", pid);
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) fail(path);
  return fd;
}

// Where the program's executable and writable parts are.
static void read_segments(const char *program) {
  int fd = open(program, O_RDONLY | O_CLOEXEC);
  ElfW(Ehdr) header;
  if (fd < 0 || pread(fd, &header, sizeof header, 0) != sizeof header) fail(program);
  for (int i = 0; i < header.e_phnum; i++) {
    ElfW(Phdr) p;
    if (pread(fd, &p, sizeof p, header.e_phoff + i * sizeof p) != sizeof p) fail(program);
    if (p.p_type != PT_LOAD) continue;
    struct segment *s = p.p_flags & PF_X ? &text : p.p_flags & PF_W ? &data : NULL;
    if (!s) continue;
    if (!s->begin) s->begin = p.p_vaddr;
    s->end = p.p_vaddr + p.p_memsz;
  }
  close(fd);
}

static unsigned char *copy_of(int memory, const struct segment *s) {
  size_t size = s->end - s->begin;
  unsigned char *bytes = malloc(size);
  if (!bytes || pread(memory, bytes, size, s->begin) != (ssize_t)size) fail("reading the program");
  return bytes;
}

static void plant(pid_t pid) {
  int memory = open_memory(pid);
  if (!text.bytes) text.bytes = copy_of(memory, &text);
  if (!data.bytes) data.bytes = copy_of(memory, &data);
  unsigned char *bytes = copy_of(memory, &text);
  for (size_t i = 0; i < count; i++) {
    struct symbol *s = &symbols[i];
    if (s->is_function && !s->told && s->address >= text.begin && s->address < text.end)
      bytes[s->address - text.begin] = breakpoint;
  }
  size_t size = text.end - text.begin;
  if (pwrite(memory, bytes, size, text.begin) != (ssize_t)size) fail("setting breakpoints");
  free(bytes);
  close(memory);
}

static void called(pid_t pid) {
  unsigned long at = ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user_regs_struct, rip), 0) - 1;
  struct symbol *s = symbol_of(at);
  if (!s || s->address != at || at < text.begin || at >= text.end) return;
  tell(s);
  int memory = open_memory(pid);
  if (pwrite(memory, text.bytes + (at - text.begin), 1, at) != 1) fail("removing a breakpoint");
  close(memory);
  ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rip), at);
}

static void look_for_changes(pid_t pid) {
  int memory = open_memory(pid);
  unsigned char *now = copy_of(memory, &data);
  for (size_t i = 0; i < data.end - data.begin; i++) {
    if (now[i] == data.bytes[i]) continue;
    struct symbol *s = symbol_of(data.begin + i);
    if (s && !s->is_function) tell(s);
  }
  free(now);
  close(memory);
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fputs("usage: calls SYMBOLS OUT CMD [ARG...]\n", stderr);
    return 2;
  }
  read_symbols(argv[1]);
  read_segments(argv[3]);
  if (!(out = fopen(argv[2], "w"))) fail(argv[2]);
  pid_t first = fork();
  if (first == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    execv(argv[3], argv + 3);
    _exit(127);
  }
  int status, result = 1, executions = 0;
  waitpid(first, &status, 0);
  ptrace(PTRACE_SETOPTIONS, first, 0, PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
         PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT);
  ptrace(PTRACE_CONT, first, 0, 0);
  for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
    if (!WIFSTOPPED(status)) {
      if (pid == first) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      continue;
    }
    int event = status >> 16, signal = WSTOPSIG(status), pass = 0;
    if (event == PTRACE_EVENT_EXEC && !(pid == first && executions++ < 2)) {
      ptrace(PTRACE_DETACH, pid, 0, 0);
      continue;
    }
    if (event == PTRACE_EVENT_EXEC) plant(pid);
    else if (event == PTRACE_EVENT_EXIT) look_for_changes(pid);
    else if (event == 0 && signal == SIGTRAP) called(pid);
    else if (event == 0 && signal != SIGSTOP) pass = signal;
    ptrace(PTRACE_CONT, pid, 0, pass);
  }
  return result;
}
