# SPDX-License-Identifier: Apache-2.0
"""F11: the kernel gives a program no more than 256 MiB, 512 MiB where deltas are made or read, and it finishes."""

import os
import pathlib
import subprocess

import stage as stages

CONTROLLER = pathlib.Path("/sys/fs/cgroup/memory")
MEBIBYTE = 1 << 20


def group(limit):
    folder = CONTROLLER / f"waybill-faults-{os.getpid()}-{limit}"
    folder.mkdir(exist_ok=True)
    # What belongs to the page cache counts too, and gives way.
    (folder / "memory.limit_in_bytes").write_text(str(limit * MEBIBYTE))
    return folder


def capped(command, limit):
    folder = group(limit)
    done = subprocess.run(["bash", "-c", f'echo $$ >{folder}/cgroup.procs; exec "$@"', "x", *command],
                          capture_output=True, text=True)
    peak = int((folder / "memory.max_usage_in_bytes").read_text()) // MEBIBYTE
    killed = "oom_kill 0" not in (folder / "memory.oom_control").read_text()
    folder.rmdir()
    return done, peak, killed


def measure(programs, work, files):
    if not (CONTROLLER / "memory.limit_in_bytes").exists():
        return ["there is no memory controller to cap with"]
    sources = {version: work / f"many-{version}" for version in (1, 2)}
    for version, folder in sources.items():
        stages.tree(folder, version, files)
    loop = stages.Loop(programs, work / "loop")
    complaints = []
    for version, limit in ((1, 256), (2, 512)):
        stick = work / f"stick-{version}"
        stick.mkdir()
        commands = [
            ("add", loop.command("waybill-centre", "centre", "content", "add", str(sources[version]), "--manifest",
                                  loop.content(version))),
            ("release", loop.command("waybill-centre", "centre", "content", "release")),
            ("want", loop.command("waybill-centre", "centre", "intent", "apply", "-f", loop.intent(version))),
            ("export", loop.command("waybill-centre", "centre", "export", loop.sites[0], "--to", str(stick))),
            ("import", loop.command("waybill-site", loop.sites[0], "import", str(stick))),
            ("return", loop.command("waybill-site", loop.sites[0], "return", "--to", str(stick))),
            ("ingest", loop.command("waybill-centre", "centre", "ingest", str(stick))),
        ]
        for name, command in commands:
            done, _, killed = capped(command, limit)
            if done.returncode or killed:
                complaints.append(f"{name} of version {version} within {limit} MiB ended with {done.returncode}: "
                                  f"{done.stderr.strip()[-300:]}")
        print(f"memory {files} files, version {version} within {limit} MiB: {len(complaints)} complaints so far",
              flush=True)
    return complaints
