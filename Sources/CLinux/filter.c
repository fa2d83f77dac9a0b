// SPDX-License-Identifier: Apache-2.0
#include "call.h"
#include "CLinux.h"
#include <linux/filter.h>
#include <linux/seccomp.h>

int clinux_seccomp_load(const void *program, unsigned short instructions, unsigned flags) {
  struct sock_fprog fprog = {instructions, (struct sock_filter *)program};
  return CALL(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &fprog);
}
int clinux_bpf(int command, void *attribute, unsigned size) { return CALL(SYS_bpf, command, attribute, size); }
