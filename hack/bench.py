# SPDX-License-Identifier: Apache-2.0
"""Measures runp against its peers. Started by bench.sh, see there."""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, "..", "spec-fixtures")
SHARED = ("network", "ipc", "uts")


class Broken(Exception):
    """A command of a runtime failed, so there is nothing to measure."""


class Sample:
    """What one or several commands took, together."""

    def __init__(self, seconds=0.0, peak=0, cpu=0.0):
        self.seconds, self.peak, self.cpu = seconds, peak, cpu

    def __add__(self, other):
        return Sample(
            self.seconds + other.seconds, max(self.peak, other.peak), self.cpu + other.cpu
        )


class Meter:
    """The program measure.c: starts commands and measures them."""

    def __init__(self, program, scratch):
        self.errors = os.path.join(scratch, "errors")
        self.pipe = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def ask(self, *words):
        self.pipe.stdin.write("\x1f".join(words) + "\n")
        return self.pipe.stdout.readline().split()

    def run(self, *words):
        nanoseconds, peak, cpu, status = map(int, self.ask("run", self.errors, *words))
        if status != 0:
            with open(self.errors, encoding="utf-8", errors="replace") as file:
                said = file.read().strip()
            raise Broken(f"{' '.join(words)}: exit status {status}: {said}")
        return Sample(nanoseconds / 1e9, peak, cpu / 1e6)

    def wait(self, pid):
        if self.ask("wait", str(pid)) != ["0"]:
            raise Broken(f"process {pid} does not end")


class Runtime:
    """One runtime with a state root, a bundle and a cgroup of its own."""

    def __init__(self, name, program, options, meter):
        self.name, self.meter = name, meter
        scratch = options.scratch
        self.cgroup = f"{options.cgroup}/{name}"
        self.home = os.path.join(scratch, name)
        os.makedirs(self.home)
        # All in the same way: how a file lies in the page cache shows in its
        # process's peak memory.
        self.program = os.path.join(self.home, os.path.basename(program))
        shutil.copyfile(program, self.program)
        os.chmod(self.program, 0o755)
        self.root = os.path.join(scratch, "run", name)
        first = subprocess.run(
            [self.program, "--version"], capture_output=True, text=True, check=True
        ).stdout.splitlines()[0]
        self.version = first.removeprefix("version ")
        self.knows_pods = first.startswith("runp")
        self.rootfs = os.path.join(self.home, "rootfs")
        subprocess.run([os.path.join(FIXTURES, "make-rootfs.sh"), self.rootfs], check=True)

    def command(self, *words):
        return self.meter.run(self.program, "--root", self.root, *words)

    def bundle(self, name, args, edit=None):
        """A bundle with podman's default configuration, and its path."""
        source = os.path.join(FIXTURES, "bundles", "podman-recorded")
        path = os.path.join(self.home, name)
        os.makedirs(os.path.join(path, "userdata", "shm"))
        for file in ("hosts", "hostname", ".containerenv"):
            shutil.copy(os.path.join(source, "userdata", file), os.path.join(path, "userdata"))
        with open(os.path.join(source, "config.json"), encoding="utf-8") as file:
            config = json.load(file)
        config["process"]["args"] = args
        config["root"]["path"] = self.rootfs
        config["linux"]["cgroupsPath"] = f"{self.cgroup}/{name}"
        if edit:
            edit(config)
        with open(os.path.join(path, "config.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)
        return path

    def pid_file(self, name):
        return os.path.join(self.home, name + ".pid")

    def create(self, name, bundle):
        return self.command("create", "--bundle", bundle, "--pid-file", self.pid_file(name), name)

    def pid(self, name):
        with open(self.pid_file(name), encoding="ascii") as file:
            return int(file.read())

    def delete(self, name):
        return self.command("delete", "--force", name)


class Case:
    """What is measured: once a round and runtime, between set-up and tear-down."""

    title = ""

    def __init__(self, runtime, options):
        self.runtime, self.options = runtime, options

    def set_up(self):
        pass

    def measure(self):
        raise NotImplementedError

    def tear_down(self):
        pass


class Run(Case):
    title = "run"

    def set_up(self):
        self.bundle = self.runtime.bundle("run", ["true"])

    def measure(self):
        return self.runtime.command("run", "--bundle", self.bundle, "run")


class Lifecycle(Case):
    title = "create, start, delete"

    def set_up(self):
        self.bundle = self.runtime.bundle("life", ["true"])

    def measure(self):
        total = self.runtime.create("life", self.bundle) + self.runtime.command("start", "life")
        self.runtime.meter.wait(self.runtime.pid("life"))
        return total + self.runtime.command("delete", "life")


class Running(Case):
    """A case about one running container."""

    def set_up(self):
        self.name = type(self).__name__.lower()
        self.runtime.create(self.name, self.runtime.bundle(self.name, ["sleep", "100000"]))
        self.runtime.command("start", self.name)

    def tear_down(self):
        self.runtime.delete(self.name)


class Exec(Running):
    title = "exec"

    def measure(self):
        return self.runtime.command("exec", self.name, "true")


class State(Running):
    title = "state"

    def measure(self):
        return self.runtime.command("state", self.name)


class List(Case):
    def __init__(self, runtime, options):
        super().__init__(runtime, options)
        self.title = f"list of {options.containers}"
        self.names = [f"list-{number}" for number in range(options.containers)]

    def set_up(self):
        for name in self.names:
            self.runtime.create(name, self.runtime.bundle(name, ["sleep", "100000"]))

    def measure(self):
        return self.runtime.command("list")

    def tear_down(self):
        for name in self.names:
            self.runtime.delete(name)


class Pod(Case):
    """Five containers that share network, IPC and UTS, up and away again."""

    title = "pod of 5, up and away"

    def set_up(self):
        args = ["sleep", "100000"]
        self.names = [f"pod-{number}" for number in range(5)]
        if self.runtime.knows_pods:
            bundles = {name: self.runtime.bundle(name, args, self.member) for name in self.names}
            self.file = os.path.join(self.runtime.home, "pod.json")
            with open(self.file, "w", encoding="utf-8") as file:
                json.dump(
                    {
                        "podVersion": "0.1.0",
                        "hostname": "bench",
                        "containers": [{"id": n, "bundle": b} for n, b in bundles.items()],
                        "linux": {
                            "cgroupsPath": f"{self.runtime.cgroup}/pod",
                            "namespaces": [{"type": kind} for kind in SHARED],
                            "sysctl": {"net.ipv4.ping_group_range": "0 0"},
                        },
                    },
                    file,
                )
        else:
            self.bundles = [self.runtime.bundle(name, args) for name in self.names]

    @staticmethod
    def member(config):
        """Leaves out what a pod sets once for all its members."""
        del config["linux"]["sysctl"], config["linux"]["cgroupsPath"], config["hostname"]

    def measure(self):
        if self.runtime.knows_pods:
            return (
                self.runtime.command("pod", "create", "-f", self.file, "bench")
                + self.runtime.command("pod", "start", "bench")
                + self.runtime.command("pod", "delete", "--force", "bench")
            )
        total = Sample()
        for name, bundle in zip(self.names, self.bundles):
            if name != self.names[0]:
                self.join(bundle, self.runtime.pid(self.names[0]))
            total += self.runtime.create(name, bundle)
        for name in self.names:
            total += self.runtime.command("start", name)
        for name in reversed(self.names):
            total += self.runtime.delete(name)
        return total

    @staticmethod
    def join(bundle, pid):
        path = os.path.join(bundle, "config.json")
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
        # What belongs to the shared namespaces is the first container's to set.
        config["linux"].pop("sysctl", None)
        config.pop("hostname", None)
        for namespace in config["linux"]["namespaces"]:
            if namespace["type"] in SHARED:
                file = {"network": "net"}.get(namespace["type"], namespace["type"])
                namespace["path"] = f"/proc/{pid}/ns/{file}"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file)


CASES = {
    "run": Run,
    "lifecycle": Lifecycle,
    "exec": Exec,
    "state": State,
    "list": List,
    "pod": Pod,
}


def rounds(cases, options):
    """Measures one case on each runtime, in another order each time.

    What the kernel still has to clear away of one container delays the next
    one, so none may always follow the same other.
    """
    samples = {case.runtime.name: [] for case in cases}
    order = random.Random(len(cases))
    for number in range(-options.warm_up, options.rounds):
        for case in order.sample(cases, len(cases)):
            sample = case.measure()
            if number >= 0:
                samples[case.runtime.name].append(sample)
    return samples


def main():
    parser = argparse.ArgumentParser(prog="bench.sh", description=__doc__)
    parser.add_argument("--cases", default=",".join(CASES), help="of: %(default)s")
    parser.add_argument("--rounds", type=int, default=30, help="default %(default)s")
    parser.add_argument("--warm-up", type=int, default=3, help="rounds not counted")
    parser.add_argument("--containers", type=int, default=100, help="how many for list")
    parser.add_argument("--json", help="write every sample to this file")
    parser.add_argument("--scratch", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--cgroup", required=True, help=argparse.SUPPRESS)
    parser.add_argument("programs", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()

    scratch = options.scratch
    program = os.path.join(scratch, "measure")
    subprocess.run(
        [os.environ.get("CC", "cc"), "-O2", "-static", "-o", program, f"{HERE}/measure.c"],
        check=True,
    )
    meter = Meter(program, scratch)
    runtimes = []
    for word in options.programs:
        name, _, path = word.partition("=")
        runtimes.append(Runtime(name, path, options, meter))
    for runtime in runtimes:
        print(f"{runtime.name}: {runtime.version}")
    print(f"median of {options.rounds} rounds, interleaved; peak memory of the largest process\n")
    names = [runtime.name for runtime in runtimes]
    head = [f"{name:>11}" for name in names] + [f"{names[0]}/{name}" for name in names[1:]]
    head += [f"{name} KB" for name in names]
    print(f"{'':24}" + " ".join(f"{word:>11}" for word in head), flush=True)

    everything, broken = {}, False
    for word in options.cases.split(","):
        cases = [CASES[word](runtime, options) for runtime in runtimes]
        ready = []
        try:
            for case in cases:
                ready.append(case)
                case.set_up()
            samples = rounds(cases, options)
        except Broken as error:
            print(f"{cases[0].title:24}failed: {error}", flush=True)
            broken = True
            continue
        finally:
            for case in ready:
                try:
                    case.tear_down()
                except Broken as error:
                    print(f"{case.title:24}cleaning up: {error}", file=sys.stderr)
        medians = [statistics.median(s.seconds for s in samples[name]) for name in names]
        cells = [f"{median * 1e3:8.2f} ms" for median in medians]
        cells += [f"{medians[0] / median:.2f}" for median in medians[1:]]
        cells += [str(max(s.peak for s in samples[name])) for name in names]
        print(f"{cases[0].title:24}" + " ".join(f"{cell:>11}" for cell in cells), flush=True)
        everything[word] = {name: [vars(s) for s in samples[name]] for name in names}
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"time": time.time(), "samples": everything}, file)
    return 1 if broken else 0


sys.exit(main())
