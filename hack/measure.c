// SPDX-License-Identifier: Apache-2.0
//
// Runs commands for bench.py and measures them. It stays small on purpose: what
// a process's parent had in memory when it was forked counts as that process's
// own peak, so an interpreter cannot measure a runtime of three megabytes.
//
// Reads a line a request, fields separated by US (0x1f), and answers with one:
//
//   run ERRFILE CMD ARG...  ->  NANOSECONDS PEAK_KB CPU_MICROSECONDS EXIT_STATUS
//                               (137 when it had to be killed after 30 seconds)
//   wait PID                ->  0 when that process is gone, -1 after ten seconds
//
// It adopts and reaps what its commands leave running.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { max_words = 64, patience_ms = 10000, limit_s = 30 };

static volatile pid_t child;

static void time_is_up(int signal) {
  (void)signal;
  kill(child, SIGKILL);
}

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void run(const char *errors, char **words) {
  struct rusage usage;
  int status = 0;
  long long begin = now();
  child = vfork();
  if (child == 0) {
    int null = open("/dev/null", O_RDWR);
    int out = open(errors, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(null, 0);
    dup2(null, 1);
    dup2(out, 2);
    close(null);
    close(out);
    execv(words[0], words);
    _exit(127);
  }
  if (child < 0) exit(1);
  alarm(limit_s);
  while (wait4(child, &status, 0, &usage) < 0)
    if (errno != EINTR) exit(1);
  alarm(0);
  long long end = now();
  long long cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL +
                  usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  printf("%lld %ld %lld %d\n", end - begin, usage.ru_maxrss, cpu, code);
}

static void await(pid_t process) {
  for (int ms = 0; ms < patience_ms; ms++) {
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
    if (kill(process, 0) != 0) {
      puts("0");
      return;
    }
    usleep(1000);
  }
  puts("-1");
}

int main(void) {
  char *line = NULL;
  size_t room = 0;
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigaction(SIGALRM, &(struct sigaction){.sa_handler = time_is_up}, NULL);
  while (getline(&line, &room, stdin) > 0) {
    char *words[max_words + 1], *rest = line;
    int count = 0;
    line[strcspn(line, "\n")] = '\0';
    while (rest != NULL && count < max_words) words[count++] = strsep(&rest, "\x1f");
    words[count] = NULL;
    if (count > 2 && strcmp(words[0], "run") == 0)
      run(words[1], words + 2);
    else if (count == 2 && strcmp(words[0], "wait") == 0)
      await(atoi(words[1]));
    else
      return 2;
    fflush(stdout);
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
  }
  return 0;
}
