// SPDX-License-Identifier: Apache-2.0
//
// What Debian's static libdbus refers to for servers that systemd activates.
// runp is a client, and libsystemd has no archive.
#define ABSENT __attribute__((visibility("hidden")))

ABSENT int sd_listen_fds(int unset_environment) {
  (void)unset_environment;
  return 0;
}

ABSENT int sd_is_socket(int fd, int family, int type, int listening) {
  (void)fd, (void)family, (void)type, (void)listening;
  return 0;
}
