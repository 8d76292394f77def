# SPDX-License-Identifier: Apache-2.0
"""What one measurement tells: a cold cache, bytes of installers and of a renamed tree, other delta tools, start-up."""

import os
import subprocess

import rounds
from loop import Loop
from measure import forget, run, say, settle, size


def measure(place, results):
    place.require(24, "what is measured once")
    say("cold caches")
    cold(place, results)
    say("other delta tools")
    deltas(place, results)
    say("installers and a renamed tree")
    updates(place, results)
    say("start-up")
    for program in ("centre", "site", "courier", "tuf"):
        for _ in range(20):
            results.note("start-up", f"waybill-{program}", run([f"{place.programs}/waybill-{program}", "--version"]))


def cold(place, results):
    """Everything comes from the disk, programs too."""
    if not forget():
        say("only root may empty the page cache: no cold run")
        return
    archive = place.made("archive") / "peer.tar.zst"
    results.note("first bundle, cold", "tar, zstd, minisign", run(rounds.signed_archive(place, archive)),
                 archive.stat().st_size)
    loop = Loop(place.programs, place.fresh("loop"))
    medium = loop.folder / "stick"
    forget()
    results.note("first bundle, cold", "waybill", loop.add(1, place.tree["v1"]) + loop.export(medium), size(medium))
    loop.receive(medium)
    loop.report(medium)
    forget()
    update = loop.folder / "update"
    results.note("update, cold", "waybill", loop.add(2, place.tree["v2"]) + loop.export(update), size(update))
    repository = place.fresh("restic")
    subprocess.run(["restic", "-q", "init", "-r", str(repository)], check=True, capture_output=True)
    before = size(repository)
    for release, row in (("v1", "first bundle, cold"), ("v2", "update, cold")):
        forget()
        line = f"cd {place.tree[release]}; restic -q -r {repository} --no-cache backup .; sync -f {repository}"
        results.note(row, "restic", run(line), size(repository) - before)
        before = size(repository)


def deltas(place, results):
    """Tools that make one delta between two trees, with defaults but for xdelta3's window, which it needs as large
    as its source to find anything in a tar."""
    folder = place.made("deltas")
    for release, tree in place.tree.items():
        run(f"tar --sort=name --owner=0 --group=0 -C {tree} -cf {folder}/{release}.tar .")
    settle()
    line = f"xdelta3 -e -q -B 1200000000 -s {folder}/v1.tar {folder}/v2.tar {folder}/delta; sync {folder}/delta"
    results.note("deltas", "xdelta3 of one tar", run(line), (folder / "delta").stat().st_size)
    line = f"zstd -3 -T2 -q --long=31 --patch-from={folder}/v1.tar {folder}/v2.tar -o {folder}/patch; sync {folder}/patch"
    settle()
    results.note("deltas", "zstd --patch-from of one tar", run(line), (folder / "patch").stat().st_size)
    repository = f"{folder}/ostree"
    commit = f"ostree --repo={repository} commit --canonical-permissions --branch="
    line = f"ostree --repo={repository} init --mode=archive; {commit}v1 {place.tree['v1']} >/dev/null"
    run(line)
    settle()
    delta = f"ostree --repo={repository} static-delta generate --inline --from=v1 --to=v2 --filename={folder}/static >/dev/null"
    line = f"{commit}v2 {place.tree['v2']} >/dev/null; {delta}; sync -f {folder}"
    taken = run(line)
    results.note("deltas", "ostree static delta", taken,
                 sum(path.stat().st_size for path in folder.iterdir() if path.name.startswith("static")))


def updates(place, results):
    for row, first, second in (("installers", place.corpus / "whl/v1", place.corpus / "whl/v2"),
                               ("renamed tree", place.tree["v1"], place.corpus / "renamed/v2")):
        loop = Loop(place.programs, place.fresh("loop"))
        loop.add(1, first)
        loop.export(loop.folder / "stick")
        loop.receive(loop.folder / "stick")
        loop.report(loop.folder / "stick")
        settle()
        added = loop.add(2, second)
        results.note(row, "waybill", added + loop.export(loop.folder / "update"), size(loop.folder / "update"))
    changed = sum(path.stat().st_size for path in (place.corpus / "whl/v2").iterdir()
                  if not (place.corpus / "whl/v1" / path.name).exists())
    results.note("installers", "changed files as they are", run(["true"]), changed)


def micro(place, results):
    """The hot paths alone: what encoding and decoding of the changed files takes, for each effort."""
    environment = {**os.environ, "WAYBILL_BENCH": "1"}
    subprocess.run(["swift", "build", "-c", "release", "--product", "waybill-micro"], check=True, env=environment)
    for effort in ("fast", "normal", "best"):
        done = subprocess.run([f"{place.programs}/waybill-micro", *map(str, place.tree.values()), effort], check=True,
                              capture_output=True, text=True)
        results.lines += [f"| {effort} | {line}" for line in done.stdout.splitlines()]
