// SPDX-License-Identifier: Apache-2.0
//
// The host's side of a test: what engines are to a runtime. It receives
// terminals, pidfds and seccomp listeners over a socket, reaps orphans, and
// gives a command a terminal of its own, and tells which BPF programs there are.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const char *what) {
  perror(what);
  return 1;
}

// Listens at `path`, and says so on stdout once a client can connect.
static int listen_at(const char *path) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
  int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s < 0 || bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 4)) return -1;
  printf("listening=1\n");
  fflush(stdout);
  return s;
}

// Receives one message; prints its length and how many descriptors came along.
static int receive(int connection, char *text, size_t size, int *descriptor) {
  char control[CMSG_SPACE(8 * sizeof(int))];
  struct iovec v = {text, size - 1};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control,
                     .msg_controllen = sizeof control};
  ssize_t n = recvmsg(connection, &m, MSG_CMSG_CLOEXEC);
  if (n < 0) return -1;
  text[n] = 0;
  int count = 0;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
    if (c->cmsg_type != SCM_RIGHTS) continue;
    count += (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    memcpy(descriptor, CMSG_DATA(c), sizeof(int));
  }
  printf("received.bytes=%zd\nreceived.fds=%d\n", n, count);
  fflush(stdout);
  return count;
}

// Copies from `from` to stdout, and from stdin to it, until it ends.
static void relay(int from) {
  struct pollfd p[2] = {{from, POLLIN, 0}, {0, POLLIN, 0}};
  char buffer[4096];
  for (;;) {
    if (poll(p, 2, 20000) <= 0) return;
    if (p[0].revents) {
      ssize_t n = read(from, buffer, sizeof buffer);
      if (n <= 0) return;
      if (write(1, buffer, (size_t)n) < 0) return;
    }
    if (p[1].revents) {
      ssize_t n = read(0, buffer, sizeof buffer);
      if (n <= 0) p[1].fd = -1;
      else if (write(from, buffer, (size_t)n) < 0) return;
    }
  }
}

static int console(char **a) {
  int s = listen_at(a[0]), master = -1;
  char text[4096];
  if (s < 0) return fail(a[0]);
  int c = accept4(s, NULL, NULL, SOCK_CLOEXEC);
  if (c < 0 || receive(c, text, sizeof text, &master) < 0) return fail("receive");
  printf("received.name=%s\n", text);
  printf("received.tty=%d\n", isatty(master));
  printf("received.more=%zd\n", read(c, text, sizeof text));
  fflush(stdout);
  relay(master);
  return 0;
}

// Listens and accepts nobody; as many wait already as may.
static int deaf(char **a) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  snprintf(at.sun_path, sizeof at.sun_path, "%s", a[0]);
  int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s < 0 || bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 0)) return fail(a[0]);
  for (int i = 0; i < 100; i++) {
    int c = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (c < 0) return fail("socket");
    if (!connect(c, (struct sockaddr *)&at, sizeof at)) continue;
    if (errno != EAGAIN) return fail("connect");
    printf("listening=1\n");
    fflush(stdout);
    pause();
  }
  return 1;
}

static int pidfd(char **a) {
  int s = listen_at(a[0]), fd = -1;
  char text[4096], path[64], line[256];
  if (s < 0) return fail(a[0]);
  int c = accept4(s, NULL, NULL, SOCK_CLOEXEC);
  if (c < 0 || receive(c, text, sizeof text, &fd) < 0) return fail("receive");
  printf("received.name=%s\n", text);
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
  FILE *f = fopen(path, "re");
  while (f && fgets(line, sizeof line, f))
    if (!strncmp(line, "Pid:", 4)) printf("received.pid=%d\n", atoi(line + 4));
  if (f) fclose(f);
  return 0;
}

// Answers every notification with the given errno, until nobody is left.
static int seccomp(char **a) {
  int s = listen_at(a[0]), fd = -1;
  static char text[1 << 16];
  if (s < 0) return fail(a[0]);
  int c = accept4(s, NULL, NULL, SOCK_CLOEXEC);
  if (c < 0 || receive(c, text, sizeof text, &fd) < 0) return fail("receive");
  printf("state=%s\n", text);
  fflush(stdout);
  for (;;) {
    struct pollfd p = {fd, POLLIN, 0};
    if (poll(&p, 1, 20000) <= 0 || p.revents & POLLHUP) return 0;
    struct seccomp_notif n = {0};
    struct seccomp_notif_resp r = {0};
    if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &n)) continue;
    printf("notified=%d\n", n.data.nr);
    fflush(stdout);
    r.id = n.id;
    r.error = -atoi(a[1]);
    ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &r);
  }
}

// Runs a command as a child, then reaps whatever it left behind.
static int subreap(char **a) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  pid_t child = fork();
  if (child == 0) {
    execvp(a[0], a);
    _exit(127);
  }
  int status;
  pid_t pid;
  while ((pid = wait(&status)) > 0) {
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (pid == child) printf("command=%d\n", code);
    else printf("orphan=%d %d\n", pid, code);
    fflush(stdout);
  }
  return 0;
}

// Runs a command and inherits its children, and reaps none of them.
static int careless(char **a) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  pid_t child = fork();
  if (child == 0) {
    execvp(a[0], a);
    _exit(127);
  }
  return waitpid(child, NULL, 0) < 0;
}

// Runs a command with a terminal of 24 rows and 80 columns of its own.
static int terminal(char **a) {
  struct winsize size = {.ws_row = 24, .ws_col = 80};
  int master;
  pid_t child = forkpty(&master, NULL, NULL, &size);
  if (child == 0) {
    execvp(a[0], a);
    _exit(127);
  }
  relay(master);
  int status;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Runs a command with N more descriptors, 3 and up, none of them CLOEXEC, but
// without those after a comma: 4,3 leaves out 3.
static int descriptors(char **a) {
  int wanted = atoi(a[0]);
  char *hole = strchr(a[0], ',');
  for (int fd = 3; fd < 3 + wanted; fd++) {
    char name[32];
    snprintf(name, sizeof name, "given-%d", fd);
    int other = memfd_create(name, 0);
    if (other != fd && (dup2(other, fd) < 0 || close(other))) return fail("dup2");
  }
  for (; hole; hole = strchr(hole + 1, ',')) close(atoi(hole + 1));
  if (a[1] && !strcmp(a[1], "--listen")) {
    char count[16], self[16];
    snprintf(count, sizeof count, "%d", wanted);
    snprintf(self, sizeof self, "%d", getpid());
    setenv("LISTEN_FDS", count, 1);
    setenv("LISTEN_PID", self, 1);
    a++;
  }
  execvp(a[1], a + 1);
  return fail(a[1]);
}

// Runs a command in all that a caller can leave behind by accident or on
// purpose and that is no choice of limits: one CPU, no mode bits, signals
// ignored and blocked, capabilities to be inherited, open directories, no
// standard streams, no working directory, an environment of riddles.
static int hostile(char **a) {
  static char *environment[] = {"", "=", "=x", "novalue", "PATH", "PATH=/nowhere", "HOME=\xff\xfe",
    "LANG=xx_XX.\x80", "TZ=:./zone", "TMPDIR=/nowhere", "POSIXLY_CORRECT=1", "IFS=/", "XDG_RUNTIME_DIR=relative",
    "LISTEN_FDS=-1", "LISTEN_PID=0", NULL};
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  if (sched_setaffinity(0, sizeof one, &one)) return fail("sched_setaffinity");
  struct { unsigned version; int pid; } header = {0x20080522, 0};
  unsigned caps[6];
  if (syscall(SYS_capget, &header, caps)) return fail("capget");
  caps[2] = caps[1];
  caps[5] = caps[4];
  if (syscall(SYS_capset, &header, caps)) return fail("capset");
  for (int cap = 0; cap < 64; cap++) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
  char gone[] = "/tmp/gone.XXXXXX";
  if (!mkdtemp(gone) || chdir(gone) || rmdir(gone)) return fail(gone);
  umask(0777);
  for (int fd = 3; fd < 9; fd++) {
    int other = open("/", O_RDONLY | O_DIRECTORY);
    if (other != fd && (dup2(other, fd) < 0 || close(other))) return fail("dup2");
  }
  // struct sigaction of the kernel, and its mask: glibc keeps two signals back.
  unsigned long ignore[4] = {(unsigned long)SIG_IGN}, all = ~0UL;
  for (int s = 1; s <= 64; s++) syscall(SYS_rt_sigaction, s, ignore, NULL, sizeof all);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof all);
  for (int fd = 0; fd < 3; fd++) close(fd);
  execve(a[0], a, environment);
  return 126;
}

// Prints the numbers of all BPF programs that are loaded.
static int loaded(char **a) {
  (void)a;
  // What bpf(2) takes of union bpf_attr for BPF_PROG_GET_NEXT_ID.
  unsigned attributes[32] = {0};
  while (!syscall(SYS_bpf, 11, attributes, sizeof attributes)) {
    printf("%u\n", attributes[1]);
    attributes[0] = attributes[1];
  }
  return errno == ENOENT ? 0 : fail("bpf");
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    int (*run)(char **);
  } all[] = {{"console", console},   {"pidfd", pidfd},       {"seccomp", seccomp},
             {"subreap", subreap},   {"terminal", terminal}, {"descriptors", descriptors},
             {"hostile", hostile},   {"deaf", deaf},         {"careless", careless},
             {"loaded", loaded}};
  signal(SIGPIPE, SIG_IGN);
  for (size_t i = 0; argc > 2 && i < sizeof all / sizeof *all; i++)
    if (!strcmp(all[i].name, argv[1])) return all[i].run(argv + 2);
  fprintf(stderr, "companion: what?\n");
  return 125;
}
