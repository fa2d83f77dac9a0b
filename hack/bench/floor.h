// SPDX-License-Identifier: Apache-2.0
//
// What both halves of the floor need, see floor.c.

#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

// A system call by its name; CALL gives -errno, and MUST ends the program then.
#define CALL(name, ...) CALL_WITH(SYS_##name, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define CALL_WITH(number, a, b, c, d, e, f, ...) \
  floor_call(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define MUST(name, ...) must(CALL(name, ##__VA_ARGS__), #name)

long floor_call(long number, long a, long b, long c, long d, long e, long f);
int must(long result, const char *what);

// A detached copy of the mounts at a path.
int copy(int directory, const char *path, unsigned flags);

// Changes attributes and propagation of a mount.
void change(int mount, uint64_t set, uint64_t propagation, unsigned flags);

// Attaches the root file system, mounts what the bundle lists, makes devices,
// and hides what it masks.
void set_up_root(const char *rootfs, int root);
