// SPDX-License-Identifier: Apache-2.0
//
// Runs commands for the benchmark and measures them. It stays small on purpose:
// what a process's parent had in memory when it was forked counts as that
// process's own peak, so an interpreter cannot measure a runtime of three
// megabytes.
//
// Reads a line a request, fields separated by US (0x1f), and answers with one:
//
//   run ERRFILE CMD ARG...                 runs a command
//   lanes LIVES WIDTH ERRFILE CMD ARG...   runs it LIVES times, WIDTH at a time;
//                                          @ in a word is the number of the lane
//   wait PID                               until that process is gone
//
// Every answer is
//
//   NANOSECONDS PEAK_KB USER_MICROSECONDS KERNEL_MICROSECONDS FAULTS EXIT_STATUS
//
// with the time until the command has ended, and what it took together with
// whatever it left running that has ended since: those processes are adopted
// and reaped here. The status is 137 when it had to be killed after 30 seconds
// and one for each life, and 1 when a process waited for is still there after ten.

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

enum { max_words = 64, max_width = 64, patience_ms = 10000, limit_s = 30, separator = 0x1f };

struct answer {
  long long nanoseconds, user, kernel;
  long peak, faults;
  int status;
};

static pid_t lanes[max_width];
static int width;

static void time_is_up(int signal) {
  (void)signal;
  for (int lane = 0; lane < width; lane++)
    if (lanes[lane] > 0) kill(lanes[lane], SIGKILL);
}

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void add(struct answer *answer, const struct rusage *usage) {
  answer->user += usage->ru_utime.tv_sec * 1000000LL + usage->ru_utime.tv_usec;
  answer->kernel += usage->ru_stime.tv_sec * 1000000LL + usage->ru_stime.tv_usec;
  answer->faults += usage->ru_minflt + usage->ru_majflt;
}

static void reap(struct answer *answer) {
  struct rusage usage;
  while (wait4(-1, NULL, WNOHANG, &usage) > 0) add(answer, &usage);
}

static void start(int lane, const char *errors, char **words) {
  lanes[lane] = vfork();
  if (lanes[lane] == 0) {
    int null = open("/dev/null", O_RDWR);
    int out = open(errors, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(null, 0);
    dup2(null, 1);
    dup2(out, 2);
    close(null);
    close(out);
    execv(words[0], words);
    _exit(127);
  }
  if (lanes[lane] < 0) exit(1);
}

// Waits for the end of a lane's command, and adopts what else ends. The first
// failure stays the answer's status.
static int finished_lane(struct answer *answer) {
  for (;;) {
    struct rusage usage;
    int status, lane = 0;
    pid_t ended = wait4(-1, &status, 0, &usage);
    if (ended < 0 && errno == EINTR) continue;
    if (ended < 0) exit(1);
    add(answer, &usage);
    while (lane < width && lanes[lane] != ended) lane++;
    if (lane == width) continue;
    lanes[lane] = 0;
    if (usage.ru_maxrss > answer->peak) answer->peak = usage.ru_maxrss;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (answer->status == 0) answer->status = code;
    return lane;
  }
}

// The words with the lane's number in the place of each @.
static void in_lane(char **words, char *room[], char *bytes, size_t size, int lane) {
  char *end = bytes + size;
  int n = 0;
  for (; words[n] != NULL; n++) {
    room[n] = bytes;
    for (const char *c = words[n]; *c != '\0' && bytes < end - 16; c++)
      if (*c == '@')
        bytes += sprintf(bytes, "%d", lane);
      else
        *bytes++ = *c;
    *bytes++ = '\0';
  }
  room[n] = NULL;
}

static void run(struct answer *answer, int lives, const char *errors, char **words) {
  static char bytes[max_width][4096], *room[max_width][max_words + 1];
  int started = 0, ended = 0;
  for (int lane = 0; lane < width; lane++)
    in_lane(words, room[lane], bytes[lane], sizeof bytes[lane], lane);
  unlink(errors);
  long long begin = now();
  alarm(limit_s + lives);
  for (; started < width && started < lives; started++) start(started, errors, room[started]);
  for (; ended < lives; ended++) {
    int lane = finished_lane(answer);
    if (started < lives && answer->status == 0) {
      start(lane, errors, room[lane]);
      started++;
    } else if (ended + 1 == started) {
      break;
    }
  }
  alarm(0);
  answer->nanoseconds = now() - begin;
}

static void await(struct answer *answer, pid_t process) {
  for (int ms = 0; ms < patience_ms; ms++) {
    reap(answer);
    if (kill(process, 0) != 0) return;
    usleep(1000);
  }
  answer->status = 1;
}

int main(void) {
  char *line = NULL;
  size_t size = 0;
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigaction(SIGALRM, &(struct sigaction){.sa_handler = time_is_up}, NULL);
  while (getline(&line, &size, stdin) > 0) {
    char *words[max_words + 1], *rest = line;
    struct answer answer = {0};
    int count = 0;
    line[strcspn(line, "\n")] = '\0';
    while (rest != NULL && count < max_words)
      words[count++] = strsep(&rest, (const char[]){separator, '\0'});
    words[count] = NULL;
    width = 1;
    if (count > 2 && strcmp(words[0], "run") == 0) {
      run(&answer, 1, words[1], words + 2);
    } else if (count > 4 && strcmp(words[0], "lanes") == 0 && atoi(words[2]) <= max_width) {
      width = atoi(words[2]);
      run(&answer, atoi(words[1]), words[3], words + 4);
    } else if (count == 2 && strcmp(words[0], "wait") == 0) {
      await(&answer, atoi(words[1]));
    } else {
      return 2;
    }
    reap(&answer);
    printf("%lld %ld %lld %lld %ld %d\n", answer.nanoseconds, answer.peak, answer.user,
           answer.kernel, answer.faults, answer.status);
    fflush(stdout);
  }
  return 0;
}
