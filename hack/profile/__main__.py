# SPDX-License-Identifier: Apache-2.0
"""Shows where processor time, or page faults, of runp go. Started by profile.sh."""

import argparse
import os
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "bench")]

from cases import CASES
from meter import Broken, Meter
from runtimes import Runtime, compiled
from samples import read
from symbols import Symbols
from tables import of_faults, of_times

# Of all processes: those that are watched by themselves are not any more while the
# kernel clears them away.
TIME = ["-a", "-e", "cpu-clock", "-F", "10000", "-g"]
FAULTS = ["-e", "page-faults", "-c", "1", "-d"]


def arguments():
    parser = argparse.ArgumentParser(prog="profile.sh", description=__doc__)
    parser.add_argument("case", nargs="?", default="run", choices=CASES, metavar="CASE")
    parser.add_argument("--faults", action="store_true", help="page faults instead of time")
    parser.add_argument("--rounds", type=int, default=0, help="default 100, of page faults 10")
    parser.add_argument("--containers", type=int, default=100, help="how many for list")
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--linked", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.rounds = options.rounds or (10 if options.faults else 100)
    options.home = os.path.join(os.environ["RUNP_SCRATCH"], "home")
    os.mkdir(options.home)
    return options


def started_perf(pid, path, options):
    """perf, once it watches, of page faults only those that a process will start."""
    commands, to_perf = os.pipe()
    from_perf, answers = os.pipe()
    words = [*FAULTS, "-p", str(pid)] if options.faults else TIME
    control = ["-D", "-1", "--control", f"fd:{commands},{answers}"]
    perf = subprocess.Popen(
        ["perf", "record", "-q", *words, *control, "-o", path],
        pass_fds=(commands, answers),
    )
    os.close(commands)
    os.close(answers)
    os.write(to_perf, b"enable\n")
    if not os.read(from_perf, 4).startswith(b"ack"):
        raise Broken("perf does not work here")
    return perf


def record(case, meter, options):
    """Has perf watch some rounds; the path of what it has written."""
    path = os.path.join(options.home, "perf.data")
    perf = started_perf(meter.pipe.pid, path, options)
    for _ in range(options.rounds):
        case.measure()
    perf.send_signal(signal.SIGINT)
    # It ends by that signal, when it has written everything.
    if perf.wait() not in (0, -signal.SIGINT):
        raise Broken("perf could not write what it has seen")
    return path


def main():
    options = arguments()
    meter = Meter(compiled("measure", options, ["measure.c"]), options.home)
    runtime = Runtime("runp", options.program, options, meter)
    case = CASES[options.case](runtime, options)
    try:
        case.set_up()
        # What is made once for all is no part of it.
        case.measure()
        path = record(case, meter, options)
        case.tear_down()
    except Broken as error:
        sys.exit(f"profile: {error}")
    symbols = Symbols(options.linked)
    samples = list(read(path, options.faults))
    try:
        print(f"{case.title}: {options.rounds} rounds, {len(samples)} samples")
        if options.faults:
            of_faults(samples, symbols, options.rounds)
        else:
            of_times(samples, symbols)
        sys.stdout.flush()
    except BrokenPipeError:
        # Somebody reads the first lines only.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


main()
