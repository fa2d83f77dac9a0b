// SPDX-License-Identifier: Apache-2.0
//
// Where more wait than a listener takes, connect(2) waits as well, without end
// unless the socket was given one. libdbus gives its socket none, and has no
// function that takes one that is connected: this one comes before libc's.
// Nothing else in the program calls it; runp itself makes the system call.
#define _GNU_SOURCE
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

static const struct timeval patience = {.tv_sec = 30};

int connect(int fd, const struct sockaddr *address, socklen_t length) {
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  long result = syscall(SYS_connect, fd, address, length);
  // Of a local socket that waits, which a wait that is over is not.
  if (result < 0 && errno == EAGAIN) errno = ETIMEDOUT;
  return (int)result;
}
