// SPDX-License-Identifier: Apache-2.0
//
// The floor below `run`: makes, in one go and with nothing decided at run time,
// the kernel calls that no correct runtime can leave out when it runs the
// benchmark's bundle without a seccomp profile. What a runtime takes beyond
// this is its own.
//
//   floor STATE BUNDLE ROOTFS CGROUP      CGROUP's parent is there
//
// Built of floor*.c with -static -nostdlib -ffreestanding -fno-stack-protector.
//
// In it: its own program sealed from the container; the configuration read and
// a record of the container kept for other commands while it lives; a cgroup
// with a device program; the namespaces; every mount with its target found
// inside the root by the kernel; devices, masked and read-only paths; the
// container's program started only when the record has been written, signals
// held for it, its end awaited; all undone.
//
// Left out, since a runtime can do without: decoding, looking at what exists
// already, libc, signals that the caller ignores, errors (any ends it), controllers
// that no limit needs. The bundle is spec-fixtures/bundles/podman-recorded, and
// what it says is said here again. The container is the very one that runp makes
// of it [Tests/integration/bench.bats].

#define _GNU_SOURCE
#include "floor.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { last_capability = 40 };

static const char *const variables[] = {
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "TERM=xterm",
    "container=podman",
    "HOME=/root",
    "HOSTNAME=recorded",
    NULL};
static const char *const program_words[] = {"true", NULL};
static const char *const programs[] = {"/usr/local/sbin/true", "/usr/local/bin/true",
                                       "/usr/sbin/true", "/usr/bin/true"};
static const int kept_capabilities[] = {
    CAP_CHOWN,   CAP_DAC_OVERRIDE, CAP_FOWNER,  CAP_FSETID, CAP_KILL,      CAP_NET_BIND_SERVICE,
    CAP_SETFCAP, CAP_SETGID,       CAP_SETPCAP, CAP_SETUID, CAP_SYS_CHROOT};

static void loopback(void) {
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  int device = MUST(socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  MUST(ioctl, device, SIOCSIFFLAGS, &request);
  CALL(close, device);
}

static void sysctl(void) {
  int file = MUST(openat, AT_FDCWD, "/proc/sys/net/ipv4/ping_group_range", O_WRONLY | O_CLOEXEC);
  MUST(write, file, "0 0", 3);
  CALL(close, file);
}

static void credentials(void) {
  uint64_t kept = 0;
  for (size_t n = 0; n < LENGTH(kept_capabilities); n++) kept |= 1ULL << kept_capabilities[n];
  for (int capability = 0; capability <= last_capability; capability++)
    if ((kept >> capability & 1) == 0) MUST(prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);
  MUST(setgroups, 0, NULL);
  MUST(setresgid, 0, 0, 0);
  MUST(setresuid, 0, 0, 0);
  MUST(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[2] = {{kept, kept, 0}, {kept >> 32, kept >> 32, 0}};
  MUST(capset, &head, sets);
}

// The container's side: all of it up to the program.
static void container(const char *rootfs, int root, int channel) {
  char go;
  MUST(setsid);
  MUST(unshare, CLONE_NEWCGROUP);
  loopback();
  MUST(sethostname, "recorded", 8);
  MUST(keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
  sysctl();
  set_up_root(rootfs, root);
  CALL(umask, 022);
  credentials();
  uint64_t none = 0;
  MUST(rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
  MUST(read, channel, &go, 1);
  MUST(close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
  for (size_t n = 0; n < LENGTH(programs); n++) CALL(execve, programs[n], program_words, variables);
  must(-1, "execve");
}

#define CODE(op, d, s, jump, value) \
  { .code = (op), .dst_reg = (d), .src_reg = (s), .off = (jump), .imm = (value) }
#define UNLESS(reg, value, jump) CODE(BPF_JMP | BPF_JNE | BPF_K, reg, 0, jump, value)
#define ANSWER(value) \
  CODE(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, value), CODE(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define ALLOW(major, minor) UNLESS(4, major, 3), UNLESS(5, minor, 2), ANSWER(1)

// Every node may be made, and the devices that each container has be opened.
static void device_program(int cgroup) {
  const struct bpf_insn code[] = {
      CODE(BPF_LDX | BPF_W | BPF_MEM, 2, 1, 0, 0),  // type below, access above
      CODE(BPF_ALU | BPF_MOV | BPF_X, 3, 2, 0, 0),
      CODE(BPF_ALU | BPF_AND | BPF_K, 2, 0, 0, 0xffff),
      CODE(BPF_ALU | BPF_RSH | BPF_K, 3, 0, 0, 16),
      CODE(BPF_LDX | BPF_W | BPF_MEM, 4, 1, 4, 0),  // major
      CODE(BPF_LDX | BPF_W | BPF_MEM, 5, 1, 8, 0),  // minor
      UNLESS(3, BPF_DEVCG_ACC_MKNOD, 2),
      ANSWER(1),
      UNLESS(2, BPF_DEVCG_DEV_CHAR, 31),
      ALLOW(1, 3),
      ALLOW(1, 5),
      ALLOW(1, 7),
      ALLOW(1, 8),
      ALLOW(1, 9),
      ALLOW(5, 0),
      ALLOW(5, 2),
      UNLESS(4, 136, 2),
      ANSWER(1),
      ANSWER(0),
  };
  union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
                         .insns = (uintptr_t)code,
                         .insn_cnt = LENGTH(code),
                         .license = (uintptr_t) "Apache-2.0"};
  int program = MUST(bpf, BPF_PROG_LOAD, &load, sizeof load);
  union bpf_attr use = {.target_fd = cgroup,
                        .attach_bpf_fd = program,
                        .attach_type = BPF_CGROUP_DEVICE,
                        .attach_flags = BPF_F_ALLOW_MULTI};
  MUST(bpf, BPF_PROG_ATTACH, &use, sizeof use);
  CALL(close, program);
}

// Executes the program again from a mount that nobody can write to or reach.
static void seal(char **words) {
  int program = copy(AT_FDCWD, "/proc/self/exe", 0);
  change(program, MOUNT_ATTR_RDONLY, MS_PRIVATE, 0);
  const char *sealed[] = {words[0], words[1], words[2], words[3], words[4], "sealed", NULL};
  MUST(execveat, program, "", sealed, NULL, AT_EMPTY_PATH);
}

static void read_whole(const char *name) {
  char bytes[65536];
  int file = MUST(openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
  while (MUST(read, file, bytes, sizeof bytes) > 0) {
  }
  CALL(close, file);
}

// What another command needs to find the container: its process, by start time.
static void record(int directory, pid_t process) {
  char name[16], *digit = name + sizeof name - 1, bytes[1024];
  for (*digit = '\0'; process > 0; process /= 10) *--digit = (char)('0' + process % 10);
  int processes = MUST(openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  int own = MUST(openat, processes, digit, O_PATH | O_DIRECTORY | O_CLOEXEC);
  int file = MUST(openat, own, "stat", O_RDONLY | O_CLOEXEC);
  int length = MUST(read, file, bytes, sizeof bytes);
  CALL(close, file);
  file = MUST(openat, directory, ".new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  MUST(write, file, bytes, length);
  CALL(close, file);
  MUST(renameat, directory, ".new", directory, "state");
}

static int await(pid_t process, int signals) {
  struct signalfd_siginfo signal;
  int status;
  struct pollfd ready = {.fd = signals, .events = POLLIN};
  while (MUST(wait4, process, &status, WNOHANG, NULL) == 0) {
    MUST(ppoll, &ready, 1, NULL, NULL, 0);
    MUST(read, signals, &signal, sizeof signal);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int run(char **words) {
  const char *state = words[1], *bundle = words[2], *rootfs = words[3], *cgroup = words[4];
  uint64_t all = ~0ULL;
  MUST(rt_sigprocmask, SIG_BLOCK, &all, NULL, sizeof all);
  int signals = MUST(signalfd4, -1, &all, sizeof all, SFD_CLOEXEC);
  MUST(chdir, bundle);
  read_whole("config.json");
  MUST(mkdirat, AT_FDCWD, state, 0700);
  int kept = MUST(openat, AT_FDCWD, state, O_DIRECTORY | O_CLOEXEC);
  MUST(mkdirat, AT_FDCWD, cgroup, 0755);
  int group = MUST(openat, AT_FDCWD, cgroup, O_DIRECTORY | O_CLOEXEC);
  device_program(group);
  int root = copy(AT_FDCWD, rootfs, AT_RECURSIVE);
  change(root, 0, MS_PRIVATE, AT_RECURSIVE);
  int channel[2];
  MUST(socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel);
  struct clone_args how = {.flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID |
                                    CLONE_NEWNET | CLONE_INTO_CGROUP,
                           .exit_signal = SIGCHLD,
                           .cgroup = group};
  pid_t process = MUST(clone3, &how, sizeof how);
  if (process == 0) container(rootfs, root, channel[1]);
  CALL(close, root);
  CALL(close, channel[1]);
  record(kept, process);
  MUST(write, channel[0], "", 1);
  int status = await(process, signals);
  MUST(unlinkat, AT_FDCWD, cgroup, AT_REMOVEDIR);
  MUST(unlinkat, kept, "state", 0);
  MUST(unlinkat, AT_FDCWD, state, AT_REMOVEDIR);
  return status;
}

void begin(long *stack) {
  char **words = (char **)(stack + 1);
  if (*stack == 5) seal(words);
  CALL(exit_group, *stack == 6 ? run(words) : 2);
}
