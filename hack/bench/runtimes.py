# SPDX-License-Identifier: Apache-2.0
"""The runtimes that are compared, each with its own state, bundles and cgroup."""

import json
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, "..", "..", "spec-fixtures")


def compiled(name, options, sources, *flags):
    """A program of C sources here, built."""
    program = os.path.join(options.home, f"{name}.program")
    paths = [os.path.join(HERE, source) for source in sources]
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, "-O2", "-static", *flags, "-o", program, *paths], check=True)
    return program


class Runtime:
    """One runtime with a state root, bundles and a cgroup of its own."""

    is_floor = False

    def __init__(self, name, program, options, meter):
        self.name, self.meter = name, meter
        self.cgroup = f"{os.environ['RUNP_CGROUP']}/{name}"
        self.home = os.path.join(options.home, name)
        os.makedirs(self.home)
        # All in the same way: how a file lies in the page cache shows in its
        # process's peak memory.
        self.program = os.path.join(self.home, os.path.basename(program))
        shutil.copyfile(program, self.program)
        os.chmod(self.program, 0o755)
        self.root = os.path.join(os.environ["RUNP_SCRATCH"], name)
        self.version = self.read_version()
        self.knows_pods = self.version.startswith("runp")
        self.rootfs = os.path.join(self.home, "rootfs")
        subprocess.run([os.path.join(FIXTURES, "make-rootfs.sh"), self.rootfs], check=True)

    def read_version(self):
        words = [self.program, "--version"]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        return said.splitlines()[0].removeprefix("version ")

    def bundle(self, name, args, edit=None):
        """A bundle with podman's default configuration, and its path."""
        source = os.path.join(FIXTURES, "bundles", "podman-recorded")
        path = os.path.join(self.home, name)
        os.makedirs(os.path.join(path, "userdata", "shm"), exist_ok=True)
        for file in ("hosts", "hostname", ".containerenv"):
            shutil.copy(os.path.join(source, "userdata", file), os.path.join(path, "userdata"))
        with open(os.path.join(source, "config.json"), encoding="utf-8") as file:
            config = json.load(file)
        config["process"]["args"] = args
        config["root"]["path"] = self.rootfs
        config["linux"]["cgroupsPath"] = f"{self.cgroup}/{name}"
        if edit:
            edit(config)
        with open(os.path.join(path, "config.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)
        return path

    def words(self, *words):
        return [self.program, "--root", self.root, *words]

    def words_of_run(self, name, bundle):
        return self.words("run", "--bundle", bundle, name)

    def command(self, *words):
        return self.meter.run(*self.words(*words))

    def run(self, name, bundle):
        return self.meter.run(*self.words_of_run(name, bundle))

    def pid_file(self, name):
        return os.path.join(self.home, name + ".pid")

    def create(self, name, bundle):
        return self.command("create", "--bundle", bundle, "--pid-file", self.pid_file(name), name)

    def pid(self, name):
        with open(self.pid_file(name), encoding="ascii") as file:
            return int(file.read())

    def delete(self, name):
        return self.command("delete", "--force", name)


class Floor(Runtime):
    """The kernel's part of a `run`, without a runtime: floor.c."""

    is_floor = True

    def __init__(self, options, meter):
        sources = ("floor.c", "floor-root.c", "floor-call.c")
        flags = ("-nostdlib", "-ffreestanding", "-fno-stack-protector")
        super().__init__("floor", compiled("floor", options, sources, *flags), options, meter)
        os.makedirs(self.root)
        os.makedirs("/sys/fs/cgroup" + self.cgroup)

    def read_version(self):
        return "the kernel calls of a run without a profile, and nothing else"

    def words_of_run(self, name, bundle):
        cgroup = f"/sys/fs/cgroup{self.cgroup}/{name}"
        return [self.program, os.path.join(self.root, name), bundle, self.rootfs, cgroup]
