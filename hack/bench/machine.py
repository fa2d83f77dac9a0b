# SPDX-License-Identifier: Apache-2.0
"""Whether the machine is quiet enough for times to mean anything."""

import os
import time

# Of one processor, by whatever else runs, in a second in which nothing is measured.
MOST_BUSY = 0.1
# Of all processor time during the measurement, by other virtual machines.
MOST_STOLEN = 0.01


def _ticks():
    """Busy, stolen and all time of the processors, in seconds."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, idle, waiting, interrupt, soft, stolen = map(
            int, file.readline().split()[1:9]
        )
    busy = user + nice + system + interrupt + soft
    per_second = os.sysconf("SC_CLK_TCK")
    return busy / per_second, stolen / per_second, (busy + idle + waiting + stolen) / per_second


class Machine:
    """Looks at the machine before and after a measurement.

    The load average is told but not judged: it remembers the last measurement.
    """

    def __init__(self):
        self.load = " ".join(f"{load:.2f}" for load in os.getloadavg())
        self.reasons = []
        self.before = self._busy()
        if self.before > MOST_BUSY:
            self.reasons.append(f"others used {self.before:.2f} processors just before")
        _, self._stolen, self._all = _ticks()

    @staticmethod
    def _busy():
        begin, first = time.monotonic(), _ticks()[0]
        time.sleep(1)
        return (_ticks()[0] - first) / (time.monotonic() - begin)

    def finish(self):
        """Looks at what was stolen, and at who else is there now."""
        _, stolen, everything = _ticks()
        share = (stolen - self._stolen) / max(everything - self._all, 1e-9)
        if share > MOST_STOLEN:
            self.reasons.append(f"{share:.1%} of the processors' time was stolen")
        # What the kernel still has to clear away of the containers is ours.
        time.sleep(1)
        after = self._busy()
        if after > MOST_BUSY:
            self.reasons.append(f"others used {after:.2f} processors just after")

    def __str__(self):
        count = len(os.sched_getaffinity(0))
        return f"{count} processors, load average {self.load}, others used {self.before:.2f} just before"

    @property
    def mark(self):
        """What stands beside every result of a loaded machine."""
        return f"LOADED MACHINE ({'; '.join(self.reasons)}): times mean little" if self.reasons else ""
