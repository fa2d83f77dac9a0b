# SPDX-License-Identifier: Apache-2.0
"""Reads what perf has recorded of runp's processes."""

import collections
import dataclasses
import re
import subprocess

# Addresses from here on are the kernel's.
KERNEL = 1 << 63

FIELDS = {False: "comm,pid,event,ip,sym,dso", True: "comm,pid,event,addr,ip,sym"}
EXECUTED = re.compile(r"PERF_RECORD_COMM exec: runp:(\d+)/")
FORKED = re.compile(r"PERF_RECORD_FORK\((\d+):\d+\):\((\d+):")
HEAD = re.compile(r"\s*(\S.*?)\s+(-?\d+)\s+(?:cpu-clock|page-faults):\S*\s*(.*)")
# Of a fault: where, then who did it.
FAULT = re.compile(r"([0-9a-f]+) \S+\s+([0-9a-f]+) (\S+)")
FRAME = re.compile(r"\s*([0-9a-f]+) (\S+).* \((.*)\)$")


@dataclasses.dataclass
class Sample:
    """What a process did: the function's address, or its place in the file where perf
    knows the file, and in the kernel the names of all functions there, innermost first;
    of a fault also the address that it was at."""

    process: str
    function: int
    names: list
    address: int = 0
    file: str = "[unknown]"

    def in_kernel(self):
        return self.function >= KERNEL


def script(path, faults):
    """The lines of perf-script(1)."""
    words = ["perf", "script", "-i", path, "--show-task-events", "-F", FIELDS[faults]]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as perf:
        yield from perf.stdout


def read(path, faults):
    """The samples of processes of ours that are called runp."""
    # How often a process has executed runp, and where it was forked by one that has.
    starts, children = collections.Counter(), set()
    sample = None
    for line in script(path, faults):
        if match := EXECUTED.search(line):
            starts[match.group(1)] += 1
        elif match := FORKED.search(line):
            if match.group(2) in children or match.group(2) in starts:
                children.add(match.group(1))
        elif match := HEAD.match(line):
            if sample and sample.function:
                yield sample
            sample = begun(match, starts, children)
        elif sample and (match := FRAME.match(line)):
            function = int(match.group(1), 16)
            if not sample.function:
                sample.function, sample.file = function, match.group(3)
            if function >= KERNEL:
                sample.names.append(match.group(2))
    if sample and sample.function:
        yield sample


def begun(head, starts, children):
    """The sample that a line begins, or is; None when it is of another program."""
    process, pid, rest = head.groups()
    # What is in no namespace of ours has no number.
    if not process.startswith("runp") or int(pid) <= 0:
        return None
    if process == "runp" and pid in children:
        process = "runp, children"
    elif process == "runp" and starts[pid] > 1:
        process = "runp, sealed"
    match = FAULT.match(rest)
    if not match:
        return Sample(process, 0, [])
    address, function, name = match.groups()
    return Sample(process, int(function, 16), [name], int(address, 16))
