// SPDX-License-Identifier: Apache-2.0
//
// The floor's own way into the kernel, see floor.c: libc takes a third of a
// millisecond to set itself up, and that is no kernel call of a `run`.

#include "floor.h"

void begin(long *stack);

#if defined __x86_64__
__asm__(".globl _start\n_start: xor %ebp, %ebp\nmov %rsp, %rdi\nand $-16, %rsp\ncall begin\n");

long floor_call(long number, long a, long b, long c, long d, long e, long f) {
  register long fourth __asm__("r10") = d, fifth __asm__("r8") = e, sixth __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined __aarch64__
__asm__(".globl _start\n_start: mov x0, sp\nbl begin\n");

long floor_call(long number, long a, long b, long c, long d, long e, long f) {
  register long which __asm__("x8") = number;
  register long first __asm__("x0") = a, second __asm__("x1") = b, third __asm__("x2") = c;
  register long fourth __asm__("x3") = d, fifth __asm__("x4") = e, sixth __asm__("x5") = f;
  __asm__ volatile("svc 0"
                   : "+r"(first)
                   : "r"(which), "r"(second), "r"(third), "r"(fourth), "r"(fifth), "r"(sixth)
                   : "memory");
  return first;
}
#else
#error "system calls of this processor are not known here"
#endif

// The compiler calls these for what it fills and copies.
void *memset(void *to, int byte, size_t count) {
  for (volatile char *c = to; count > 0; count--) *c++ = (char)byte;
  return to;
}

void *memcpy(void *to, const void *from, size_t count) {
  const char *source = from;
  for (volatile char *c = to; count > 0; count--) *c++ = *source++;
  return to;
}

static void say(const char *text) {
  size_t length = 0;
  while (text[length] != '\0') length++;
  CALL(write, 2, text, length);
}

int must(long result, const char *what) {
  if (result >= 0) return (int)result;
  const char digits[] = {(char)('0' + -result / 100), (char)('0' + -result / 10 % 10),
                         (char)('0' + -result % 10), '\n', '\0'};
  say("floor: ");
  say(what);
  say(": error ");
  say(digits);
  CALL(exit_group, 1);
  __builtin_unreachable();
}
