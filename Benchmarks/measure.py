# SPDX-License-Identifier: Apache-2.0
"""Runs a command and says what it took; keeps what was measured."""

import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time


@dataclasses.dataclass
class Measure:
    seconds: float = 0.0  # wall
    cpu: float = 0.0  # seconds, user and system
    peak: int = 0  # KiB resident

    def __add__(self, other):
        return Measure(self.seconds + other.seconds, self.cpu + other.cpu, max(self.peak, other.peak))


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def run(command, code=0, environment=None):
    """Measures one command, a list or a line of shell."""
    line = command if isinstance(command, list) else ["bash", "-o", "pipefail", "-ec", command]
    started = time.monotonic()
    process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               env={**os.environ, **(environment or {})})
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    if os.waitstatus_to_exitcode(status) != code:
        sys.exit(f"bench: {' '.join(line)}\n{output.decode(errors='replace')}")
    return Measure(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def size(folder):
    """Bytes of all files below a folder."""
    return sum(os.lstat(os.path.join(place, name)).st_size for place, _, names in os.walk(folder) for name in names)


def settle():
    """Nothing of the run before is still being written when the next one starts."""
    os.sync()


def forget():
    """Empties the page cache. False where only root may."""
    settle()
    try:
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3\n")
    except OSError:
        return False
    return True


class Workplace:
    """Folders that are new each time and stay until the end: ext4 takes longer to make files for about a minute
    after many were deleted, and what is measured next would pay for it."""

    def __init__(self, programs, corpus, folder):
        self.programs, self.corpus, self.folder = programs, corpus, folder
        self.tree = {release: corpus / "tree" / release for release in ("v1", "v2")}
        self.count = 0

    def fresh(self, name):
        """A path at which nothing is yet."""
        self.count += 1
        return self.folder / f"{self.count:03}-{name}"

    def made(self, name):
        folder = self.fresh(name)
        folder.mkdir(parents=True)
        return folder

    def require(self, gigabytes, what):
        status = os.statvfs(self.folder)
        free = status.f_bavail * status.f_frsize / 1e9
        if free < gigabytes:
            sys.exit(f"bench: {what} takes {gigabytes:.0f} GB in {self.folder}, where {free:.0f} GB are free")


class Results:
    """Measures by row and tool, from interleaved rounds, and of curves: by name, step and size."""

    def __init__(self, rounds, path=None):
        """Kept at a path after each point of a curve: those take long."""
        self.rounds, self.rows, self.curves, self.lines, self.path = rounds, {}, {}, [], path

    def note(self, row, tool, measure, bytes_=None):
        measures, sizes = self.rows.setdefault(row, {}).setdefault(tool, ([], []))
        measures.append(measure)
        if bytes_ is not None:
            sizes.append(bytes_)

    def point(self, curve, step, size, measure):
        self.curves.setdefault(curve, {}).setdefault(step, []).append((size, measure))
        if self.path:
            self.save(self.path)

    def seconds(self, row, tool):
        return statistics.median(measure.seconds for measure in self.rows[row][tool][0])

    def cpu(self, row, tool):
        return statistics.median(measure.cpu for measure in self.rows[row][tool][0])

    def peak(self, row, tool):
        return max(measure.peak for measure in self.rows[row][tool][0])

    def bytes(self, row, tool):
        sizes = self.rows[row][tool][1]
        return statistics.median(sizes) if sizes else None

    def save(self, path):
        path.write_text(json.dumps(dataclasses.asdict(_Kept(self.rounds, self.rows, self.curves, self.lines))))

    @staticmethod
    def load(path):
        kept = json.loads(path.read_text())
        results = Results(kept["rounds"])
        results.lines = kept["lines"]
        for row, tools in kept["rows"].items():
            results.rows[row] = {tool: ([Measure(**one) for one in measures], sizes)
                                 for tool, (measures, sizes) in tools.items()}
        for curve, steps in kept["curves"].items():
            results.curves[curve] = {step: [(size, Measure(**one)) for size, one in points]
                                     for step, points in steps.items()}
        return results


@dataclasses.dataclass
class _Kept:
    rounds: int
    rows: dict
    curves: dict
    lines: list
