# SPDX-License-Identifier: Apache-2.0
"""The files that a check looks at, and what it says about them."""

import pathlib
import subprocess
from typing import NamedTuple


class Finding(NamedTuple):
    """One place that breaks a rule."""

    path: str
    line: int
    rule: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}"


class Source(NamedTuple):
    """One file: its path from the root of the repository, and its bytes."""

    path: str
    data: bytes

    @property
    def lines(self) -> list[str]:
        return self.data.decode("utf-8", "replace").splitlines()

    @property
    def is_text(self) -> bool:
        return b"\0" not in self.data[:8192]

    @property
    def interpreter(self) -> str:
        """`bash`, `sh` or `python3` when the file is a script of that kind, else nothing."""
        first = self.data[:80].split(b"\n", 1)[0].decode("ascii", "replace")
        if first.startswith("#!"):
            return first.split("/")[-1].split()[-1]
        return {".py": "python3", ".sh": "bash"}.get(pathlib.PurePath(self.path).suffix, "")

    @property
    def is_swift(self) -> bool:
        return self.path.endswith(".swift")

    @property
    def is_code(self) -> bool:
        """Swift, C, a script or a makefile."""
        name = pathlib.PurePath(self.path)
        return (
            bool(self.interpreter)
            or name.suffix in {".swift", ".c", ".h"}
            or name.name == "Makefile"
        )


def sources(root: pathlib.Path) -> list[Source]:
    """All files under `root` that git knows or would take; without git, all files."""
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True,
            stdout=subprocess.PIPE,
        ).stdout
        names = [name.decode() for name in listed.split(b"\0") if name]
    else:
        names = [str(path.relative_to(root)) for path in root.rglob("*")]
    files = (name for name in sorted(set(names)) if (root / name).is_file())
    return [Source(name, (root / name).read_bytes()) for name in files]
