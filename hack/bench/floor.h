// SPDX-License-Identifier: Apache-2.0
//
// What both halves of the floor need, see floor.c.

#pragma once

#include <sys/types.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define MUST(call) must(call, #call)

// A call that fails ends the program.
int must(long result, const char *what);

// A detached copy of the mounts at a path.
int copy(int directory, const char *path, unsigned flags);

// Changes attributes and propagation of a mount.
void change(int mount, unsigned long set, unsigned long propagation, unsigned flags);

// Attaches the root file system, mounts what the bundle lists, makes devices,
// and hides what it masks.
void set_up_root(const char *rootfs, int root);
