// SPDX-License-Identifier: Apache-2.0
//
// What happens before main, in the static program that is installed. A dynamic
// one is a developer's or a test's: it has Swift's runtime, its environment, and
// is not sealed.
#pragma once
#include <stdbool.h>

// start.c

// The words of the command line, with NULL at the end.
char **cstart_words(void);
// The value of a variable of the caller's environment; NULL when it has none.
const char *cstart_variable(const char *name);
// The caller's whole environment.
char **cstart_environment(void);
// Overwrites the environment and the command line where /proc/PID/environ and
// /proc/PID/cmdline show them; the latter has a name instead if it has room.
void cstart_forget_caller(void);

// seal.c

// Whether a command line is of a command that enters containers.
bool cstart_enters(long count, char *const *words);
// Whether a container may see this process: the program it executes is out of
// reach.
bool cstart_may_enter(void);
// The errno of why the program could not be executed sealed; 0 when it was, or
// need not be.
int cstart_failure(void);

// user.c

// Has geteuid answer with another user, until it is called with a negative
// number.
void cstart_show_user(long long user);
