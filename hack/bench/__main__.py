# SPDX-License-Identifier: Apache-2.0
"""Measures runp against its peers and the bare kernel calls. Started by bench.sh."""

import argparse
import json
import math
import random
import sys
import time

import recorded
import report
import scale
from cases import CASES
from machine import Machine
from meter import Broken, Meter
from runtimes import Floor, Runtime, compiled

NOT_JUDGED = 77
# Whose ratio is recorded and judged.
JUDGED = ("runp", "crun")


def arguments():
    parser = argparse.ArgumentParser(prog="bench.sh", description=__doc__)
    parser.add_argument("--cases", default=",".join(CASES), help="of: %(default)s,scale")
    parser.add_argument("--rounds", type=int, default=30, help="default %(default)s")
    parser.add_argument("--warm-up", type=int, default=3, help="rounds not counted")
    parser.add_argument("--containers", type=int, default=100, help="how many for list")
    parser.add_argument("--check", action="store_true", help="fail when a ratio to crun is worse")
    parser.add_argument("--record", action="store_true", help="what --check compares with")
    parser.add_argument("--anyway", action="store_true", help="both on a loaded machine, too")
    parser.add_argument("--json", help="write every sample to this file")
    parser.add_argument("--home", required=True, help=argparse.SUPPRESS)
    parser.add_argument("programs", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.judges = options.check or options.record
    unknown = set(options.cases.split(",")) - {*CASES, "scale"}
    if unknown:
        parser.error(f"no case {', '.join(sorted(unknown))}")
    options.programs = dict(word.split("=", 1) for word in options.programs)
    if options.judges:
        if not options.programs.keys() >= set(JUDGED):
            parser.error("crun has to be among the peers")
        options.programs = {name: options.programs[name] for name in JUDGED}
    return options


def rounds(cases, options):
    """Measures one case on each runtime, in another order each time.

    What the kernel still has to clear away of one container delays the next
    one, so none may always follow the same other.
    """
    samples = {case.runtime.name: [] for case in cases}
    order = random.Random(len(cases))
    share = cases[0].share_of_rounds
    for _ in range(math.ceil(options.warm_up / share)):
        for case in order.sample(cases, len(cases)):
            case.measure()
    for _ in range(math.ceil(options.rounds / share)):
        for case in order.sample(cases, len(cases)):
            samples[case.runtime.name].append(case.measure())
    return samples


def counted(cases):
    """The system calls of each runtime, in a run of its own: a tracer takes time."""
    calls = {}
    for case in cases:
        meter = case.runtime.meter
        with meter.tracing() as traces:
            case.measure()
        calls[case.runtime.name] = meter.calls(traces)
    return calls


def measured(case_type, runtimes, options):
    """The title, samples and system calls of one case."""
    cases = [
        case_type(runtime, options)
        for runtime in runtimes
        if case_type.has_floor or not runtime.is_floor
    ]
    ready = []
    try:
        for case in cases:
            ready.append(case)
            case.set_up()
        samples = rounds(cases, options)
        is_counted = case_type.has_calls and not options.judges
        calls = counted(cases) if is_counted else {}
        return cases[0].title, samples, calls
    except Broken as error:
        print(f"{cases[0].title:{report.TITLE}}failed: {error}", flush=True)
        return None
    finally:
        for case in ready:
            try:
                case.tear_down()
            except Broken as error:
                print(f"{case.title}: cleaning up: {error}", file=sys.stderr)


def judged(everything, machine, options):
    """Compares with what is recorded, or records; the exit status."""
    if machine.mark and not options.anyway:
        print(f"not judged: {machine.mark}")
        return NOT_JUDGED
    intervals = {
        word: recorded.interval(*([s.seconds for s in samples[name]] for name in JUDGED))
        for word, (_, samples, _) in everything.items()
    }
    if options.record:
        recorded.save(intervals)
        return 0
    return 1 if recorded.compare(intervals) else 0


def ready(options):
    """The runtimes, and the floor where it is not about ratios to a peer."""
    meter = Meter(compiled("measure", options, ["measure.c"]), options.home)
    runtimes = [Runtime(name, path, options, meter) for name, path in options.programs.items()]
    if not options.judges:
        runtimes.append(Floor(options, meter))
    for runtime in runtimes:
        print(f"{runtime.name}: {runtime.version}")
    return runtimes


def compared(words, runtimes, options):
    """Measures cases and prints their tables; those that worked."""
    names = [runtime.name for runtime in runtimes]
    print(f"{options.rounds} rounds, interleaved; peak memory of the largest process\n")
    times, everything = report.Times(names), {}
    for word in words:
        result = measured(CASES[word], runtimes, options)
        if result:
            everything[word] = result
            times.case(*result[:2])
    if not options.judges:
        report.costs(names, everything.values())
    return everything


def write_samples(everything, machine, path):
    plain = {
        word: {name: [vars(sample) for sample in mine] for name, mine in samples.items()}
        for word, (_, samples, _) in everything.items()
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"time": time.time(), "loaded": machine.reasons, "samples": plain}, file)


def main():
    options = arguments()
    machine = Machine()
    print(f"machine: {machine}")
    if machine.mark:
        print(machine.mark)
        if options.judges and not options.anyway:
            print("not judged")
            return NOT_JUDGED
    runtimes = ready(options)
    words = options.cases.split(",")
    cases = [word for word in words if word in CASES]
    everything = compared(cases, runtimes, options) if cases else {}
    works = len(everything) == len(cases)
    if "scale" in words:
        works &= scale.measure([runtime for runtime in runtimes if not runtime.is_floor])
    machine.finish()
    if machine.mark:
        print(f"\n{machine.mark}")
    if options.json:
        write_samples(everything, machine, options.json)
    if not works:
        return 1
    return judged(everything, machine, options) if options.judges else 0


sys.exit(main())
