# SPDX-License-Identifier: Apache-2.0
"""What commands take: the program measure.c from Python, and strace's counts."""

import contextlib
import dataclasses
import os
import subprocess
import time

PATIENCE = 20


class Broken(Exception):
    """A command of a runtime failed, so there is nothing to measure."""


@dataclasses.dataclass
class Sample:
    """What one or several commands took, together."""

    seconds: float = 0.0
    peak: int = 0
    user: float = 0.0
    kernel: float = 0.0
    faults: float = 0.0

    def __add__(self, other):
        return Sample(
            self.seconds + other.seconds,
            max(self.peak, other.peak),
            self.user + other.user,
            self.kernel + other.kernel,
            self.faults + other.faults,
        )

    def shared_by(self, lives):
        """The part of each of several lives."""
        return Sample(
            self.seconds / lives,
            self.peak,
            self.user / lives,
            self.kernel / lives,
            self.faults / lives,
        )


class Meter:
    """The program measure.c: starts commands and measures them."""

    def __init__(self, program, scratch):
        self.scratch = scratch
        self.errors = os.path.join(scratch, "errors")
        self.traces = None
        self.count = 0
        self.pipe = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def _ask(self, *words):
        self.pipe.stdin.write("\x1f".join(words) + "\n")
        nanoseconds, peak, user, kernel, faults, status = map(
            int, self.pipe.stdout.readline().split()
        )
        return Sample(nanoseconds / 1e9, peak, user / 1e6, kernel / 1e6, faults), status

    def _succeeds(self, request, words):
        sample, status = self._ask(*request, self.errors, *self._traced(words))
        if status != 0:
            with open(self.errors, encoding="utf-8", errors="replace") as file:
                said = file.read().strip()
            raise Broken(f"{' '.join(words)}: exit status {status}: {said}")
        return sample

    def run(self, *words):
        return self._succeeds(["run"], words)

    def lanes(self, lives, width, *words):
        """Runs a command several times, some at a time; @ is the number of its lane."""
        return self._succeeds(["lanes", str(lives), str(width)], words).shared_by(lives)

    def wait(self, pid):
        """Waits for a process, whose part counts, but not the time until then."""
        sample, status = self._ask("wait", str(pid))
        if status != 0:
            raise Broken(f"process {pid} does not end")
        return sample

    def _traced(self, words):
        if self.traces is None:
            return words
        trace = os.path.join(self.scratch, f"trace-{self.count}")
        self.count += 1
        self.traces.append(trace)
        # -D: the command is the one measured, and its tracer stays with what
        # it leaves running.
        return ["/usr/bin/strace", "-D", "-qq", "-f", "-c", "-U", "calls,name", "-o", trace, *words]

    @contextlib.contextmanager
    def tracing(self):
        """Traces all commands in it; gives what `calls` sums up."""
        self.traces = []
        try:
            yield self.traces
        finally:
            self.traces = None

    def calls(self, traces):
        """How many system calls were traced, of all processes until their end."""
        return sum(self._total(trace) for trace in traces)

    @staticmethod
    def _total(trace):
        """A tracer writes when the last of its processes has ended."""
        for _ in range(PATIENCE * 100):
            with contextlib.suppress(FileNotFoundError), open(trace, encoding="ascii") as file:
                for line in file:
                    if line.split()[1:] == ["total"]:
                        os.unlink(trace)
                        return int(line.split()[0])
            time.sleep(0.01)
        raise Broken(f"strace does not end: {trace}")
