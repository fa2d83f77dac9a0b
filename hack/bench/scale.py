# SPDX-License-Identifier: Apache-2.0
"""How what a command takes grows with how many containers, or pods, there are."""

import random
import statistics

import report
from cases import FOREVER, pod_of
from meter import Broken

CONTAINERS = (100, 300, 1000)
PODS = (20, 60, 200)
MEMBERS = 2
# How often one more is made, looked at and removed at each size.
PROBES = 15


class Containers:
    """Containers that were created and wait."""

    title = "containers"
    sizes = CONTAINERS

    def __init__(self, runtime):
        self.runtime = runtime

    def prepare(self, name):
        self.bundle = self.runtime.bundle(name, FOREVER)

    def create(self, name):
        return self.runtime.create(name, self.bundle)

    def state(self, name):
        return self.runtime.command("state", name)

    def list(self):
        return self.runtime.command("list")

    def delete(self, name):
        return self.runtime.delete(name)


class Pods:
    """Pods of a few containers, created."""

    title = f"pods of {MEMBERS}"
    sizes = PODS

    def __init__(self, runtime):
        self.runtime = runtime

    def prepare(self, name):
        self.file = pod_of(self.runtime, name, [f"{name}-{n}" for n in range(MEMBERS)])

    def create(self, name):
        return self.runtime.command("pod", "create", "-f", self.file, name)

    def state(self, name):
        return self.runtime.command("pod", "state", name)

    def list(self):
        return self.runtime.command("pod", "list")

    def delete(self, name):
        return self.runtime.command("pod", "delete", "--force", name)


UNITS = ("ms", "cpu ms", "calls")


def _probe(things, names):
    """The medians of each command's times where so many are, and its system calls."""
    meter, samples, traces = things.runtime.meter, {}, {}
    draw = random.Random(len(names))
    verbs = {
        "create": lambda: things.create("one-more"),
        "state": lambda: things.state(draw.choice(names)),
        "list": things.list,
        "delete": lambda: things.delete("one-more"),
    }
    things.prepare("one-more")
    for _ in range(PROBES):
        for verb, command in verbs.items():
            samples.setdefault(verb, []).append(command())
    for verb, command in verbs.items():
        with meter.tracing() as traces[verb]:
            command()
    # The tracer of create stays as long as its container.
    calls = {verb: meter.calls(those) for verb, those in traces.items()}
    return {
        verb: (
            statistics.median(s.seconds for s in mine) * 1e3,
            statistics.median(s.user + s.kernel for s in mine) * 1e3,
            calls[verb],
        )
        for verb, mine in samples.items()
    }


def _grow(things):
    """What `_probe` finds at each size; removes everything in the end."""
    names, found = [], []
    try:
        for size in things.sizes:
            while len(names) < size:
                name = f"many-{len(names)}"
                things.prepare(name)
                things.create(name)
                names.append(name)
            found.append(_probe(things, names))
    finally:
        for name in names:
            try:
                things.delete(name)
            except Broken as error:
                print(f"cleaning up: {error}")
    return found


def _table(things, found):
    """A line a command, and by what factor it grew from the first size to the last."""
    first, last = things.sizes[0], things.sizes[-1]
    for verb in ("create", "state", "list", "delete"):
        for index, unit in enumerate(UNITS):
            values = [probe[verb][index] for probe in found]
            # A list is of all that is there, anything else of one.
            shares = [
                value / size if verb == "list" else value
                for value, size in zip(values, things.sizes)
            ]
            cells = [f"{value}" if unit == "calls" else f"{value:.2f}" for value in values]
            cells.append(f"{shares[-1] / shares[0]:.2f}")
            report.row(f"{things.runtime.name} {verb}, {unit}", cells)
    print(f"({last} beside {first}: for each one, 1.00 is in proportion)\n")


def measure(runtimes):
    """Containers for every runtime, pods for those that know them; whether all worked."""
    works = True
    for kind in (Containers, Pods):
        print()
        report.row(f"beside so many {kind.title}", [*kind.sizes, "growth"])
        for runtime in runtimes:
            if kind is Pods and not runtime.knows_pods:
                continue
            things = kind(runtime)
            try:
                _table(things, _grow(things))
            except Broken as error:
                print(f"{runtime.name}: failed: {error}")
                works = False
    return works
