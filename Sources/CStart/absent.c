// SPDX-License-Identifier: Apache-2.0
//
// What static libraries leave to others.
#include <stdlib.h>
#define ABSENT __attribute__((visibility("hidden")))

// Debian's static libdbus refers to these for servers that systemd activates.
// runp is a client, and libsystemd has no archive.

ABSENT int sd_listen_fds(int unset_environment) {
  (void)unset_environment;
  return 0;
}

ABSENT int sd_is_socket(int fd, int family, int type, int listening) {
  (void)fd, (void)family, (void)type, (void)listening;
  return 0;
}

// Swift's library for programs without its runtime asks the platform for the
// number that a text begins with, and for where it ends. No locale is ever set.

ABSENT __attribute__((weak)) const char *_swift_stdlib_strtod_clocale(const char *text, double *number) {
  char *end;
  *number = strtod(text, &end);
  return end;
}
