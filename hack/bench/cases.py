# SPDX-License-Identifier: Apache-2.0
"""The scenarios: what is measured once a round and runtime."""

import json
import os

from meter import Sample

SHARED = ("network", "ipc", "uts")
FOREVER = ["sleep", "100000"]


class Case:
    """What is measured between set-up and tear-down, for one runtime."""

    title = ""
    has_floor = False
    has_calls = True
    # One of so many rounds is enough where a round is long.
    share_of_rounds = 1

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
        return self.runtime.run("run", self.bundle)


class RunWithoutProfile(Case):
    title = "run without profile"
    has_floor = True

    def set_up(self):
        self.bundle = self.runtime.bundle("bare", ["true"], self.edit)

    @staticmethod
    def edit(config):
        del config["linux"]["seccomp"]

    def measure(self):
        return self.runtime.run("bare", self.bundle)


class Parallel(Case):
    """Whole lives, eight at a time; a sample is the share of one."""

    title = "run, 8 at a time, each"
    lives, width = 200, 8
    has_floor = True
    # They are those of `run`.
    has_calls = False
    share_of_rounds = 6

    def set_up(self):
        for lane in range(self.width):
            self.runtime.bundle(f"lane-{lane}", ["true"])

    def measure(self):
        bundle = os.path.join(self.runtime.home, "lane-@")
        words = self.runtime.words_of_run("lane-@", bundle)
        return self.runtime.meter.lanes(self.lives, self.width, *words)


class Lifecycle(Case):
    title = "create, start, delete"

    def set_up(self):
        self.bundle = self.runtime.bundle("life", ["true"])

    def measure(self):
        total = self.runtime.create("life", self.bundle) + self.runtime.command("start", "life")
        total += self.runtime.meter.wait(self.runtime.pid("life"))
        return total + self.runtime.command("delete", "life")


class Running(Case):
    """A case about one running container."""

    def set_up(self):
        self.name = type(self).__name__.lower()
        self.runtime.create(self.name, self.runtime.bundle(self.name, FOREVER))
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
            self.runtime.create(name, self.runtime.bundle(name, FOREVER))

    def measure(self):
        return self.runtime.command("list")

    def tear_down(self):
        for name in self.names:
            self.runtime.delete(name)


def pod_of(runtime, name, members):
    """Writes a pod's document, with a bundle for each member, and gives its path."""

    def member(config):
        """Leaves out what a pod sets once for all its members."""
        del config["linux"]["sysctl"], config["linux"]["cgroupsPath"], config["hostname"]

    bundles = {member_: runtime.bundle(member_, FOREVER, member) for member_ in members}
    path = os.path.join(runtime.home, f"{name}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(
            {
                "podVersion": "0.1.0",
                "hostname": "bench",
                "containers": [{"id": id_, "bundle": path_} for id_, path_ in bundles.items()],
                "linux": {
                    "cgroupsPath": f"{runtime.cgroup}/{name}",
                    "namespaces": [{"type": kind} for kind in SHARED],
                    "sysctl": {"net.ipv4.ping_group_range": "0 0"},
                },
            },
            file,
        )
    return path


class Pod(Case):
    """Five containers that share network, IPC and UTS, up and away again."""

    title = "pod of 5, up and away"

    def set_up(self):
        self.names = [f"pod-{number}" for number in range(5)]
        if self.runtime.knows_pods:
            self.file = pod_of(self.runtime, "pod", self.names)
        else:
            self.bundles = [self.runtime.bundle(name, FOREVER) for name in self.names]

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
    "bare": RunWithoutProfile,
    "lifecycle": Lifecycle,
    "exec": Exec,
    "state": State,
    "list": List,
    "pod": Pod,
    "parallel": Parallel,
}
