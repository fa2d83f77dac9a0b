// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "processes.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { most_processes = 256 };

struct process traced[most_processes];
int count;
static int births = 1;

void fail(const char *what) {
  fprintf(stderr, "tally: %s: %s\n", what, strerror(errno));
  exit(125);
}

void give_up(const char *why) {
  fprintf(stderr, "tally: %s\n", why);
  exit(125);
}

// A field of /proc/PID/stat, counted as in proc(5), from the third one on; NULL
// when the process is gone.
static char *field(pid_t pid, int number) {
  static char line[1024];
  char path[64], *rest;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  size_t length = file ? fread(line, 1, sizeof line - 1, file) : 0;
  if (file) fclose(file);
  line[length] = '\0';
  rest = strrchr(line, ')');
  if (!rest) return NULL;
  for (rest += 2; number > 3; number--) rest = strchr(rest, ' ') + 1;
  return rest;
}

long faults_of(pid_t pid) {
  char *minor = field(pid, 10);
  long number = minor ? atol(minor) : 0;
  char *major = field(pid, 12);
  return number + (major ? atol(major) : 0);
}

struct process *find(pid_t pid) {
  for (int i = 0; i < count; i++)
    if (traced[i].pid == pid) return &traced[i];
  return NULL;
}

struct process *add(pid_t pid, long faults_before) {
  if (count == most_processes) give_up("too many processes");
  traced[count] = (struct process){.pid = pid, .faults_before = faults_before, .birth = births++};
  return &traced[count++];
}

void forget(struct process *p) { *p = traced[--count]; }

char state_of(pid_t pid) {
  char *state = field(pid, 3);
  return state ? *state : 'X';
}

// Whether a process may do something before it is its turn: one that is not counted,
// or one that has been woken and has not come to its next stop.
static bool is_awake(pid_t pid) {
  struct process *p = find(pid);
  if (p && p->held) return false;
  return strchr(p ? "Rt" : "RD", state_of(pid));
}

bool others_sleep(void) {
  DIR *proc = opendir("/proc");
  struct dirent *entry;
  bool sleep = true;
  if (!proc) fail("/proc");
  while (sleep && (entry = readdir(proc))) {
    pid_t pid = atoi(entry->d_name);
    if (isdigit(*entry->d_name) && pid != getpid()) sleep = !is_awake(pid);
  }
  closedir(proc);
  return sleep;
}
