# SPDX-License-Identifier: Apache-2.0
"""Programs that decide on devices, as the kernel sees them.

  bpf.py ids CGROUP          the IDs of those that are attached to a cgroup
  bpf.py alive ID            succeeds when there is such a program
  bpf.py attach ID CGROUP    attaches one
  bpf.py copy ID NAME [open] loads one of the same instructions, which with open
                             allows everything instead in the end; prints its ID,
                             and has it stay for as long as this runs
"""

import ctypes
import os
import struct
import sys
import time

LOAD, ATTACH, QUERY, OPEN, INFORMATION = 5, 8, 16, 13, 15
libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attributes):
    result = libc.syscall(321 if os.uname().machine == "x86_64" else 280, command, attributes, 64)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def record(form, *values):
    return ctypes.create_string_buffer(struct.pack(form, *values).ljust(64, b"\0"), 64)


def directory(path):
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY)


def identifiers(cgroup):
    room = (ctypes.c_uint32 * 64)()
    attributes = record("=IIIIQI", directory(cgroup), 6, 0, 0, ctypes.addressof(room), 64)
    bpf(QUERY, attributes)
    return room[: struct.unpack_from("=I", attributes.raw, 24)[0]]


def opened(identifier):
    return bpf(OPEN, record("=I", int(identifier)))


def information(program, room=None):
    found = ctypes.create_string_buffer(132)
    if room is not None:
        struct.pack_into("=I", found, 20, len(room))
        struct.pack_into("=Q", found, 32, ctypes.addressof(room))
    bpf(INFORMATION, record("=IIQ", program, 132, ctypes.addressof(found)))
    return found.raw


def copy(identifier, name, end=None):
    room = ctypes.create_string_buffer(65536)
    size = struct.unpack_from("=I", information(opened(identifier), room), 20)[0]
    if end == "open":
        struct.pack_into("=I", room, size - 12, 1)
    words = ctypes.create_string_buffer(b"Apache-2.0")
    loaded = bpf(
        LOAD,
        record(
            "=IIQQIIQII16s", 15, size // 8, ctypes.addressof(room), ctypes.addressof(words),
            0, 0, 0, 0, 0, name.encode(),
        ),
    )
    print(struct.unpack_from("=I", information(loaded), 4)[0], flush=True)
    time.sleep(600)


match sys.argv[1:]:
    case ["ids", cgroup]:
        print(*identifiers(cgroup))
    case ["alive", identifier]:
        try:
            opened(identifier)
        except FileNotFoundError:
            sys.exit(1)
    case ["attach", identifier, cgroup]:
        bpf(ATTACH, record("=IIII", directory(cgroup), opened(identifier), 6, 2))
    case ["copy", *rest]:
        copy(*rest)
    case _:
        sys.exit(__doc__)
