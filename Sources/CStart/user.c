// SPDX-License-Identifier: Apache-2.0
//
// libdbus introduces a client to the bus by what geteuid(2) answers, and takes
// no other word for it. In a user namespace that is not the user whom the bus
// sees at the other end of the socket, and refuses: the one outside is.
#include "CStart.h"
#include <sys/syscall.h>
#include <unistd.h>

static long long shown = -1;

void cstart_show_user(long long user) { shown = user; }

// In the static program libraries call this one.
__attribute__((visibility("hidden"))) uid_t geteuid(void) {
  return shown < 0 ? (uid_t)syscall(SYS_geteuid) : (uid_t)shown;
}
