# SPDX-License-Identifier: Apache-2.0
"""Tables for people."""

import statistics

TITLE = 24


def row(title, cells, width=11):
    print(f"{title:{TITLE}}" + " ".join(f"{cell:>{width}}" for cell in cells), flush=True)


class Times:
    """Median and minimum of each runtime, and how the first compares with the others."""

    def __init__(self, names):
        self.names = names
        head = [f"{name} ms" for name in names] + [f"{names[0]}/{name}" for name in names[1:]]
        row("time: median (minimum)", head, 15)

    def case(self, title, samples):
        cells, ratios = [], []
        for name in self.names:
            if name not in samples:
                cells.append("")
                ratios.append("")
                continue
            seconds = [sample.seconds for sample in samples[name]]
            median = statistics.median(seconds)
            cells.append(f"{median * 1e3:.2f} ({min(seconds) * 1e3:.2f})")
            ratios.append(f"{statistics.median(s.seconds for s in samples[self.names[0]]) / median:.2f}")
        row(title, cells + ratios[1:], 15)


def costs(names, cases):
    """What does not wait: processor time, page faults, system calls, memory.

    The kernel tells short processes' user time from its own by the tick of a
    clock, so these are means, over which that evens out.
    """
    print()
    row("cost of each", ["", "user ms", "kernel ms", "faults", "calls", "peak KB"])
    for title, samples, calls in cases:
        for name in names:
            if name not in samples:
                continue
            mine = samples[name]
            cells = [
                name,
                f"{statistics.mean(s.user for s in mine) * 1e3:.2f}",
                f"{statistics.mean(s.kernel for s in mine) * 1e3:.2f}",
                f"{statistics.median(s.faults for s in mine):.0f}",
                calls.get(name, ""),
                max(s.peak for s in mine),
            ]
            row(title, cells)
            title = ""
