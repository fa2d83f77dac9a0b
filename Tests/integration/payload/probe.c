// SPDX-License-Identifier: Apache-2.0
//
// Reports, from inside a container, what a process there sees and what it may
// do. Operations stand one after another, separated by `--`; each prints
// `key=value` lines. `probe ids -- caps -- write /etc/x` is one process.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
static char **program_arguments;

// The result of a call, as `ok` or the errno's name.
static const char *verdict(long result) {
  if (result >= 0) return "ok";
  const char *name = strerrorname_np(errno);
  return name ? name : "unknown";
}

// Reads a small file whole; NULL when it cannot be read.
static char *read_file(const char *path) {
  static char text[1 << 16];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NULL;
  size_t used = 0;
  ssize_t n;
  while (used < sizeof text - 1 && (n = read(fd, text + used, sizeof text - 1 - used)) > 0)
    used += (size_t)n;
  close(fd);
  text[used] = 0;
  return text;
}

static void print_first_line(const char *key, const char *name, const char *path) {
  char *text = read_file(path);
  if (!text) {
    printf("%s%s=%s\n", key, name, verdict(-1));
    return;
  }
  text[strcspn(text, "\n")] = 0;
  printf("%s%s=%s\n", key, name, text);
}

static void op_ns(char **a) {
  (void)a;
  static const char *types[] = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    char path[64];
    struct stat s;
    snprintf(path, sizeof path, "/proc/self/ns/%s", types[i]);
    if (stat(path, &s) == 0)
      printf("ns.%s=%lu\n", types[i], (unsigned long)s.st_ino);
    else
      printf("ns.%s=%s\n", types[i], verdict(-1));
  }
}

static void op_ids(char **a) {
  (void)a;
  uid_t r, e, s;
  gid_t gr, ge, gs;
  getresuid(&r, &e, &s);
  getresgid(&gr, &ge, &gs);
  printf("uid=%u\neuid=%u\nsuid=%u\ngid=%u\negid=%u\nsgid=%u\n", r, e, s, gr, ge, gs);
  gid_t list[NGROUPS_MAX];
  int n = getgroups(NGROUPS_MAX, list);
  printf("groups=");
  for (int i = 0; i < n; i++) printf("%s%u", i ? "," : "", list[i]);
  printf("\n");
  mode_t mask = umask(0);
  umask(mask);
  printf("umask=%04o\n", mask);
}

static void op_process(char **a) {
  (void)a;
  printf("pid=%d\nppid=%d\nsid=%d\npgid=%d\n", getpid(), getppid(), getsid(0), getpgid(0));
  printf("nnp=%d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  printf("dumpable=%d\n", prctl(PR_GET_DUMPABLE));
  int death = 0;
  prctl(PR_GET_PDEATHSIG, &death);
  printf("pdeathsig=%d\n", death);
  int subreaper = 0;
  prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
  printf("subreaper=%d\n", subreaper);
  printf("keepcaps=%d\nsecurebits=%d\n", prctl(PR_GET_KEEPCAPS), prctl(PR_GET_SECUREBITS));
  printf("personality=%lx\n", (unsigned long)(unsigned)personality(0xffffffff));
  printf("timerslack=%d\n", prctl(PR_GET_TIMERSLACK));
}

static void op_seccomp(char **a) {
  (void)a;
  printf("seccomp=%d\n", prctl(PR_GET_SECCOMP));
}

static void op_caps(char **a) {
  (void)a;
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct d[2];
  memset(d, 0, sizeof d);
  syscall(SYS_capget, &header, d);
  uint64_t bounding = 0, ambient = 0;
  for (int c = 0; c < 64; c++) {
    if (prctl(PR_CAPBSET_READ, c) == 1) bounding |= 1ull << c;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, c, 0, 0) == 1) ambient |= 1ull << c;
  }
#define SET(f) ((unsigned long long)((uint64_t)d[1].f << 32 | d[0].f))
  printf("cap.eff=%016llx\ncap.prm=%016llx\ncap.inh=%016llx\n", SET(effective), SET(permitted),
         SET(inheritable));
  printf("cap.bnd=%016llx\ncap.amb=%016llx\n", (unsigned long long)bounding,
         (unsigned long long)ambient);
}

static void op_rlimits(char **a) {
  (void)a;
  static const struct {
    int number;
    const char *name;
  } all[] = {{RLIMIT_AS, "AS"},           {RLIMIT_CORE, "CORE"},
             {RLIMIT_CPU, "CPU"},         {RLIMIT_DATA, "DATA"},
             {RLIMIT_FSIZE, "FSIZE"},     {RLIMIT_LOCKS, "LOCKS"},
             {RLIMIT_MEMLOCK, "MEMLOCK"}, {RLIMIT_MSGQUEUE, "MSGQUEUE"},
             {RLIMIT_NICE, "NICE"},       {RLIMIT_NOFILE, "NOFILE"},
             {RLIMIT_NPROC, "NPROC"},     {RLIMIT_RSS, "RSS"},
             {RLIMIT_RTPRIO, "RTPRIO"},   {RLIMIT_RTTIME, "RTTIME"},
             {RLIMIT_SIGPENDING, "SIGPENDING"}, {RLIMIT_STACK, "STACK"}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    struct rlimit r;
    getrlimit((__rlimit_resource_t)all[i].number, &r);
    printf("rlimit.%s=%lld:%lld\n", all[i].name, (long long)r.rlim_cur, (long long)r.rlim_max);
  }
}

static void op_oom(char **a) {
  (void)a;
  print_first_line("oom_score_adj", "", "/proc/self/oom_score_adj");
}

static void op_cwd(char **a) {
  (void)a;
  char path[PATH_MAX];
  long n = syscall(SYS_getcwd, path, sizeof path);
  printf("cwd=%s\n", n < 0 ? verdict(-1) : path);
}

static void op_env(char **a) {
  (void)a;
  for (char **e = environ; *e; e++) printf("env.%s\n", *e);
}

static void op_args(char **a) {
  (void)a;
  for (int i = 0; program_arguments[i]; i++) printf("arg.%d=%s\n", i, program_arguments[i]);
}

static void op_fds(char **a) {
  (void)a;
  DIR *dir = opendir("/proc/self/fd");
  if (!dir) {
    printf("fds=%s\n", verdict(-1));
    return;
  }
  char list[1024] = "";
  struct dirent *e;
  while ((e = readdir(dir))) {
    if (e->d_name[0] == '.' || atoi(e->d_name) == dirfd(dir)) continue;
    char path[300], target[PATH_MAX];
    snprintf(path, sizeof path, "/proc/self/fd/%s", e->d_name);
    ssize_t n = readlink(path, target, sizeof target - 1);
    target[n < 0 ? 0 : n] = 0;
    printf("fd.%s=%s\n", e->d_name, target);
    snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", *list ? "," : "", e->d_name);
  }
  closedir(dir);
  printf("fds=%s\n", list);
}

static void op_tty(char **a) {
  (void)a;
  for (int fd = 0; fd < 3; fd++) {
    struct winsize w = {0};
    struct stat s = {0};
    fstat(fd, &s);
    printf("tty.%d=%d\n", fd, isatty(fd));
    if (!isatty(fd)) continue;
    ioctl(fd, TIOCGWINSZ, &w);
    printf("winsize.%d=%ux%u\n", fd, w.ws_row, w.ws_col);
    printf("ttydev.%d=%u:%u uid=%u gid=%u mode=%04o\n", fd, major(s.st_rdev),
           minor(s.st_rdev), s.st_uid, s.st_gid, s.st_mode & 07777);
    printf("ttypgrp.%d=%s\n", fd, tcgetpgrp(fd) == getpgrp() ? "own" : "other");
  }
  int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  printf("controlling=%s\n", verdict(fd));
  if (fd >= 0) close(fd);
}

// The last mount on each of the given paths: type, options, propagation.
static void op_mounts(char **a) {
  for (; *a; a++) {
    char found[4096] = "none";
    FILE *f = fopen("/proc/self/mountinfo", "re");
    char *line = NULL;
    size_t size = 0;
    int count = 0;
    while (f && getline(&line, &size, f) > 0) {
      char root[1024], point[1024], options[512], tail[2048] = "";
      if (sscanf(line, "%*d %*d %*s %1023s %1023s %511s %2047[^\n]", root, point, options, tail) < 3)
        continue;
      if (strcmp(point, *a)) continue;
      count++;
      char *dash = strstr(tail, "- ");
      char type[64] = "", source[512] = "", super[1024] = "", shared[256] = "";
      if (dash) {
        sscanf(dash + 2, "%63s %511s %1023s", type, source, super);
        snprintf(shared, sizeof shared, "%.*s", (int)(dash - tail), tail);
      }
      char *word = strtok(shared, " ");
      char propagation[128] = "";
      for (; word; word = strtok(NULL, " ")) {
        word[strcspn(word, ":")] = 0;
        snprintf(propagation + strlen(propagation), sizeof propagation - strlen(propagation),
                 "%s%s", *propagation ? "," : "", word);
      }
      snprintf(found, sizeof found, "%s %s %s propagation=%s root=%s source=%s", type, options,
               super, *propagation ? propagation : "private", root, source);
    }
    if (f) fclose(f);
    free(line);
    printf("mount.%s=%s\nmounts.%s=%d\n", *a, found, *a, count);
  }
}

// Every mount point, in the order of mountinfo.
static void op_mountpoints(char **a) {
  (void)a;
  FILE *f = fopen("/proc/self/mountinfo", "re");
  char *line = NULL;
  size_t size = 0;
  while (f && getline(&line, &size, f) > 0) {
    char point[1024];
    if (sscanf(line, "%*d %*d %*s %*s %1023s", point) == 1) printf("mountpoint=%s\n", point);
  }
  if (f) fclose(f);
  free(line);
}

static void op_sysctl(char **a) {
  for (; *a; a++) {
    char path[512];
    snprintf(path, sizeof path, "/proc/sys/%s", *a);
    for (char *c = path + 10; *c; c++)
      if (*c == '.') *c = '/';
    print_first_line("sysctl.", *a, path);
  }
}

static void op_status(char **a) {
  for (; *a; a++) {
    char *text = read_file("/proc/self/status");
    char key[64];
    snprintf(key, sizeof key, "\n%s:", *a);
    char *at = text ? strstr(text, key) : NULL;
    if (!at) {
      printf("status.%s=none\n", *a);
      continue;
    }
    at += strlen(key);
    while (*at == '\t' || *at == ' ') at++;
    at[strcspn(at, "\n")] = 0;
    printf("status.%s=%s\n", *a, at);
  }
}

static void op_scheduler(char **a) {
  (void)a;
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t util_min, util_max;
  } s = {0};
  long r = syscall(SYS_sched_getattr, 0, &s, sizeof s, 0);
  printf("scheduler=%s\n", verdict(r));
  printf("sched.policy=%u\nsched.nice=%d\nsched.priority=%u\nsched.flags=%llu\n", s.policy,
         s.nice, s.priority, (unsigned long long)s.flags);
  printf("sched.runtime=%llu\nsched.deadline=%llu\nsched.period=%llu\n",
         (unsigned long long)s.runtime, (unsigned long long)s.deadline,
         (unsigned long long)s.period);
  long io = syscall(SYS_ioprio_get, 1, 0);
  printf("ioprio.class=%ld\nioprio.level=%ld\n", io >> 13, io & 0x1fff);
  cpu_set_t set;
  sched_getaffinity(0, sizeof set, &set);
  printf("cpus=%d\n", CPU_COUNT(&set));
}

static void op_uts(char **a) {
  (void)a;
  struct utsname u;
  uname(&u);
  printf("hostname=%s\ndomainname=%s\nmachine=%s\n", u.nodename, u.domainname, u.machine);
}

static void op_keyring(char **a) {
  (void)a;
  printf("keyring=%ld\n", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0));
  char text[256];
  long n = syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, text, sizeof text);
  const char *name = n > 0 ? strrchr(text, ';') : NULL;
  printf("keyring.name=%s\n", name ? name + 1 : verdict(n));
}

static void op_clocks(char **a) {
  (void)a;
  struct timespec m, b;
  clock_gettime(CLOCK_MONOTONIC, &m);
  clock_gettime(CLOCK_BOOTTIME, &b);
  printf("monotonic=%lld\nboottime=%lld\n", (long long)m.tv_sec, (long long)b.tv_sec);
}

static void op_stat(char **a) {
  for (; *a; a++) {
    struct stat s;
    if (lstat(*a, &s)) {
      printf("stat.%s=%s\n", *a, verdict(-1));
      continue;
    }
    const char *kind = S_ISCHR(s.st_mode)   ? "char"
                       : S_ISBLK(s.st_mode) ? "block"
                       : S_ISFIFO(s.st_mode) ? "fifo"
                       : S_ISLNK(s.st_mode) ? "link"
                       : S_ISDIR(s.st_mode) ? "dir"
                       : S_ISSOCK(s.st_mode) ? "socket"
                                             : "file";
    printf("stat.%s=%s %u:%u %04o %u:%u\n", *a, kind, major(s.st_rdev), minor(s.st_rdev),
           s.st_mode & 07777, s.st_uid, s.st_gid);
  }
}

static void op_size(char **a) {
  for (; *a; a++) {
    struct statfs s;
    if (statfs(*a, &s))
      printf("size.%s=%s\n", *a, verdict(-1));
    else
      printf("size.%s=%llu\n", *a, (unsigned long long)s.f_blocks * (unsigned long long)s.f_bsize);
  }
}

static void op_readlink(char **a) {
  for (; *a; a++) {
    char target[PATH_MAX];
    ssize_t n = readlink(*a, target, sizeof target - 1);
    target[n < 0 ? 0 : n] = 0;
    printf("link.%s=%s\n", *a, n < 0 ? verdict(-1) : target);
  }
}

static void op_list(char **a) {
  for (; *a; a++) {
    struct dirent **entries;
    int n = scandir(*a, &entries, NULL, alphasort);
    printf("list.%s=", *a);
    if (n < 0) printf("%s", verdict(-1));
    const char *comma = "";
    for (int i = 0; i < n; i++) {
      if (!strcmp(entries[i]->d_name, ".") || !strcmp(entries[i]->d_name, "..")) continue;
      printf("%s%s", comma, entries[i]->d_name);
      comma = ",";
    }
    printf("\n");
  }
}

static void op_write(char **a) {
  int fd = open(a[0], O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
  long r = fd;
  const char *text = a[1] ? a[1] : "x";
  if (fd >= 0) r = write(fd, text, strlen(text));
  printf("write.%s=%s\n", a[0], verdict(r));
  if (fd >= 0) close(fd);
}

static void op_read(char **a) {
  for (; *a; a++) {
    int fd = open(*a, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    char text[4096];
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (n < 0) {
      printf("read.%s=%s\n", *a, verdict(-1));
    } else {
      text[n] = 0;
      text[strcspn(text, "\n")] = 0;
      printf("read.%s=%s\n", *a, text);
    }
    if (fd >= 0) close(fd);
  }
}

// Opens for reading, or with `w` or `rw` first for writing, and closes.
static void op_open(char **a) {
  int flags = O_RDONLY;
  if (a[0] && !strcmp(a[0], "w")) flags = O_WRONLY, a++;
  else if (a[0] && !strcmp(a[0], "rw")) flags = O_RDWR, a++;
  for (; *a; a++) {
    int fd = open(*a, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    printf("open.%s=%s\n", *a, verdict(fd));
    if (fd >= 0) close(fd);
  }
}

static void op_mkdir(char **a) {
  for (; *a; a++) printf("mkdir.%s=%s\n", *a, verdict(mkdir(*a, 0755)));
}

static void op_mknod(char **a) {
  mode_t kind = a[1][0] == 'b' ? S_IFBLK : a[1][0] == 'p' ? S_IFIFO : S_IFCHR;
  dev_t number = kind == S_IFIFO ? 0 : makedev((unsigned)atoi(a[2]), (unsigned)atoi(a[3]));
  printf("mknod.%s=%s\n", a[0], verdict(mknod(a[0], kind | 0600, number)));
}

static void op_exec(char **a) {
  pid_t child = fork();
  if (child == 0) {
    char *argv[] = {a[0], NULL};
    execv(a[0], argv);
    printf("exec.%s=%s\n", a[0], verdict(-1));
    fflush(stdout);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
}

static void op_syscall(char **a) {
  long n = atol(a[0]), v[6] = {0};
  for (int i = 0; i < 6 && a[i + 1]; i++) v[i] = strtol(a[i + 1], NULL, 0);
  long r = syscall(n, v[0], v[1], v[2], v[3], v[4], v[5]);
  printf("syscall.%ld=%s\n", n, verdict(r));
}

// Maps huge pages one by one, as many as there may be.
static void op_hugehog(char **a) {
  const size_t step = 2 << 20;
  int most = atoi(a[0]), n = 0, why = 0;
  for (; n < most; n++) {
    char *p = mmap(NULL, step, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | (21 << 26), -1, 0);
    if (p == MAP_FAILED) {
      why = errno;
      break;
    }
    *p = 1;
  }
  printf("huge.made=%d\nhuge.stop=%s\n", n, why ? strerrorname_np(why) : "-");
}

// Reads a number of bytes past every cache, and says how long it took.
static void op_readraw(char **a) {
  long want = atol(a[1]), have = 0;
  void *buffer;
  struct timespec from, to;
  int fd = open(a[0], O_RDONLY | O_DIRECT);
  if (fd < 0 || posix_memalign(&buffer, 4096, 65536)) {
    printf("raw.stop=%s\n", strerrorname_np(errno));
    return;
  }
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (ssize_t n; have < want && (n = read(fd, buffer, 65536)) > 0;) have += n;
  clock_gettime(CLOCK_MONOTONIC, &to);
  printf("raw.bytes=%ld\nraw.ms=%ld\n", have,
         (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000);
  close(fd);
}

static void op_memhog(char **a) {
  size_t want = strtoull(a[0], NULL, 0), step = 1 << 20, have = 0;
  while (have < want) {
    char *p = mmap(NULL, step, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) break;
    memset(p, 1, step);
    have += step;
  }
  printf("memhog=%zu\n", have);
}

// Forks until it is refused, at most N times, then lets all of them go.
static void op_forkbomb(char **a) {
  int limit = atoi(a[0]), made = 0;
  int pipes[2];
  if (pipe2(pipes, O_CLOEXEC)) return;
  const char *why = "none";
  for (; made < limit; made++) {
    pid_t child = fork();
    if (child < 0) {
      why = verdict(-1);
      break;
    }
    if (child == 0) {
      char c;
      close(pipes[1]);
      _exit(read(pipes[0], &c, 1) < 0);
    }
  }
  close(pipes[1]);
  while (wait(NULL) > 0) continue;
  printf("fork.made=%d\nfork.stop=%s\n", made, why);
}

// Uses CPU for so many milliseconds of wall time.
static void op_burn(char **a) {
  struct timespec from, now;
  clock_gettime(CLOCK_MONOTONIC, &from);
  long ms = atol(a[0]), gone;
  do {
    for (volatile int i = 0; i < 100000; i++) continue;
    clock_gettime(CLOCK_MONOTONIC, &now);
    gone = (now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000;
  } while (gone < ms);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  printf("burn.wall=%ld\nburn.cpu=%ld\n", gone, now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

static void nap(long ms) {
  struct timespec t = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&t, &t) && errno == EINTR) continue;
}

static void op_sleep(char **a) { nap((long)(atof(a[0]) * 1000)); }

static void op_print(char **a) {
  for (; *a; a++) printf("%s%s", *a, a[1] ? " " : "\n");
}

static void op_complain(char **a) {
  for (; *a; a++) fprintf(stderr, "%s%s", *a, a[1] ? " " : "\n");
}

static void op_exit(char **a) {
  fflush(stdout);
  _exit(atoi(a[0]));
}

// Waits for the first signal of a usual set, prints its name and goes on.
static void op_wait(char **a) {
  (void)a;
  sigset_t set;
  sigemptyset(&set);
  static const int wanted[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT, SIGWINCH};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) sigaddset(&set, wanted[i]);
  sigprocmask(SIG_BLOCK, &set, NULL);
  printf("ready=1\n");
  fflush(stdout);
  int got = 0;
  sigwait(&set, &got);
  printf("signal=SIG%s\n", sigabbrev_np(got));
}

// Never ends of itself, and no signal but SIGKILL ends it.
static void op_hang(char **a) {
  (void)a;
  for (int s = 1; s < NSIG; s++) signal(s, SIG_IGN);
  printf("ready=1\n");
  fflush(stdout);
  for (;;) pause();
}

// Leaves a detached grandchild behind that holds no pipe of ours.
static void op_daemon(char **a) {
  long ms = (long)(atof(a[0]) * 1000);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    setsid();
    if (fork() == 0) {
      signal(SIGTERM, SIG_IGN);
      signal(SIGHUP, SIG_IGN);
      nap(ms);
    }
    _exit(0);
  }
  waitpid(child, NULL, 0);
  printf("daemon=1\n");
}

static void op_serve(char **a) {
  int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(a[0])),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 8)) {
    printf("serve=%s\n", verdict(-1));
    return;
  }
  printf("serve=ok\n");
  fflush(stdout);
  for (;;) {
    int c = accept4(s, NULL, NULL, SOCK_CLOEXEC);
    if (c < 0) continue;
    if (write(c, a[1], strlen(a[1])) < 0) perror("write");
    close(c);
  }
}

// Tries for a second, since the other side may still be starting.
static void op_fetch(char **a) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(a[0])),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  for (int tries = 0; tries < 50; tries++) {
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(s, (struct sockaddr *)&at, sizeof at) == 0) {
      char text[1024];
      ssize_t n = read(s, text, sizeof text - 1);
      text[n < 0 ? 0 : n] = 0;
      printf("fetch=%s\n", text);
      close(s);
      return;
    }
    int saved = errno;
    close(s);
    errno = saved;
    if (errno != ECONNREFUSED) break;
    nap(20);
  }
  printf("fetch=%s\n", verdict(-1));
}

struct message {
  long kind;
  char text[256];
};

static void op_msgsend(char **a) {
  struct message m = {1, ""};
  snprintf(m.text, sizeof m.text, "%s", a[1]);
  int q = msgget(atoi(a[0]), IPC_CREAT | 0600);
  printf("msgsend=%s\n", verdict(q < 0 ? -1 : msgsnd(q, &m, strlen(m.text) + 1, 0)));
}

static void op_msgrecv(char **a) {
  struct message m = {0, ""};
  int q = msgget(atoi(a[0]), 0);
  long r = q < 0 ? -1 : msgrcv(q, &m, sizeof m.text, 0, IPC_NOWAIT);
  printf("msgrecv=%s\n", r < 0 ? verdict(-1) : m.text);
}

static void op_mqsend(char **a) {
  struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = 256};
  mqd_t q = mq_open(a[0], O_CREAT | O_WRONLY, 0600, &attr);
  printf("mqsend=%s\n", verdict(q < 0 ? -1 : mq_send(q, a[1], strlen(a[1]) + 1, 0)));
}

static void op_mqrecv(char **a) {
  char text[256] = "";
  mqd_t q = mq_open(a[0], O_RDONLY | O_NONBLOCK);
  long r = q < 0 ? -1 : mq_receive(q, text, sizeof text, NULL);
  printf("mqrecv=%s\n", r < 0 ? verdict(-1) : text);
}

static void op_interface(char **a) {
  (void)a;
  char *text = read_file("/proc/net/dev");
  char names[512] = "";
  for (char *line = text ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n")) {
    char *colon = strchr(line, ':');
    if (!colon) continue;
    *colon = 0;
    while (isspace(*line)) line++;
    snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", *names ? "," : "", line);
  }
  printf("interfaces=%s\n", names);
  int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(9),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  printf("loopback=%s\n", verdict(connect(s, (struct sockaddr *)&at, sizeof at)));
  close(s);
}

// Looks for so many milliseconds at every other process, and counts what a
// hostile container could use: executables of the host that can be opened for
// writing, and descriptors that name a place outside.
static void op_spy(char **a) {
  struct timespec from, now;
  clock_gettime(CLOCK_MONOTONIC, &from);
  long limit = atol(a[0]), gone, rounds = 0, seen = 0, writable = 0, descriptors = 0;
  do {
    DIR *proc = opendir("/proc");
    struct dirent *e;
    while (proc && (e = readdir(proc))) {
      long pid = atol(e->d_name);
      if (pid <= 0 || pid == getpid()) continue;
      char path[64], target[PATH_MAX];
      snprintf(path, sizeof path, "/proc/%ld/exe", pid);
      ssize_t n = readlink(path, target, sizeof target - 1);
      if (n > 0) {
        target[n] = 0;
        if (access(target, F_OK) || strstr(target, "memfd:") || strstr(target, "(deleted)")) {
          seen++;
          int fd = open(path, O_PATH | O_CLOEXEC), out = -1;
          char again[64];
          snprintf(again, sizeof again, "/proc/self/fd/%d", fd);
          for (int i = 0; fd >= 0 && out < 0 && i < 3; i++) out = open(again, O_WRONLY | O_CLOEXEC);
          if (out >= 0) {
            printf("spy.target=%s\n", target);
            writable++;
            close(out);
          }
          if (fd >= 0) close(fd);
        }
      }
      snprintf(path, sizeof path, "/proc/%ld/fd", pid);
      DIR *fds = opendir(path);
      struct dirent *f;
      while (fds && (f = readdir(fds))) {
        char link[400];
        if (f->d_name[0] == '.') continue;
        snprintf(link, sizeof link, "/proc/%ld/fd/%s", pid, f->d_name);
        n = readlink(link, target, sizeof target - 1);
        if (n <= 0 || target[0] != '/') continue;
        target[n] = 0;
        struct stat s;
        if (stat(link, &s) == 0 && S_ISDIR(s.st_mode)) {
          printf("spy.directory=%s\n", target);
          descriptors++;
        }
      }
      if (fds) closedir(fds);
    }
    if (proc) closedir(proc);
    rounds++;
    clock_gettime(CLOCK_MONOTONIC, &now);
    gone = (now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000;
  } while (gone < limit);
  printf("spy.rounds=%ld\nspy.seen=%ld\nspy.writable=%ld\nspy.directories=%ld\n", rounds, seen,
         writable, descriptors);
}

// One line of /proc/PID/status, as a number in the base; of a process that is
// gone, what is said of it.
static unsigned long long status_of(pid_t pid, const char *key, int base,
                                    unsigned long long found) {
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *f = fopen(path, "r");
  while (f && fgets(line, sizeof line, f))
    if (!strncmp(line, key, strlen(key))) found = strtoull(line + strlen(key), NULL, base);
  if (f) fclose(f);
  return found;
}

// Whether a place of another process, such as its root, is not a container's
// root.
static int leads_outside(pid_t pid, const char *what) {
  char path[96];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, what);
  // One that is about to go has none any more.
  int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  int outside = fd >= 0 && faccessat(fd, "bin/probe", F_OK, 0);
  if (fd >= 0) close(fd);
  return outside;
}

static int has_directory_open(pid_t pid) {
  char path[64], link[400], target[PATH_MAX];
  int found = 0;
  struct stat s;
  snprintf(path, sizeof path, "/proc/%d/fd", pid);
  DIR *fds = opendir(path);
  struct dirent *f;
  while (fds && (f = readdir(fds))) {
    snprintf(link, sizeof link, "%s/%s", path, f->d_name);
    ssize_t n = f->d_name[0] == '.' ? 0 : readlink(link, target, sizeof target - 1);
    if (n > 0 && target[0] == '/' && stat(link, &s) == 0 && S_ISDIR(s.st_mode)) found = 1;
  }
  if (fds) closedir(fds);
  return found;
}

static int has_in(const char *file, pid_t pid, const char *text) {
  char path[64], bytes[65536];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t n = fd < 0 ? 0 : read(fd, bytes, sizeof bytes);
  if (fd >= 0) close(fd);
  return n > 0 && memmem(bytes, (size_t)n, text, strlen(text)) != NULL;
}

// Seizes for so many milliseconds every process that appears, and counts those
// that had something of the host: a root, working or open directory outside of
// the container, HOST_SECRET in the environment or on the command line,
// capabilities that this process cannot have. And those without a filter, if
// this process has one.
static void op_trace(char **a) {
  struct timespec from, now;
  clock_gettime(CLOCK_MONOTONIC, &from);
  long limit = atol(a[0]), gone, seized = 0, outside = 0, secrets = 0, privileged = 0;
  long unfiltered = 0;
  pid_t last = getpid();
  unsigned long long most = status_of(last, "CapBnd:", 16, 0);
  unsigned long long filter = status_of(last, "Seccomp:", 10, 0);
  printf("trace=ready\n");
  do {
    for (pid_t pid = last + 1; pid < last + 40; pid++) {
      if (ptrace(PTRACE_SEIZE, pid, 0, 0)) continue;
      seized++;
      last = pid;
      ptrace(PTRACE_INTERRUPT, pid, 0, 0);
      waitpid(pid, NULL, __WALL);
      outside += leads_outside(pid, "root") || leads_outside(pid, "cwd") || has_directory_open(pid);
      secrets += has_in("environ", pid, "HOST_SECRET") || has_in("cmdline", pid, "HOST_SECRET");
      privileged += (status_of(pid, "CapPrm:", 16, 0) & ~most) != 0;
      unfiltered += status_of(pid, "Seccomp:", 10, filter) != filter;
      ptrace(PTRACE_DETACH, pid, 0, 0);
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    gone = (now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000;
  } while (gone < limit);
  printf("trace.seized=%ld\ntrace.outside=%ld\ntrace.secrets=%ld\ntrace.privileged=%ld\n"
         "trace.unfiltered=%ld\n",
         seized, outside, secrets, privileged, unfiltered);
}

// Takes copies, for so many milliseconds, of what every process that appears has
// open besides its standard streams, and keeps them until it is killed.
static void op_steal(char **a) {
  struct timespec from, now;
  clock_gettime(CLOCK_MONOTONIC, &from);
  long limit = atol(a[0]), gone, stolen = 0;
  pid_t last = getpid();
  printf("steal=ready\n");
  do {
    for (pid_t pid = last + 1; pid < last + 40; pid++) {
      int process = (int)syscall(SYS_pidfd_open, pid, 0), before = (int)stolen;
      if (process < 0) continue;
      for (int fd = 3; fd < 16; fd++) stolen += syscall(SYS_pidfd_getfd, process, fd, 0) >= 0;
      if (stolen > before) last = pid;
      close(process);
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    gone = (now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000;
  } while (gone < limit);
  printf("steal.stolen=%ld\n", stolen);
  op_hang(a);
}

// Sends a signal, for so many milliseconds, to every process that appears.
// Has the process that waits in this PID namespace open a file of its own by its
// handle, which takes a capability that reaches every file of the file system.
static void op_handle(char **a) {
  (void)a;
#ifdef __x86_64__
  struct {
    struct file_handle head;
    unsigned char bytes[MAX_HANDLE_SZ];
  } handle = {.head = {.handle_bytes = MAX_HANDLE_SZ}};
  int mount;
  if (name_to_handle_at(AT_FDCWD, "/", &handle.head, &mount, 0)) {
    printf("handle=none\n");
    return;
  }
  for (pid_t pid = getpid() - 1; pid > 1; pid--) {
    struct user_regs_struct kept, regs;
    if (ptrace(PTRACE_SEIZE, pid, 0, 0)) continue;
    ptrace(PTRACE_INTERRUPT, pid, 0, 0);
    waitpid(pid, NULL, __WALL);
    ptrace(PTRACE_GETREGS, pid, 0, &kept);
    regs = kept;
    unsigned long at = (kept.rsp - 4096) & ~15UL;
    for (size_t i = 0; i < sizeof handle; i += sizeof(long)) {
      long word = 0;
      memcpy(&word, (char *)&handle + i, sizeof handle - i < sizeof word ? sizeof handle - i : sizeof word);
      ptrace(PTRACE_POKEDATA, pid, at + i, word);
    }
    // The call that it waits in, once more, as another one.
    regs.rip -= 2;
    regs.rax = SYS_open_by_handle_at;
    regs.orig_rax = (unsigned long)-1;
    regs.rdi = (unsigned long)AT_FDCWD;
    regs.rsi = at;
    regs.rdx = O_RDONLY;
    ptrace(PTRACE_SETREGS, pid, 0, &regs);
    ptrace(PTRACE_SINGLESTEP, pid, 0, 0);
    waitpid(pid, NULL, __WALL);
    ptrace(PTRACE_GETREGS, pid, 0, &regs);
    printf("handle=%s\n", (long)regs.rax >= 0 ? "ok" : strerrorname_np((int)-(long)regs.rax));
    ptrace(PTRACE_SETREGS, pid, 0, &kept);
    ptrace(PTRACE_DETACH, pid, 0, 0);
    return;
  }
#endif
  printf("handle=none\n");
}

static void op_ambush(char **a) {
  struct timespec from, now;
  clock_gettime(CLOCK_MONOTONIC, &from);
  int signal = atoi(a[0]);
  long limit = atol(a[1]), gone;
  pid_t last = getpid();
  printf("ambush=ready\n");
  do {
    for (pid_t pid = last + 1; pid < last + 40; pid++)
      if (kill(pid, signal) == 0) last = pid;
    clock_gettime(CLOCK_MONOTONIC, &now);
    gone = (now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000;
  } while (gone < limit);
}

static const struct {
  const char *name;
  void (*run)(char **arguments);
  int least;
} operations[] = {
    {"ambush", op_ambush, 2},
    {"args", op_args, 0},           {"burn", op_burn, 1},
    {"caps", op_caps, 0},           {"clocks", op_clocks, 0},
    {"complain", op_complain, 0},   {"cwd", op_cwd, 0},
    {"daemon", op_daemon, 1},       {"env", op_env, 0},
    {"exec", op_exec, 1},           {"exit", op_exit, 1},
    {"fds", op_fds, 0},             {"fetch", op_fetch, 1},
    {"forkbomb", op_forkbomb, 1},   {"hang", op_hang, 0},
    {"handle", op_handle, 0},       {"hugehog", op_hugehog, 1},
    {"ids", op_ids, 0},             {"interface", op_interface, 0},
    {"keyring", op_keyring, 0},     {"list", op_list, 0},
    {"memhog", op_memhog, 1},       {"mkdir", op_mkdir, 0},
    {"mknod", op_mknod, 2},         {"mountpoints", op_mountpoints, 0},
    {"mounts", op_mounts, 0},       {"mqrecv", op_mqrecv, 1},
    {"mqsend", op_mqsend, 2},       {"msgrecv", op_msgrecv, 1},
    {"msgsend", op_msgsend, 2},     {"ns", op_ns, 0},
    {"oom", op_oom, 0},             {"open", op_open, 0},
    {"print", op_print, 0},         {"process", op_process, 0},
    {"read", op_read, 0},           {"readlink", op_readlink, 0},
    {"readraw", op_readraw, 2},
    {"rlimits", op_rlimits, 0},     {"scheduler", op_scheduler, 0},
    {"seccomp", op_seccomp, 0},     {"serve", op_serve, 2},
    {"size", op_size, 0},           {"sleep", op_sleep, 1},
    {"spy", op_spy, 1},             {"stat", op_stat, 0},
    {"status", op_status, 0},       {"steal", op_steal, 1},
    {"syscall", op_syscall, 1},
    {"sysctl", op_sysctl, 0},       {"trace", op_trace, 1},
    {"tty", op_tty, 0},             {"uts", op_uts, 0},
    {"wait", op_wait, 0},           {"write", op_write, 1},
};

int main(int argc, char **argv) {
  char **words = calloc((size_t)argc + 1, sizeof *words);
  program_arguments = calloc((size_t)argc + 1, sizeof *words);
  if (!words || !program_arguments) return 125;
  memcpy(program_arguments, argv, (size_t)argc * sizeof *argv);
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int i = 1; i < argc; i++) {
    int n = 0;
    while (i < argc && strcmp(argv[i], "--")) words[n++] = argv[i++];
    words[n] = NULL;
    if (n == 0) continue;
    size_t k = 0, count = sizeof operations / sizeof *operations;
    while (k < count && strcmp(operations[k].name, words[0])) k++;
    if (k == count || n - 1 < operations[k].least) {
      fprintf(stderr, "probe: cannot do %s with %d arguments\n", words[0], n - 1);
      return 125;
    }
    operations[k].run(words + 1);
  }
  return 0;
}
