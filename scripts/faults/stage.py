# SPDX-License-Identifier: Apache-2.0
"""A small loop on a file system of its own, ready for an update, that can be copied, cut off and looked at."""

import collections
import fcntl
import hashlib
import os
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "Benchmarks"))
from loop import CONTENT, INTENT, Loop  # noqa: E402

SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN: _IOR("X", 125, __u32)
NO_LOG_FLUSH = 2


def tree(folder, version, count=40):
    """Small files, and large ones of which an update changes a little: it travels as deltas."""
    source = random.Random("tree")
    for number in range(count):
        path = folder / f"d{number % 4}" / f"f{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.randbytes(200) + (b"%d" % version if number % 3 == 0 else b""))
    for number in range(3):
        data = bytearray(source.randbytes(700_000))
        for place in range(0, len(data), 50_000 if version > 1 else len(data) + 1):
            data[place] ^= version
        (folder / f"large-{number}.dll").write_bytes(data)


def shutdown(mount):
    """The power goes: what was not synced is gone."""
    handle = os.open(mount, os.O_RDONLY)
    try:
        fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
    finally:
        os.close(handle)


def mount(image, place):
    device = subprocess.run(["losetup", "--find", "--show", str(image)], check=True, capture_output=True, text=True)
    subprocess.run(["mount", device.stdout.strip(), str(place)], check=True)


def unmount(place):
    """Ends the device too, at once: what it holds in memory must not outlive it."""
    device = subprocess.run(["findmnt", "--noheadings", "--output", "SOURCE", str(place)], check=True,
                            capture_output=True, text=True).stdout.strip()
    # A program that was just killed may hold on for some milliseconds.
    for _ in range(100):
        if subprocess.run(["umount", str(place)], capture_output=True).returncode == 0:
            break
        time.sleep(0.02)
    else:
        sys.exit(f"faults: {place} stays busy")
    subprocess.run(["losetup", "--detach", device], check=True)


class Stage:
    """The images of a work folder and the place they are mounted at."""

    def __init__(self, programs, work):
        self.programs, self.work = programs, pathlib.Path(work)
        self.place = self.work / "mount"
        self.place.mkdir(parents=True)
        self.image, self.number = self.work / "now-0.img", 0
        self.sources = {version: self.work / f"v{version}" for version in (1, 2)}
        for version, folder in self.sources.items():
            folder.mkdir()
            tree(folder, version)
        # Not on the file system that is cut off.
        self.manifest, self.intent = self.work / "content.yaml", self.work / "intent.yaml"
        self.manifest.write_text(CONTENT.format(version=2))
        self.intent.write_text(INTENT.format(version=2, sites="fjord-3"))

    def prepare(self):
        """The loop with version 1 at the site and its receipt booked; version 2 not yet added."""
        image = self.work / "base.img"
        with image.open("wb") as file:
            file.truncate(256 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-b", "4096", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(image)], check=True)
        mount(image, self.place)
        self.loop = Loop(self.programs, self.place / "loop")
        first = self.place / "stick"
        self.loop.add(1, self.sources[1])
        self.loop.export(first)
        self.loop.receive(first)
        self.loop.report(first)
        shutil.rmtree(first)
        unmount(self.place)
        return image

    def run(self, step):
        """Runs a step of the straight course; answers its exit code."""
        return subprocess.run(self.command(step), capture_output=True, text=True)

    def command(self, step):
        loop, stick = self.loop, str(self.place / "update")
        centre, site = ("waybill-centre", "centre"), ("waybill-site", loop.sites[0])
        return loop.command(*{
            "add": (*centre, "content", "add", str(self.sources[2]), "--manifest", str(self.manifest)),
            "release": (*centre, "content", "release"),
            "want": (*centre, "intent", "apply", "-f", str(self.intent)),
            "export": (*centre, "export", loop.sites[0], "--to", stick),
            "import": (*site, "import", stick),
            "return": (*site, "return", "--to", stick),
            "ingest": (*centre, "ingest", stick),
        }[step])

    def before(self, base, step):
        """An image in which everything before a step was done."""
        image = self.work / f"before-{step}.img"
        shutil.copyfile(base, image)
        mount(image, self.place)
        (self.place / "update").mkdir(exist_ok=True)
        for earlier in STEPS[:STEPS.index(step)]:
            self.must(earlier)
        unmount(self.place)
        return image

    def must(self, step):
        done = self.run(step)
        if done.returncode:
            sys.exit(f"faults: {step} ended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def reset(self, image):
        """Mounts a copy of an image; the copy before is gone."""
        self.image.unlink(missing_ok=True)
        self.number += 1
        # Another file each time: the kernel may still know what the one before held.
        self.image = self.work / f"now-{self.number}.img"
        # Holes stay holes: a copy is milliseconds.
        subprocess.run(["cp", "--sparse=always", str(image), str(self.image)], check=True)
        mount(self.image, self.place)

    def end(self):
        """What a straight course ends with: every byte that is served, and as many files of each kind.

        A manifest's salt is drawn anew each time, and with it names that are digests: their count must be the same."""
        loop = self.place / "loop"
        library = loop / f"{self.loop.sites[0]}-dp"
        served = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                  for path in (library / "FileLib").rglob("*") if path.is_file() and path.suffix != ".INI"}
        kept = collections.Counter(
            re.sub("[0-9a-f]{22,}", "*", re.sub("/[0-9a-f]{2}/", "/", str(path.relative_to(loop))))
            for folder in ("centre", self.loop.sites[0], library.name) for path in (loop / folder).rglob("*")
            if path.is_file() and not path.name.endswith(("-wal", "-shm")))
        return served, kept


STEPS = ("add", "release", "want", "export", "import", "return", "ingest")
