// SPDX-License-Identifier: Apache-2.0
#include "call.h"
#include "CLinux.h"
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define MOST_DESCRIPTORS 16

long clinux_send_descriptors(int socket, const void *data, size_t size, const int *fds, size_t count, int flags) {
  char control[CMSG_SPACE(sizeof(int) * MOST_DESCRIPTORS)] = {0};
  struct iovec part = {(void *)data, size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (count > MOST_DESCRIPTORS) return -EINVAL;
  if (count > 0) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(header), fds, sizeof(int) * count);
  }
  return RESULT(sendmsg(socket, &message, flags | MSG_NOSIGNAL));
}
long clinux_receive_descriptors(int socket, void *data, size_t size, int *fds, size_t capacity, size_t *count, int flags) {
  char control[CMSG_SPACE(sizeof(int) * MOST_DESCRIPTORS)] = {0};
  struct iovec part = {data, size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1,
                           .msg_control = control, .msg_controllen = sizeof control};
  long result = RESULT(recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC));
  *count = 0;
  if (result < 0) return result;
  for (struct cmsghdr *h = CMSG_FIRSTHDR(&message); h; h = CMSG_NXTHDR(&message, h)) {
    if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS) continue;
    size_t sent = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < sent; i++) {
      int fd;
      memcpy(&fd, CMSG_DATA(h) + i * sizeof(int), sizeof fd);
      if (*count < capacity) fds[(*count)++] = fd;
      else close(fd);
    }
  }
  return result;
}
int clinux_socket(int domain, int type, int protocol) { return RESULT(socket(domain, type, protocol)); }
int clinux_socketpair(int domain, int type, int fds[2]) { return RESULT(socketpair(domain, type, 0, fds)); }

static int address(struct sockaddr_un *a, const char *path, size_t length, socklen_t *size) {
  if (length >= sizeof a->sun_path) return -ENAMETOOLONG;
  memset(a, 0, sizeof *a);
  a->sun_family = AF_UNIX;
  memcpy(a->sun_path, path, length);
  *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
  return 0;
}
int clinux_connect_unix(int socket, const char *path, size_t length) {
  struct sockaddr_un a;
  socklen_t size;
  int result = address(&a, path, length, &size);
  return result < 0 ? result : CALL(SYS_connect, socket, &a, size);
}
int clinux_bind_unix(int socket, const char *path, size_t length) {
  struct sockaddr_un a;
  socklen_t size;
  int result = address(&a, path, length, &size);
  return result < 0 ? result : RESULT(bind(socket, (struct sockaddr *)&a, size));
}
