# SPDX-License-Identifier: Apache-2.0
"""Writes, reads and compares files of counts. Started by counts.sh, with the record,
another file and a scenario, it tells their differences.
"""

import collections
import platform
import sys
import textwrap

HEAD = """\
# What commands of runp cost, in what does not depend on the machine: hack/counts has
# how it is counted and what the scenarios are. `make counts` writes this file, and
# Tests/integration/counts.bats holds every build to it: page faults and the program's
# size approximately, all else exactly.
"""

OPENING = ("open", "openat", "openat2")
MEASURES = ("execs", "processes", "opened-files", "system-calls", "page-faults")
# By how much these may differ; anything else not at all.
TOLERANCE = {"page-faults": 0.05, "bytes": 0.01}
# On another kernel than the record's.
TOLERANCE_ELSEWHERE = TOLERANCE | {"page-faults": 0.10}
# These are not counted, since they depend on the machine: the heap grows with what
# files of /proc say; /dev/core is a link only where the kernel has /proc/kcore.
LEFT_OUT = ("brk", "symlinkat")


class Counts(collections.Counter):
    """The counts of one scenario: measures by their names, and "call NAME"."""

    def calls(self):
        return collections.Counter(
            {name[5:]: n for name, n in self.items() if name.startswith("call ")}
        )

    def sum_up(self):
        for name in LEFT_OUT:
            del self["call " + name]
        calls = self.calls()
        self["system-calls"] = sum(calls.values())
        self["opened-files"] = sum(calls[name] for name in OPENING)


def write(file, size, found):
    kernel = ".".join(platform.release().split(".")[:2])
    file.write(f"{HEAD}\nprogram\n  kernel {kernel}\n  bytes {size}\n")
    for name, counts in found.items():
        file.write(f"\n{name}\n")
        for measure_name in MEASURES:
            file.write(f"  {measure_name} {counts[measure_name]}\n")
        calls = " ".join(f"{call}={n}" for call, n in sorted(counts.calls().items()))
        file.write(textwrap.indent(textwrap.fill(calls, 90), "    ") + "\n")


def read(path):
    """The scenarios of such a file, by name, and of "program" what there is."""
    found = {}
    with open(path, encoding="ascii") as file:
        for line in file:
            if not line.strip() or line.startswith("#"):
                continue
            if not line.startswith(" "):
                counts = found[line.strip()] = Counts()
            elif "=" in line:
                for word in line.split():
                    call, n = word.split("=")
                    counts["call " + call] = int(n)
            else:
                name, value = line.split()
                counts[name] = value if name == "kernel" else int(value)
    return found


def differences(recorded, found, tolerance):
    """A sentence for each measure in which they differ, and one for the calls."""
    for name in [*MEASURES, "bytes"]:
        was, now = recorded[name], found[name]
        if abs(now - was) <= tolerance.get(name, 0) * was:
            continue
        change = "more" if now > was else "fewer"
        yield f"{name}: recorded {was}, found {now}, {change} by {abs(now - was)}"
    changes = found.calls()
    changes.subtract(recorded.calls())
    words = [f"{call} {n:+}" for call, n in sorted(changes.items()) if n != 0]
    if words:
        yield f"system calls that differ: {', '.join(words)}"


def compare(record, path, name):
    recorded, found = read(record), read(path)
    if name not in recorded or name not in found:
        sys.exit(f"counts: no {name} in {record if name not in recorded else path}: make counts")
    kernels = [each["program"]["kernel"] for each in (recorded, found)]
    tolerance = TOLERANCE if kernels[0] == kernels[1] else TOLERANCE_ELSEWHERE
    said = list(differences(recorded[name], found[name], tolerance))
    if not said:
        return
    print(f"{name}:", *said, sep="\n  ")
    if kernels[0] != kernels[1]:
        print(f"the record is of Linux {kernels[0]}, this is {kernels[1]}")
    print("the record is of what `make static` builds; if this is meant to be so, and fewer is")
    print("reason enough, record it anew: make counts")
    sys.exit(1)


if __name__ == "__main__":
    compare(*sys.argv[1:])
