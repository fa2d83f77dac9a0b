# SPDX-License-Identifier: Apache-2.0
"""Orders names so that those which the same commands use lie together. Started by order.sh.

    order.py NM-OUTPUT FILE...

Each file has the names that one command uses, in the order of their first use, and is
called after the command; NM-OUTPUT is that of nm -S.
"""

import collections
import os
import sys

# How often a command is called, beside others.
WEIGHTS = {"run": 3, "exec": 3, "create": 2, "pod-create": 2}


def sizes(path):
    """The sizes of functions and variables by name, in bytes."""
    with open(path, encoding="ascii") as lines:
        words = (line.split() for line in lines)
        return {w[3]: int(w[1], 16) for w in words if len(w) == 4}


def groups(files):
    """Names by the commands that use them."""
    users = collections.defaultdict(set)
    for path in files:
        with open(path, encoding="ascii") as names:
            for name in names.read().split():
                users[name].add(os.path.basename(path))
    found = collections.defaultdict(list)
    for name, commands in users.items():
        found[frozenset(commands)].append(name)
    return found


def distance(one, other):
    """What it costs to have two groups beside each other: who uses one alone."""
    return sum(WEIGHTS.get(command, 1) for command in one ^ other)


def main():
    size = sizes(sys.argv[1])
    left = groups(sys.argv[2:])
    total = {group: sum(size.get(name, 0) for name in names) for group, names in left.items()}
    # Those of all commands, then always the group that is most like the one before.
    here = max(left, key=len)
    while left:
        print(*left.pop(here), sep="\n")
        if left:
            here = min(left, key=lambda group: (distance(group, here), -total[group], sorted(group)))


if __name__ == "__main__":
    main()
