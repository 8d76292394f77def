# SPDX-License-Identifier: Apache-2.0
"""F06, F07: a file system that is too small, at every size between nothing and enough.

A step that lacks room says so (21) and leaves nothing half done: after room was made, the same step ends as if there
had been enough. It never ends with 0 unless all is there, and never otherwise than with 21."""

import os

import stage as stages


def free(place):
    status = os.statvfs(place)
    return status.f_bavail * status.f_frsize


def fill(stage, left):
    """Leaves a number of bytes free by a file that takes the rest."""
    ballast = stage.place / "ballast"
    with ballast.open("wb") as file:
        # A few blocks go for the list of blocks itself.
        while (size := free(stage.place) - left) > 4096:
            try:
                os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, size - 4096)
            except OSError:
                break
    os.sync()
    return ballast


def enough(stage, image, step):
    """Bytes that are enough, found by doubling: what is wanted beforehand may be more than what is taken."""
    left = 1 << 18
    while True:
        stage.reset(image)
        fill(stage, left)
        code = stage.run(step).returncode
        stages.unmount(stage.place)
        if code == 0:
            return left
        left *= 2


def trial(stage, image, step, left, expected):
    stage.reset(image)
    ballast = fill(stage, left)
    first = stage.run(step)
    ballast.unlink(missing_ok=True)
    complaint = None
    if first.returncode not in (0, 21):
        complaint = f"ended with {first.returncode}: {first.stderr.strip()[-300:]}"
    rest = stages.STEPS[stages.STEPS.index(step) + (first.returncode == 0):]
    for each in rest if complaint is None else ():
        done = stage.run(each)
        if done.returncode:
            complaint = f"with room again, {each} ended with {done.returncode}: {done.stderr.strip()[-300:]}"
            break
    else:
        if complaint is None and stage.end() != expected:
            complaint = "with room again, it ends otherwise than a straight run"
    stages.unmount(stage.place)
    return first.returncode, complaint


def measure(stage, base, samples, straight):
    complaints = []
    for step in ("add", "export", "import", "return", "ingest"):
        image = stage.before(base, step)
        expected = straight(stage, image, step)
        most = enough(stage, image, step)
        codes = {}
        for number in range(samples):
            left = most * number // samples
            code, complaint = trial(stage, image, step, left, expected)
            codes[code] = codes.get(code, 0) + 1
            if complaint:
                complaints.append(f"{step} with {left} bytes free: {complaint}")
        ends = ", ".join(f"{count} ended with {code}" for code, count in sorted(codes.items()))
        print(f"space  {step:7} {samples} sizes up to {most / 1e6:.1f} MB: {ends}; {len(complaints)} complaints so far",
              flush=True)
    return complaints
