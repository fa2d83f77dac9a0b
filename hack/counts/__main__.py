# SPDX-License-Identifier: Apache-2.0
"""Counts what commands of runp ask of the kernel. Started by counts.sh."""

import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "bench")]

from cases import FOREVER, pod_of
from record import Counts, write
from runtimes import Runtime

ROUNDS = 3
OTHERS = [f"other{number}" for number in range(4)]
MEMBERS = [f"member{number}" for number in range(3)]
LIMIT = 120


class Tally:
    """Runs commands, in the place of bench's meter, and counts with tally.c."""

    def __init__(self, scratch):
        self.said = os.path.join(scratch, "said")
        self.counts = os.path.join(scratch, "counts")
        self.program = os.path.join(scratch, "tally")
        sources = [os.path.join(HERE, name) for name in ("tally.c", "processes.c")]
        compiler = os.environ.get("CC", "cc")
        subprocess.run([compiler, "-O2", "-o", self.program, *sources, "-lseccomp"], check=True)

    def run(self, *words):
        """Without counting."""
        with open(self.said, "wb") as file:
            status = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
                timeout=LIMIT,
                check=False,
            ).returncode
        if status != 0:
            with open(self.said, encoding="utf-8", errors="replace") as file:
                sys.exit(f"counts: {' '.join(words)}: exit status {status}: {file.read().strip()}")

    def count(self, words, waking=()):
        """The counts of a command, and of first processes that it wakes."""
        also = [word for pid in waking for word in ("-p", str(pid))]
        self.run(self.program, self.counts, *also, *words)
        counts = Counts()
        with open(self.counts, encoding="ascii") as file:
            for line in file:
                number, name = line.rstrip("\n").split(" ", 1)
                counts[name] = int(number)
        return counts


class Portable(Runtime):
    """Masks paths that every machine has, as many as podman's that most have, and one
    that none has; the same for read-only ones."""

    MASKED = ("/proc/uptime", "/proc/version", "/proc/timer_stats", "/sys/kernel", "/sys/dev/block")
    READ_ONLY = ("/proc/fs", "/proc/irq", "/proc/sys", "/proc/tty")

    def bundle(self, name, args, edit=None):
        def edit_paths(config):
            config["linux"]["maskedPaths"] = self.MASKED
            config["linux"]["readonlyPaths"] = self.READ_ONLY
            if edit:
                edit(config)

        return super().bundle(name, args, edit_paths)


class Lives:
    """Goes through all scenarios, as often as it is asked to.

    A container is alone in it but for the list: it would share the device program
    of others.
    """

    def __init__(self, runtime):
        self.runtime = runtime
        os.mkdir("/sys/fs/cgroup" + runtime.cgroup)
        self.bundles = {
            name: runtime.bundle(name, args)
            for name, args in [("once", ["true"])] + [(name, FOREVER) for name in ["life", *OTHERS]]
        }
        self.pod = pod_of(runtime, "pod", MEMBERS)

    def count(self, *words, waking=()):
        return self.runtime.meter.count(self.runtime.words(*words), waking)

    def forget_programs(self):
        """Has the next container load its device program, and not find the last one's,
        which its cgroup may still hold."""
        for name in os.listxattr(self.runtime.root):
            os.removexattr(self.runtime.root, name)

    def pid(self, name):
        """That of a container's first process."""
        self.runtime.command("state", name)
        with open(self.runtime.meter.said, encoding="utf-8") as file:
            return json.load(file)["pid"]

    def once(self):
        runtime, found = self.runtime, {}
        found["run"] = self.count("run", "--bundle", self.bundles["once"], "once")
        self.forget_programs()
        found["create"] = self.count("create", "--bundle", self.bundles["life"], "life")
        first = self.pid("life")
        found["start"] = self.count("start", "life", waking=[first])
        found["exec"] = self.count("exec", "life", "true")
        found["state"] = self.count("state", "life")
        for name in OTHERS:
            runtime.create(name, self.bundles[name])
        found[f"list of {len(OTHERS) + 1}"] = self.count("list")
        for name in OTHERS:
            runtime.delete(name)
        found["kill"] = self.count("kill", "life", "KILL")
        os.waitpid(first, 0)
        found["delete"] = self.count("delete", "life")
        self.forget_programs()
        return found | self.once_a_pod()

    def once_a_pod(self):
        of, found = f"of {len(MEMBERS)}", {}
        found[f"pod create {of}"] = self.count("pod", "create", "-f", self.pod, "pod")
        first = [self.pid(name) for name in MEMBERS]
        found[f"pod start {of}"] = self.count("pod", "start", "pod", waking=first)
        found[f"pod delete {of}"] = self.count("pod", "delete", "--force", "pod")
        for pid in first:
            os.waitpid(pid, 0)
        self.forget_programs()
        return found


def median(rounds):
    """Each count's median over several rounds of one scenario."""
    names = {name for counts in rounds for name in counts}
    found = Counts({name: statistics.median_low(c[name] for c in rounds) for name in names})
    found.sum_up()
    return found


def main():
    program, path = sys.argv[1:]
    scratch = os.environ["RUNP_SCRATCH"]
    options = argparse.Namespace(home=os.path.join(scratch, "home"))
    lives = Lives(Portable("runp", program, options, Tally(scratch)))
    # What is made once for all, such as the seccomp filter's instructions.
    lives.once()
    rounds = [lives.once() for _ in range(ROUNDS)]
    found = {name: median([each[name] for each in rounds]) for name in rounds[0]}
    for name, counts in found.items():
        for call in sorted(counts.calls()):
            if len({each[name]["call " + call] for each in rounds}) > 1:
                print(f"counts: {name}: not the same each time: {call}", file=sys.stderr)
    with open(path, "w", encoding="ascii") as file:
        write(file, os.path.getsize(program), found)


main()
