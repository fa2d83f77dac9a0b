// SPDX-License-Identifier: Apache-2.0
#include "call.h"
#include "CLinux.h"
#include <linux/capability.h>

// Raw calls: glibc's would signal every thread, and there is one.
int clinux_setresuid(unsigned r, unsigned e, unsigned s) { return CALL(SYS_setresuid, r, e, s); }
int clinux_setresgid(unsigned r, unsigned e, unsigned s) { return CALL(SYS_setresgid, r, e, s); }
int clinux_setgroups(size_t count, const uint32_t *groups) { return CALL(SYS_setgroups, count, groups); }

int clinux_capget(int pid, uint64_t *effective, uint64_t *permitted, uint64_t *inheritable) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, pid};
  struct __user_cap_data_struct data[2] = {0};
  int result = CALL(SYS_capget, &header, data);
  *effective = data[0].effective | (uint64_t)data[1].effective << 32;
  *permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
  *inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
  return result;
}
int clinux_capset(uint64_t effective, uint64_t permitted, uint64_t inheritable) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {
      {(uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable},
      {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32)}};
  return CALL(SYS_capset, &header, data);
}
