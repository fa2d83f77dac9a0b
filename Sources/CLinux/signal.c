// SPDX-License-Identifier: Apache-2.0
#include "call.h"
#include "CLinux.h"
#include <signal.h>
#include <sys/signalfd.h>

int clinux_signalfd(uint64_t mask) {
  return CALL(SYS_signalfd4, -1, &mask, sizeof mask, SFD_CLOEXEC | SFD_NONBLOCK);
}
int clinux_block_signals(uint64_t mask, uint64_t *old_mask) {
  return CALL(SYS_rt_sigprocmask, SIG_BLOCK, &mask, old_mask, sizeof mask);
}
int clinux_set_signal_mask(uint64_t mask) {
  return CALL(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof mask);
}
int clinux_set_signal_ignored(int signal, bool ignored) {
  struct sigaction action = {.sa_handler = ignored ? SIG_IGN : SIG_DFL};
  return RESULT(sigaction(signal, &action, NULL));
}
void clinux_default_signals(int but) {
  // The kernel's own struct sigaction, all zero: SIG_DFL. glibc's sigaction
  // leaves out signals 32 and 33, which its posix_spawn makes children ignore.
  static const uint64_t action[4];
  for (int signal = 1; signal < NSIG; signal++)
    if (signal != but && signal != SIGKILL && signal != SIGSTOP)
      syscall(SYS_rt_sigaction, signal, action, NULL, sizeof(uint64_t));
}
