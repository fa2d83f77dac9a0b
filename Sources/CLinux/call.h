// SPDX-License-Identifier: Apache-2.0
#pragma once
#define _GNU_SOURCE
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/// The result of a call, or -errno.
#define RESULT(call) ({ long r_ = (long)(call); r_ < 0 ? -errno : r_; })
/// The same for a call without a glibc wrapper.
#define CALL(...) RESULT(syscall(__VA_ARGS__))
