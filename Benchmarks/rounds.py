# SPDX-License-Identifier: Apache-2.0
"""What is compared, in interleaved rounds."""

import subprocess

from loop import Loop
from measure import run, say, settle, size

FIRST, UPDATE, FAST = "first bundle", "update", "update, fast"


def measure(place, results, count):
    # A round leaves about 9 GB, which go when all are measured.
    place.require(9 * count, f"{count} rounds")
    for number in range(1, count + 1):
        say(f"round {number} of {count}")
        archive = archives(place, results)
        loop, medium = first(place, results)
        second_site(place, results, loop, medium)
        check(place, results, medium)
        receive(place, results, loop, medium, archive)
        update(place, results, loop)
        repositories(place, results)


def drop(path):
    """A line of shell that makes the kernel forget what it holds of a file."""
    return f"dd of={path} oflag=nocache conv=notrunc,fdatasync count=0 status=none"


def signed_archive(place, archive):
    """What people do by hand: pack, sign, flush, read again."""
    key = place.folder / "minisign.key"
    if not key.exists():
        subprocess.run(["minisign", "-G", "-f", "-W", "-p", str(place.folder / "minisign.pub"), "-s", str(key)],
                       check=True, capture_output=True)
    return (f"tar -C {place.tree['v1']} -cf - . | zstd -3 -T2 -q -o {archive}; minisign -S -m {archive} -s {key} "
            f"</dev/null >/dev/null; sync {archive}; {drop(archive)}; sha256sum {archive}")


def archives(place, results):
    folder = place.made("archives")
    archive, other = folder / "peer.tar.zst", folder / "peer2.tar.zst"
    settle()
    results.note(FIRST, "tar, zstd, minisign", run(signed_archive(place, archive)), archive.stat().st_size)
    settle()
    line = f"bsdtar --zstd -cf {other} -C {place.tree['v1']} . ; sync {other}"
    results.note(FIRST, "bsdtar --zstd", run(line), other.stat().st_size)
    return archive


def first(place, results):
    settle()
    loop = Loop(place.programs, place.fresh("loop"), sites=("fjord-3", "oslo-2"))
    medium = loop.folder / "stick"
    settle()
    taken = loop.add(1, place.tree["v1"]) + loop.export(medium)
    results.note(FIRST, "waybill", taken, size(medium))
    return loop, medium


def second_site(place, results, loop, medium):
    """The same content to a second site, against copying and hashing as many bytes on two cores."""
    settle()
    second = loop.folder / "second"
    results.note("second site", "waybill", loop.export(second, sites=["oslo-2"]), size(second))
    settle()
    copy = place.made("copy")
    names = " ".join(str(volume) for volume in sorted(next(medium.iterdir()).glob("volume-*.tar")))
    line = f"cp {names} {copy} & sha256sum {names} >/dev/null & wait; sync {copy}/*"
    results.note("second site", "cp and sha256sum", run(line))


def check(place, results, medium):
    volume = max(next(medium.iterdir()).glob("volume-*.tar"), key=lambda path: path.stat().st_size)
    run(f"cat {medium}/*/* >/dev/null")
    results.note("check", "waybill", run([f"{place.programs}/waybill-courier", "check", str(medium)]), size(medium))
    # Two loops at the same time, each over all of it: twice the bytes.
    loop = f"openssl dgst -sha256 {volume} >/dev/null"
    results.note("check", "two SHA-256 loops", run(f"{loop} & {loop} & wait"), 2 * volume.stat().st_size)


def receive(place, results, loop, medium, archive):
    # While the point cannot be reached, everything is staged and waits.
    point, away = loop.folder / "fjord-3-dp", loop.folder / "away"
    point.rename(away)
    settle()
    results.note("import to staged", "waybill", loop.receive(medium, code=30))
    away.rename(point)
    settle()
    results.note("apply", "waybill", run(loop.command("waybill-site", "fjord-3", "apply")))
    loop.report(medium)
    settle()
    out = place.made("unpacked")
    line = (f"zstd -dcq {archive} | tar -xf - -C {out}; find {out} -type f -print0 | "
            f"xargs -0 -P2 -n500 openssl dgst -sha256 >/dev/null; sync -f {out}")
    results.note("import to staged", "zstd and tar, hashed", run(line))


def update(place, results, loop):
    """The update at both efforts; deltas of one are no help to the other."""
    settle()
    added = loop.add(2, place.tree["v2"])
    for row, effort in ((UPDATE, "normal"), (FAST, "fast")):
        settle()
        medium = loop.folder / f"stick-{effort}"
        exported = loop.export(medium, effort)
        results.note(row, "waybill", added + exported, size(medium))
        if effort == "normal":
            settle()
            results.note("import of the update", "waybill", loop.receive(medium))


def repository(place, results, name, setup, first, update):
    """A tool that keeps a repository: what the first and the second release add to it."""
    settle()
    folder = place.fresh(name)
    subprocess.run(["bash", "-ec", setup.format(r=folder)], check=True, capture_output=True)
    before = size(folder) if folder.exists() else 0
    taken = run(first.format(r=folder, t=place.tree["v1"]) + f"; sync -f {folder}")
    after = size(folder)
    results.note(FIRST, name, taken, after - before)
    settle()
    taken = run(update.format(r=folder, t=place.tree["v2"]) + f"; sync -f {folder}")
    for row in (UPDATE, FAST):
        results.note(row, name, taken, size(folder) - after)


def repositories(place, results):
    restic = "cd {t}; restic -q -r {r} --no-cache backup ."
    repository(place, results, "restic", "restic -q init -r {r}", restic, restic)
    borg = "cd {t}; borg create --compression zstd,3 {r}::"
    repository(place, results, "borg", "borg init -e none {r}", borg + "v1 .", borg + "v2 .")
    casync = "casync make --store={r}/store.castr {r}/"
    repository(place, results, "casync", "mkdir -p {r}", casync + "v1.caidx {t} >/dev/null",
               casync + "v2.caidx {t} >/dev/null")
