# SPDX-License-Identifier: Apache-2.0
"""Makes what the curves are measured on. A process of its own: the peak of a command that is started counts what its
parent held. Usage: made.py small TARGET COUNT | shifted TREE TARGET NUMBER | long TREE TARGET LENGTH"""

import pathlib
import random
import sys


def added(number):
    """Adds a number to every byte: it compresses as well, differs as much from its successor, and is another file."""
    return bytes((byte + number) % 256 for byte in range(256))


def small(target, count):
    """Small files, each different."""
    source = random.Random(count)
    for number in range(count):
        folder = target / f"d{number // 1000:04}"
        folder.mkdir(exist_ok=True, parents=True)
        (folder / f"f{number:06}.txt").write_bytes(source.randbytes(100).hex().encode())


def shifted(tree, target, number):
    """An unlike copy of a tree."""
    table = added(number)
    for path in tree.rglob("*"):
        copy = target / path.relative_to(tree)
        if path.is_dir():
            copy.mkdir(parents=True, exist_ok=True)
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes().translate(table))


def long(tree, target, length):
    """A tree's files one behind the other; from the second time on with other bytes."""
    paths = sorted(path for path in tree.rglob("*") if path.is_file())
    with target.open("wb") as file:
        number = 0
        while file.tell() < length:
            table = added(number)
            for path in paths:
                file.write(path.read_bytes().translate(table)[:length - file.tell()])
                if file.tell() >= length:
                    break
            number += 1


if __name__ == "__main__":
    what, *arguments, last = sys.argv[1:]
    {"small": small, "shifted": shifted, "long": long}[what](*map(pathlib.Path, arguments), int(last))
