// SPDX-License-Identifier: Apache-2.0
#include "CLinux.h"

#include <getopt.h>
#include <stddef.h>

_Static_assert(sizeof(struct clinux_option) == sizeof(struct option), "struct option");
_Static_assert(offsetof(struct clinux_option, has_argument) == offsetof(struct option, has_arg), "");
_Static_assert(offsetof(struct clinux_option, code) == offsetof(struct option, val), "");

// glibc keeps where it is in globals, which Swift may not touch. `next` starts
// at 0, which makes glibc forget the words of an earlier scan.
int clinux_getopt(int argc, char **argv, const char *letters, const struct clinux_option *options,
                  int *next, const char **argument) {
  opterr = 0;
  optind = *next;
  int code = getopt_long(argc, argv, letters, (const struct option *)options, NULL);
  *next = optind;
  *argument = optarg;
  return code;
}
