# SPDX-License-Identifier: Apache-2.0
"""Knows the functions and variables of the static program, and what they belong to."""

import bisect
import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = re.compile(r"/Sources/(\w+)/")
# The C libraries that are linked, and how a symbol of theirs is told.
ARCHIVES = {"libseccomp": "libseccomp.a", "libyajl": "libyajl.a", "libdbus": "libdbus-1.a"}


def output(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def names_in(*files):
    """The names that object files or archives define."""
    words = (line.split() for line in output("nm", *files).splitlines())
    return {w[2] for w in words if len(w) == 3 and w[1] in "tTwWdDbBrRi"}


class Symbols:
    """The symbols of one program, by address."""

    def __init__(self, program):
        lines = (line.split() for line in output("nm", program).splitlines())
        found = sorted((int(w[0], 16), w[1], w[2]) for w in lines if len(w) == 3)
        self.addresses = [address for address, _, _ in found]
        self.found = found
        self.sections = self._sections(program)
        self.segments = self._segments(program)
        self.owners = self._libraries() | self._modules(program)

    @staticmethod
    def _sections(program):
        """Where the parts of the program are: begin, end, kind."""
        sections = []
        for line in output("readelf", "-SW", program).splitlines():
            match = re.match(r"\s*\[ *\d+\] (\S+)\s+(\S+)\s+(\w+) \w+ (\w+) \w+\s+(\w+)", line)
            if not match or "A" not in match.group(5):
                continue
            name, kind, begin, size, flags = match.groups()
            if "X" in flags:
                part = "text"
            elif "W" not in flags:
                part = "read-only data"
            elif name.startswith(".data.rel.ro") or name in (".got", ".init_array"):
                part = "data with addresses"
            else:
                part = "bss" if kind == "NOBITS" else "data"
            sections.append((int(begin, 16), int(begin, 16) + int(size, 16), part))
        return sections

    @staticmethod
    def _segments(program):
        """Where parts of the file are mapped: place in the file, address, size."""
        lines = (line.split() for line in output("readelf", "-lW", program).splitlines())
        return [(int(w[1], 16), int(w[2], 16), int(w[4], 16)) for w in lines if w[:1] == ["LOAD"]]

    @staticmethod
    def _libraries():
        """What functions belong to the C libraries, by name."""
        owners = {}
        for library, archive in ARCHIVES.items():
            path = output(os.environ.get("CC", "cc"), f"-print-file-name={archive}").strip()
            if os.path.exists(path):
                owners |= dict.fromkeys(names_in(path), library)
        return owners

    def _modules(self, program):
        """What functions of runp belong to, by name: the directory of the source that they
        begin in, which is none for those of the standard library."""
        text = [(address, name) for address, kind, name in self.found if kind in "tT"]
        words = "\n".join(hex(address) for address, _ in text)
        lines = subprocess.run(
            ["addr2line", "-e", program], input=words, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        matches = ((name, SOURCE.search(line)) for (_, name), line in zip(text, lines))
        return {name: match.group(1) for name, match in matches if match}

    def function_of(self, sample):
        """The name of the function where a sample was taken, and nm's letter."""
        if sample.file == "[vdso]":
            return "the kernel's vdso", "T"
        if sample.file == "[unknown]":
            return self.at(sample.function)
        for place, address, size in self.segments:
            if place <= sample.function < place + size:
                return self.at(sample.function - place + address)
        return self.at(sample.function)

    def at(self, address):
        """The name of what is at an address, and nm's letter for its kind."""
        place = bisect.bisect_right(self.addresses, address) - 1
        if place < 0:
            return hex(address), "?"
        return self.found[place][2], self.found[place][1]

    def part_at(self, address):
        """The part of a process's memory."""
        for begin, end, part in self.sections:
            if begin <= address < end:
                return part
        end = max(end for _, end, _ in self.sections)
        # A section's last page is its own to the end.
        if self.sections[0][0] <= address < end + 4096:
            return "bss"
        if address < 1 << 46:
            return "heap"
        return "stack" if address >= 0x7FF000000000 else "mapped"


def demangled(names):
    """Names of C++ and Swift as one reads them."""
    text = "\n".join(names)
    for words in (["c++filt"], ["swift", "demangle", "--simplified"]):
        text = subprocess.run(words, input=text, capture_output=True, text=True, check=True).stdout
    return text.splitlines()
