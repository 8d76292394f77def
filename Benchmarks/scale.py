# SPDX-License-Identifier: Apache-2.0
"""How cost and memory grow: with the count of sites, of files, with the length of a file, with gigabytes."""

import pathlib
import shutil
import subprocess
import sys

from loop import Loop
from measure import run, say, settle, size


def measure(place, results, gigabytes):
    volume(place, results, gigabytes)
    files(place, results)
    lengths(place, results)
    sites(place, results)


def make(*arguments):
    maker = pathlib.Path(__file__).parent / "made.py"
    subprocess.run([sys.executable, str(maker), *map(str, arguments)], check=True)


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
    """Trees of small files."""
    for count in (1_000, 10_000, 100_000, 500_000):
        say(f"{count:,} files")
        place.require(count * 40e-6 + 2, f"{count:,} files")
        source = place.made("many")
        make("small", source, count)
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
        make("long", place.tree["v1"], source / "image.bin", megabytes * 10**6)
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
                make("shifted", tree, trees[release] / f"copy-{number}", number)
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
