# SPDX-License-Identifier: Apache-2.0
"""Runs a command and says what it took."""

import dataclasses
import os
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


class Results:
    """Measures by row and tool, from interleaved rounds."""

    def __init__(self):
        self.rows = {}

    def note(self, row, tool, measure, bytes_=None):
        measures, sizes = self.rows.setdefault(row, {}).setdefault(tool, ([], []))
        measures.append(measure)
        if bytes_ is not None:
            sizes.append(bytes_)

    def seconds(self, row, tool):
        return statistics.median(measure.seconds for measure in self.rows[row][tool][0])

    def cpu(self, row, tool):
        return statistics.median(measure.cpu for measure in self.rows[row][tool][0])

    def peak(self, row, tool):
        return max(measure.peak for measure in self.rows[row][tool][0])

    def bytes(self, row, tool):
        sizes = self.rows[row][tool][1]
        return statistics.median(sizes) if sizes else None
