// SPDX-License-Identifier: Apache-2.0
//
// Sends and receives over a POSIX message queue (a name that starts with "/")
// or a System V one (a number), for the fixtures: busybox has no tool for it.
//
//   queue send QUEUE TEXT...   sends each TEXT as one message
//   queue receive QUEUE N      waits for N messages and prints a line for each

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

enum { message_size = 128, queue_length = 8 };

struct message {
  long type;
  char text[message_size];
};

static int fail(const char *what, const char *name) {
  fprintf(stderr, "queue: %s %s: %s\n", what, name, strerror(errno));
  return 1;
}

static int posix(int sending, const char *name, char **words, int count) {
  struct mq_attr attributes = {.mq_maxmsg = queue_length, .mq_msgsize = message_size};
  mqd_t queue = mq_open(name, O_RDWR | O_CREAT, 0600, &attributes);
  if (queue == (mqd_t)-1) return fail("open", name);
  for (int i = 0; i < count; i++) {
    char text[message_size + 1] = "";
    if (sending) {
      if (mq_send(queue, words[i], strnlen(words[i], message_size), 0) != 0)
        return fail("send to", name);
    } else {
      if (mq_receive(queue, text, message_size, NULL) < 0) return fail("receive from", name);
      puts(text);
      fflush(stdout);
    }
  }
  return 0;
}

static int system_v(int sending, const char *name, char **words, int count) {
  int queue = msgget((key_t)atoi(name), IPC_CREAT | 0600);
  if (queue < 0) return fail("open", name);
  for (int i = 0; i < count; i++) {
    struct message message = {.type = 1};
    if (sending) {
      size_t length = strnlen(words[i], message_size);
      memcpy(message.text, words[i], length);
      if (msgsnd(queue, &message, length, 0) != 0) return fail("send to", name);
    } else {
      ssize_t length = msgrcv(queue, &message, message_size, 0, 0);
      if (length < 0) return fail("receive from", name);
      printf("%.*s\n", (int)length, message.text);
      fflush(stdout);
    }
  }
  return 0;
}

int main(int argc, char **argv) {
  int sending = argc > 1 && strcmp(argv[1], "send") == 0;
  if (argc < 4 || (!sending && strcmp(argv[1], "receive") != 0)) {
    fprintf(stderr, "usage: queue send QUEUE TEXT... | queue receive QUEUE N\n");
    return 2;
  }
  int count = sending ? argc - 3 : atoi(argv[3]);
  return (argv[2][0] == '/' ? posix : system_v)(sending, argv[2], argv + 3, count);
}
