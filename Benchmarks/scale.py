# SPDX-License-Identifier: Apache-2.0
"""How cost and memory grow: with the count of sites, of files, with the length of a file, with gigabytes."""

import random
import shutil

from loop import Loop
from measure import run, say, settle, size


def measure(place, results, gigabytes):
    sites(place, results)
    files(place, results)
    lengths(place, results)
    volume(place, results, gigabytes)


def sites(place, results):
    """Export of the same 8 MB to 1, 10, 100 and 1,000 sites."""
    say("1,000 sites, which takes a few minutes to set up")
    names = tuple(f"site-{number}" for number in range(1000))
    loop = Loop(place.programs, place.fresh("sites"), sites=names)
    source, bytes_ = place.made("few"), 0
    for path in sorted((place.tree["v1"] / "scipy").rglob("*.py")):
        target = source / path.relative_to(place.tree["v1"])
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
        bytes_ += path.stat().st_size
        if bytes_ > 8e6:
            break
    loop.add(1, source)
    loop.export(loop.folder / "warm", sites=names[:1])
    for count in (1, 10, 100, 1000):
        settle()
        results.point("sites", "export", count, loop.export(loop.folder / f"stick-{count}", sites=names[:count]))


def files(place, results):
    """Trees of small files, each different."""
    for count in (1_000, 10_000, 100_000, 500_000):
        say(f"{count:,} files")
        place.require(count * 40e-6 + 2, f"{count:,} files")
        source, random_ = place.made("many"), random.Random(count)
        for number in range(count):
            folder = source / f"d{number // 1000:04}"
            folder.mkdir(exist_ok=True)
            (folder / f"f{number:06}.txt").write_bytes(random_.randbytes(100).hex().encode())
        loop = Loop(place.programs, place.fresh("loop"))
        medium = loop.folder / "stick"
        settle()
        results.point("files", "add and release", count, loop.add(1, source))
        settle()
        results.point("files", "export", count, loop.export(medium))
        settle()
        results.point("files", "inspect", count, loop.inspect(medium))
        results.point("files", "plan", count, loop.plan(medium))
        settle()
        results.point("files", "import and apply", count, loop.receive(medium))


def lengths(place, results):
    """One file, longer and longer, of what the corpus holds."""
    for megabytes in (64, 256, 1024, 4096):
        say(f"one file of {megabytes} MB")
        place.require(megabytes / 1000 * 5 + 1, f"one file of {megabytes} MB")
        source = place.made("long")
        write_long(place, source / "image.bin", megabytes * 10**6)
        loop = Loop(place.programs, place.fresh("loop"))
        medium = loop.folder / "stick"
        settle()
        results.point("lengths", "first bundle", megabytes, loop.add(1, source) + loop.export(medium))
        settle()
        results.point("lengths", "import and apply", megabytes, loop.receive(medium))


def volume(place, results, gigabytes):
    """The corpus, and as many unlike copies of it."""
    for copies in (1, gigabytes):
        place.require(copies * 6 + 2, f"{copies} GB")
        say(f"{copies} GB")
        trees = {}
        for release, tree in place.tree.items():
            trees[release] = place.made(f"copies-{release}")
            for number in range(copies):
                shifted(tree, trees[release] / f"copy-{number}", number)
        loop = Loop(place.programs, place.fresh("loop"))
        medium, update = loop.folder / "stick", loop.folder / "update"
        settle()
        results.point("gigabytes", "first bundle", copies, loop.add(1, trees["v1"]) + loop.export(medium))
        settle()
        results.point("gigabytes", "check", copies, run([f"{place.programs}/waybill-courier", "check", str(medium)]))
        results.point("gigabytes", "import and apply", copies, loop.receive(medium))
        loop.report(medium)
        settle()
        results.point("gigabytes", "update", copies, loop.add(2, trees["v2"]) + loop.export(update))
        settle()
        results.point("gigabytes", "import of the update", copies, loop.receive(update))
        results.lines.append(f"{copies} GB: bundle {size(medium) / 1e6:.0f} MB, update {size(update) / 1e6:.0f} MB.")
        for folder in (*trees.values(), loop.folder):
            shutil.rmtree(folder)


def added(number):
    """Adds a number to every byte: it compresses as well, differs as much from its successor, and is another file."""
    return bytes((byte + number) % 256 for byte in range(256))


def shifted(tree, target, number):
    table = added(number)
    for path in tree.rglob("*"):
        copy = target / path.relative_to(tree)
        if path.is_dir():
            copy.mkdir(parents=True, exist_ok=True)
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes().translate(table))


def write_long(place, target, length):
    """The corpus' files one behind the other; from the second time on with other bytes."""
    paths = sorted(path for path in place.tree["v1"].rglob("*") if path.is_file())
    with target.open("wb") as file:
        number = 0
        while file.tell() < length:
            table = added(number)
            for path in paths:
                file.write(path.read_bytes().translate(table)[:length - file.tell()])
                if file.tell() >= length:
                    break
            number += 1
