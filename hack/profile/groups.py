# SPDX-License-Identifier: Apache-2.0
"""Sorts functions, of the kernel and of the program, into groups."""

import re

FILES = "other files"
# What the kernel does for a system call belongs to the call's group.
CALLS = {
    "clone and namespaces": "clone clone3 fork vfork unshare setns",
    "exec": "execve execveat",
    "exit and waiting for it": "exit exit_group wait4 waitid",
    "bpf": "bpf",
    "seccomp": "seccomp",
    "mounts": "mount umount umount2 fsopen fsconfig fsmount fspick move_mount open_tree"
    " mount_setattr pivot_root",
    "open": "open openat openat2",
    # Where they are not those of cgroups.
    FILES: "read pread64 write pwrite64 close statx fstat newfstatat mkdirat mknodat unlinkat renameat renameat2"
    " symlinkat linkat readlink readlinkat getdents64 faccessat2 lseek fcntl fchdir chdir fchmod"
    " fchownat flock getxattr setxattr fgetxattr fsetxattr statfs fstatfs umask",
}
GROUP_OF_CALL = {call: group for group, calls in CALLS.items() for call in calls.split()}
# What the kernel calls a system call's function, where it enters it.
CALL = re.compile(
    r"(?:__x64_sys_|__ia32_sys_|__arm64_sys_|__se_sys_|__do_sys_|do_sys_|ksys_|___?sys_|do_)(\w+)"
)
ENTRIES = ("do_syscall_64", "x64_sys_call", "invoke_syscall", "el0_svc_common")
NO_CALLS = ("syscall_trace_enter", "exit_to_user_mode_loop", "schedule")
OF_CGROUPS = re.compile(r"_*(cgroup|css|cpuset|kernfs)_")
OF_INTERRUPTS = re.compile(r"asm_(sysvec|common_interrupt)|handle_softirqs|__do_softirq")
SWITCHES = ("schedule", "__schedule", "finish_task_switch")


def call_of(names):
    """The system call that a process is in, or None."""
    entered = [place for place, name in enumerate(names) if name.split(".")[0] in ENTRIES]
    if not entered or entered[0] == 0:
        return None
    name = names[entered[0] - 1].split(".")[0]
    match = CALL.match(name)
    return match.group(1) if match and name not in NO_CALLS else None


def of_kernel(names):
    """The group of a place in the kernel, and the system call, if there is one. Names
    are innermost first."""
    call = call_of(names)
    if any(name.endswith("exc_page_fault") for name in names):
        return "page faults", call
    if any("seccomp_filter" in name or name == "__secure_computing" for name in names):
        return "seccomp", call
    if "do_exit" in names or "do_group_exit" in names:
        return "exit and waiting for it", call
    if "cleanup_mnt" in names:
        return "mounts", call
    group = GROUP_OF_CALL.get(call)
    if group == FILES and any(OF_CGROUPS.match(name) for name in names):
        return "cgroup", call
    if group:
        return group, call
    if "ret_from_fork" in names or "ret_from_fork_asm" in names:
        return "clone and namespaces", call
    if any(OF_INTERRUPTS.match(name) or name.split(".")[0] in SWITCHES for name in names):
        return "switching processes, interrupts", call
    return "other", call


COUNTING = "retain, release, copies of values"
ALLOCATING = "malloc"
STARTING = "libc's start"
LIBC = "libc, other"
MEMORY = "copying, comparing, clearing memory"
STANDARD = "String, Array, generic collections"
DECODING = "JSON and spec decoding"

RULES = (
    (COUNTING, r"_*swift_(retain|release|bridgeObject|nonatomic|isUniquely|isEscaping|setDealloc)"),
    (COUNTING, r"\$e.*WO[a-zA-Z]\w*$"),
    (ALLOCATING, r"_*(libc_)?(malloc|free|calloc|realloc|memalign|posix_memalign)(_usable_size)?$"),
    (ALLOCATING, r"_int_(malloc|free|realloc|memalign)|malloc_|unlink_chunk|sysmalloc|systrim"),
    (ALLOCATING, r"tcache_|_*s?brk$|ptmalloc|_mid_memalign|checked_request|arena_get|__morecore"),
    (ALLOCATING, r"_*swift_(alloc|slow|dealloc|init(Stack|Static)Object|once)"),
    (STARTING, r"_start$|__libc_(start|init|setup|csu|main)|_dl_|dl_|_*tunables?_|init_cpu"),
    (STARTING, r"init_cacheinfo|cpu_features|update_active|intel_check|handle_(intel|amd|zhaoxin)"),
    (STARTING, r"get_(common|extended)_|apply_irel|_IO_init|__init_|x86_|call_init|frame_dummy"),
    (STARTING, r"register_tm|__cpu_indicator|__get_cpu|_nl_C_|__ctype_init|_init$|_fini$|cpuid"),
    (MEMORY, r"_*(mem(cpy|move|set|cmp|chr)|str(len|cmp|ncmp|chr|dup|cpy))"),
    (DECODING, r"yajl_"),
)
COMPILED = [(group, re.compile(pattern)) for group, pattern in RULES]


def of_program(name, kind, symbols):
    """The group of a function of the program, by its mangled name and nm's kind."""
    if kind in "iI":
        return STARTING
    for group, pattern in COMPILED:
        if pattern.match(name):
            return group
    owner = symbols.owners.get(name)
    if owner in ("JSON", "RuntimeSpec"):
        return DECODING
    if owner:
        return owner if owner.startswith("lib") else f"module {owner}"
    return STANDARD if name.startswith("$") else LIBC
