# SPDX-License-Identifier: Apache-2.0
"""The ratios that were reached once, and whether those of now are worse.

A ratio is that of the medians of wall time, of runp to crun. Its noise comes
from the samples themselves: rounds are drawn again, with replacement, some
thousand times, and the middle 95 % of the ratios that this gives are the
interval in which the real one lies. Rounds are drawn whole, as the two stood
beside each other. A case is worse when its interval lies above the recorded one
altogether, and its ratio is higher by more than 3 % besides, which is what two
copies of one binary differ by on a quiet machine.
"""

import json
import os
import random
import statistics

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "recorded.json")
LEAST = 0.03
DRAWS = 2000


def ratio(ours, peers):
    return statistics.median(ours) / statistics.median(peers)


def interval(ours, peers):
    """The ratio and the ends of its interval, for the seconds of both by round."""
    draw, count = random.Random(0), len(ours)
    ratios = []
    for _ in range(DRAWS):
        rounds = draw.choices(range(count), k=count)
        ratios.append(ratio([ours[n] for n in rounds], [peers[n] for n in rounds]))
    ratios.sort()
    low, high = ratios[int(DRAWS * 0.025)], ratios[int(DRAWS * 0.975)]
    return {"ratio": round(ratio(ours, peers), 4), "low": round(low, 4), "high": round(high, 4)}


def is_worse(now, then):
    return now["low"] > then["high"] and now["ratio"] > then["ratio"] * (1 + LEAST)


def load():
    if not os.path.exists(FILE):
        return {}
    with open(FILE, encoding="utf-8") as file:
        return json.load(file)


def save(intervals):
    """Renews those that were measured and keeps the others."""
    everything = load() | intervals
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in everything.items()]
    with open(FILE, "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


def compare(intervals):
    """Says for each case how it stands, and gives the names of those that are worse."""
    recorded, worse = load(), []
    print()
    for name, now in intervals.items():
        told = f"{name}: {now['ratio']:.3f} ({now['low']:.3f} to {now['high']:.3f})"
        then = recorded.get(name)
        if then is None:
            print(f"{told}, not recorded")
            worse.append(name)
            continue
        if is_worse(now, then):
            worse.append(name)
        told += f", recorded {then['ratio']:.3f} ({then['low']:.3f} to {then['high']:.3f})"
        print(told + (": WORSE" if name in worse else ""))
    return worse
