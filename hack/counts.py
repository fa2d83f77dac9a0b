#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts what commands of runp ask of the kernel: nothing that depends on how
fast or busy the machine is, so it can be held against recorded figures.

  counts.py record                  count, and write hack/counts.txt anew
  counts.py measure FILE            count, and write FILE
  counts.py compare FILE SCENARIO   say where FILE differs from hack/counts.txt

RUNTIME names another binary than build/runp. Counting needs root, a C compiler
and libseccomp's headers. It happens in mount and PID namespaces of its own with
cgroup v2 alone in sight, on containers with podman's default configuration.
"""

import collections
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, "..", "spec-fixtures")
RECORD = os.path.join(HERE, "counts.txt")
RUNTIME = os.path.abspath(os.environ.get("RUNTIME") or os.path.join(HERE, "..", "build", "runp"))

ROUNDS = 3
OTHERS = 4
MEMBERS = 3
LIMIT = 60

HEAD = """\
# What commands of runp cost, in what does not depend on the machine: see hack/tally.c
# for how it is counted, hack/counts.py for what the scenarios are. Written by
# `make counts`; Tests/integration/counts.bats holds every build to it. page-faults and
# the program's size are held approximately, all else exactly.
"""

OPENING = ("open", "openat", "openat2")
MEASURES = ("execs", "processes", "opened-files", "system-calls", "page-faults")
# By how much these may differ; anything else not at all.
TOLERANCE = {"page-faults": 0.05, "bytes": 0.01}


class Counts(collections.Counter):
    """The counts of one scenario: measures by their names, and "call NAME"."""

    def calls(self):
        return collections.Counter(
            {name[5:]: n for name, n in self.items() if name.startswith("call ")}
        )

    def sum_up(self):
        calls = self.calls()
        self["system-calls"] = sum(calls.values())
        self["opened-files"] = sum(calls[name] for name in OPENING)


class Counter:
    """Runs commands of one runtime under tally.c."""

    def __init__(self, scratch, cgroup):
        self.scratch, self.cgroup = scratch, cgroup
        self.said = os.path.join(scratch, "said")
        self.tally = os.path.join(scratch, "tally")
        subprocess.run(
            [os.environ.get("CC", "cc"), "-O2", "-o", self.tally, f"{HERE}/tally.c", "-lseccomp"],
            check=True,
        )
        # In memory as a whole: what of a file is there when it is mapped
        # changes the number of page faults.
        self.program = os.path.join(scratch, "runp")
        shutil.copyfile(RUNTIME, self.program)
        os.chmod(self.program, 0o755)
        self.rootfs = os.path.join(scratch, "rootfs")
        subprocess.run([os.path.join(FIXTURES, "make-rootfs.sh"), self.rootfs], check=True)

    def start(self, *words):
        with open(self.said, "wb") as file:
            status = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
                cwd=self.scratch,
                timeout=LIMIT,
                check=False,
            ).returncode
        if status != 0:
            with open(self.said, encoding="utf-8", errors="replace") as file:
                sys.exit(f"counts: {' '.join(words)}: exit status {status}: {file.read().strip()}")

    def runp(self, *words):
        self.start(self.program, "--root", f"{self.scratch}/run", *words)

    def pid(self, name):
        self.runp("state", name)
        with open(self.said, encoding="utf-8") as file:
            return json.load(file)["pid"]

    def count(self, *words, waking=()):
        """The counts of a command, and of first processes that it wakes."""
        out = os.path.join(self.scratch, "counts")
        also = [word for pid in waking for word in ("-p", str(pid))]
        self.start(self.tally, out, *also, self.program, "--root", f"{self.scratch}/run", *words)
        counts = Counts()
        with open(out, encoding="ascii") as file:
            for line in file:
                number, name = line.rstrip("\n").split(" ", 1)
                counts[name] = int(number)
        return counts

    def forget_programs(self):
        """Has the next container load its device program, and not find the last one's,
        which its cgroup may still hold."""
        root = f"{self.scratch}/run"
        for name in os.listxattr(root):
            os.removexattr(root, name)

    def bundle(self, name, args, member=False):
        """A bundle with podman's default configuration, and its path."""
        source = os.path.join(FIXTURES, "bundles", "podman-recorded")
        path = os.path.join(self.scratch, name)
        os.makedirs(os.path.join(path, "userdata", "shm"))
        for file in ("hosts", "hostname", ".containerenv"):
            shutil.copy(os.path.join(source, "userdata", file), os.path.join(path, "userdata"))
        with open(os.path.join(source, "config.json"), encoding="utf-8") as file:
            config = json.load(file)
        config["process"]["args"] = args
        config["root"]["path"] = self.rootfs
        config["linux"]["cgroupsPath"] = f"{self.cgroup}/{name}"
        if member:
            # A pod sets these once for all its members.
            del config["linux"]["sysctl"], config["linux"]["cgroupsPath"], config["hostname"]
        with open(os.path.join(path, "config.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)
        return path

    def pod(self):
        """A pod's document, and its path."""
        members = [f"member{number}" for number in range(MEMBERS)]
        document = {
            "podVersion": "0.1.0",
            "hostname": "counts",
            "containers": [
                {"id": name, "bundle": self.bundle(name, ["sleep", "1000"], member=True)}
                for name in members
            ],
            "linux": {
                "cgroupsPath": f"{self.cgroup}/pod",
                "namespaces": [{"type": kind} for kind in ("network", "ipc", "uts")],
                "sysctl": {"net.ipv4.ping_group_range": "0 0"},
            },
        }
        path = os.path.join(self.scratch, "pod.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file)
        return path


def reap():
    """Removes what has ended of what this process, the first one, has inherited."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def lives(counter):
    """A function that goes through all scenarios once and gives their counts.

    A container is alone in it but for the list: it would share the device program
    of others.
    """
    once = counter.bundle("once", ["true"])
    life = counter.bundle("life", ["sleep", "1000"])
    others = [counter.bundle(f"other{number}", ["sleep", "1000"]) for number in range(OTHERS)]
    pod = counter.pod()

    def live():
        count, found = counter.count, {}
        found["run"] = count("run", "--bundle", once, "once")
        counter.forget_programs()
        found["create"] = count("create", "--bundle", life, "--pid-file", f"{life}.pid", "life")
        pid = counter.pid("life")
        found["start"] = count("start", "life", waking=[pid])
        found["exec"] = count("exec", "life", "true")
        found["state"] = count("state", "life")
        for other in others:
            counter.runp("create", "--bundle", other, os.path.basename(other))
        found[f"list of {OTHERS + 1}"] = count("list")
        for other in others:
            counter.runp("delete", "--force", os.path.basename(other))
        found["kill"] = count("kill", "life", "KILL")
        os.waitpid(pid, 0)
        found["delete"] = count("delete", "life")
        counter.forget_programs()
        of_pod = f"of {MEMBERS}"
        found[f"pod create {of_pod}"] = count("pod", "create", "-f", pod, "pod")
        members = [counter.pid(f"member{number}") for number in range(MEMBERS)]
        found[f"pod start {of_pod}"] = count("pod", "start", "pod", waking=members)
        found[f"pod delete {of_pod}"] = count("pod", "delete", "--force", "pod")
        reap()
        counter.forget_programs()
        return found

    return live


def median(rounds):
    """Each count's median over several rounds of one scenario."""
    names = {name for counts in rounds for name in counts}
    found = Counts({name: statistics.median_low(c[name] for c in rounds) for name in names})
    found.sum_up()
    return found


def measure(path, scratch, cgroup):
    """The part inside the namespaces: counts, and writes what it has found."""
    live = lives(Counter(scratch, cgroup))
    # What is made once for all, such as the seccomp filter's instructions.
    live()
    rounds = [live() for _ in range(ROUNDS)]
    found = {name: median([each[name] for each in rounds]) for name in rounds[0]}
    for name, counts in found.items():
        changing = {n for n in counts if len({each[name][n] for each in rounds}) > 1}
        for n in sorted(n for n in changing if n.startswith("call ")):
            print(f"counts: {name}: not the same each time: {n[5:]}", file=sys.stderr)
    with open(path, "w", encoding="ascii") as file:
        write(file, os.path.getsize(RUNTIME), found)


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


def differences(recorded, found):
    """A sentence for each measure in which they differ, and one for the calls."""
    for name in [*MEASURES, "bytes"]:
        was, now = recorded[name], found[name]
        if abs(now - was) <= TOLERANCE.get(name, 0) * was:
            continue
        change = "more" if now > was else "fewer"
        yield f"{name}: recorded {was}, found {now}, {change} by {abs(now - was)}"
    changes = found.calls()
    changes.subtract(recorded.calls())
    words = [f"{call} {n:+}" for call, n in sorted(changes.items()) if n != 0]
    if words:
        yield f"system calls that differ: {', '.join(words)}"


def compare(path, name):
    recorded, found = read(RECORD), read(path)
    if name not in recorded or name not in found:
        sys.exit(f"counts: no {name} in {RECORD if name not in recorded else path}: make counts")
    said = list(differences(recorded[name], found[name]))
    if not said:
        return
    print(f"{name}:", *said, sep="\n  ")
    kernels = [each["program"]["kernel"] for each in (recorded, found)]
    if kernels[0] != kernels[1]:
        print(f"the record is of Linux {kernels[0]}, this is {kernels[1]}")
    print("the record is of what `make static` builds; if this is meant to be so, and fewer is")
    print("reason enough, record it anew: make counts")
    sys.exit(1)


def in_mount_namespace(path):
    """The part inside a mount namespace, which outlives all processes of the next."""
    scratch = os.environ["RUNP_COUNTS"]
    for command in (
        ["mount", "-t", "tmpfs", "-o", "mode=755,huge=never", "counts", scratch],
        ["umount", "-R", "/sys/fs/cgroup"],
        ["mount", "-t", "cgroup2", "none", "/sys/fs/cgroup"],
    ):
        subprocess.run(command, check=True)
    cgroup = "/sys/fs/cgroup/" + os.path.basename(scratch)
    os.mkdir(cgroup)
    try:
        again("--pid --fork --kill-child --mount-proc", "measure-inside", path)
    finally:
        for _ in range(100):
            found = ["find", cgroup, "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"]
            if subprocess.run(found, stderr=subprocess.DEVNULL, check=False).returncode == 0:
                break
            time.sleep(0.05)


def again(options, *words):
    """Starts this program in other namespaces."""
    program = [sys.executable, os.path.abspath(__file__), *words]
    status = subprocess.run(["unshare", *options.split(), *program], check=False).returncode
    if status != 0:
        sys.exit(status)


def in_namespaces(path):
    scratch = tempfile.mkdtemp(prefix="runp-counts.", dir="/tmp")
    os.environ |= {"RUNP_COUNTS": scratch, "RUNTIME": RUNTIME}
    try:
        again("--mount --propagation private", "in-mount-namespace", path)
    finally:
        os.rmdir(scratch)


def main():
    words = sys.argv[1:]
    if words == ["record"]:
        in_namespaces(RECORD)
    elif len(words) == 2 and words[0] == "measure":
        in_namespaces(words[1])
    elif len(words) == 2 and words[0] == "in-mount-namespace":
        in_mount_namespace(words[1])
    elif len(words) == 2 and words[0] == "measure-inside":
        scratch = os.environ["RUNP_COUNTS"]
        measure(words[1], scratch, "/" + os.path.basename(scratch))
    elif len(words) == 3 and words[0] == "compare":
        compare(words[1], words[2])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
