// SPDX-License-Identifier: Apache-2.0
//
// The processes that tally.c counts, and what /proc says of those and others.
#include <stdbool.h>
#include <sys/types.h>

struct process {
  pid_t pid;
  long faults_before;
  unsigned long call;
  bool held; // is stopped until it is its turn
  bool next; // which is at once, when all others sleep
  int pass;  // the signal that it then gets
  int birth; // how many came before it; that of the command is 0
};

extern struct process traced[];
extern int count;

// End the program.
void fail(const char *what);
void give_up(const char *why);

struct process *find(pid_t pid);
struct process *add(pid_t pid, long faults_before);
void forget(struct process *p);

// The page faults of a process until now.
long faults_of(pid_t pid);
// As in proc_pid_stat(5); X when it is gone.
char state_of(pid_t pid);
// Whether nothing in the PID namespace runs but this process.
bool others_sleep(void);
