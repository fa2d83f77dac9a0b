#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes damaged copies of a document.

mutate.py DOCUMENT DIRECTORY COUNT SEED [KEPT...]

First every number is replaced by each of those that arithmetic ends at, then
COUNT copies get one to three other wounds each, chosen by SEED. The values of
the keys KEPT stay, so that nothing outside of the test is named.
"""
import copy
import json
import os
import random
import sys

EDGES = [0, -1, 1, 2**15, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 5497558138880,
         2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -2**31 - 1, -2**63, -2**63 - 1, 0.5, 1e308]
VALUES = [None, True, False, "", "x", "x" * 300, "x" * 5000, "..", "a/../../b", "/", "\0", "\n",
          "\u001b[2J", "é", "e\u0301", "%s%n", "-1", "\U0001f600", [], {}, [None], {"": ""},
          [[]], {"a": 1}, [0] * 100] + EDGES


def places(value, kept, path=()):
    """The paths of everything below a value that may be wounded."""
    found = []
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in list(items):
            if key not in kept:
                found.append(path + (key,))
                found += places(item, kept, path + (key,))
    return found


def parent(document, path):
    for key in path[:-1]:
        document = document[key]
    return document


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def wound(document, kept, chance):
    path = chance.choice(places(document, kept) or [()])
    if not path:
        return
    above, key = parent(document, path), path[-1]
    what = chance.randrange(5)
    if what == 0:
        del above[key]
    elif what == 1 and isinstance(above, list):
        above.insert(key, copy.deepcopy(above[key]))
    elif what == 2 and isinstance(above, dict):
        above[str(key) + chance.choice(["x", "\u0000", "\u0301"])] = above.pop(key)
    else:
        above[key] = copy.deepcopy(chance.choice(VALUES))


def damage(text, chance):
    """Cuts, repeats or changes bytes."""
    place = chance.randrange(len(text))
    what = chance.randrange(5)
    if what == 0:
        return text[:place]
    if what == 1:
        return text[:place] + text[place + chance.randrange(1, 9):]
    if what == 2:
        return text[:place] + chance.choice([b"\xff", b"\x80", b"\xed\xa0\x80", b"\0"]) + text[place:]
    if what == 3:
        return text[:place] + chance.choice([b"{", b"[", b"]", b'"', b",", b"\\u", b"\\ud800"]) + text[place:]
    return text + chance.choice([b"}", b"{}", b"\0", b"x"])


def main():
    source, directory, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    kept = sys.argv[5:]
    with open(source, encoding="utf-8") as file:
        original = json.load(file)
    chance = random.Random(seed)
    documents = []
    for path in places(original, kept):
        if is_number(parent(original, path)[path[-1]]):
            for edge in EDGES:
                document = copy.deepcopy(original)
                parent(document, path)[path[-1]] = edge
                documents.append(json.dumps(document).encode())
    # All of them only when asked for: one container each is a matter of minutes.
    most = int(os.environ.get("RUNP_EDGES", count))
    if len(documents) > most:
        documents = chance.sample(documents, most)
    for _ in range(count):
        document = copy.deepcopy(original)
        for _ in range(chance.randrange(1, 4)):
            wound(document, kept, chance)
        documents.append(json.dumps(document, ensure_ascii=chance.random() < 0.5).encode())
    # Bytes can become another name, so not where a name must stay.
    for _ in range(count // 4):
        text = json.dumps(original).encode()
        changed = damage(text, chance)
        if all(json.dumps(value).encode() in changed for value in kept_values(original, kept)):
            documents.append(changed)
    for number, text in enumerate(documents):
        with open(f"{directory}/{number:04}.json", "wb") as file:
            file.write(text)


def kept_values(value, kept):
    found = []
    if isinstance(value, dict):
        for key, item in value.items():
            found += [item] if key in kept else kept_values(item, kept)
    elif isinstance(value, list):
        for item in value:
            found += kept_values(item, kept)
    return found


main()
