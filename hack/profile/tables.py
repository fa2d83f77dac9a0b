# SPDX-License-Identifier: Apache-2.0
"""Prints shares by group, and by function."""

import collections

from groups import of_kernel, of_program
from symbols import demangled

TOP = 25
WIDTH = 100


def shares(title, counter, total, indent=""):
    """A table, largest first, in per cent of all."""
    if title:
        print(f"\n{title}")
    for name, number in counter.most_common():
        print(f"{indent}{name:<40}{100 * number / total:6.1f} %")


def of_times(samples, symbols):
    total = len(samples)
    sides = {side: collections.Counter() for side in ("kernel", "program")}
    calls, functions, processes = (collections.Counter() for _ in range(3))
    for sample in samples:
        processes[sample.process] += 1
        if sample.in_kernel():
            group, call = of_kernel(sample.names)
            sides["kernel"][group] += 1
            calls[call or "(none)"] += 1
            functions["kernel", sample.names[0]] += 1
        else:
            name, kind = symbols.function_of(sample)
            sides["program"][of_program(name, kind, symbols)] += 1
            functions["program", name] += 1
    shares("processes", processes, total, "  ")
    for side, groups in sides.items():
        part = sum(groups.values())
        print(f"\n{side:<42}{100 * part / total:6.1f} %")
        shares("", groups, total, "  ")
    first = collections.Counter(dict(calls.most_common(TOP)))
    shares("system calls, by time in the kernel", first, total, "  ")
    print(f"\nthe {TOP} functions with the most")
    top(functions, lambda number: f"{100 * number / total:5.1f} %")


def top(counter, cell):
    """The first of a counter whose keys are a word and a mangled name."""
    found = counter.most_common(TOP)
    names = demangled([name for (_, name), _ in found])
    for ((word, _), number), name in zip(found, names):
        line = f"  {cell(number)}  {word:<20} {name}"
        print(line if len(line) <= WIDTH else line[: WIDTH - 3] + "...")


def of_faults(samples, symbols, rounds):
    """By part of memory and process, and by what was touched, or who touched."""
    parts, places = collections.Counter(), collections.Counter()
    processes = sorted({sample.process for sample in samples})
    for sample in samples:
        part = symbols.part_at(sample.address)
        parts[part, sample.process] += 1
        if part in ("heap", "stack", "mapped"):
            name = sample.names[0] if sample.in_kernel() else symbols.function_of(sample)[0]
            places[f"{part}, by", name] += 1
        else:
            places[part, symbols.at(sample.address)[0]] += 1
    print(f"\npage faults a round{'':<13}" + "".join(f"{name:>18}" for name in processes))
    kinds = collections.Counter()
    for (part, _), number in parts.items():
        kinds[part] += number
    for part, _ in kinds.most_common():
        cells = "".join(f"{parts[part, name] / rounds:>18.1f}" for name in processes)
        print(f"  {part:<30}{cells}")
    cells = (sum(n for (_, name), n in parts.items() if name == each) for each in processes)
    print(f"  {'all':<30}" + "".join(f"{number / rounds:>18.1f}" for number in cells))
    print(f"\nthe {TOP} places with the most a round")
    top(places, lambda number: f"{number / rounds:5.1f}")
