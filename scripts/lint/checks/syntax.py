# SPDX-License-Identifier: Apache-2.0
"""Shell and Python scripts can be read by their interpreters."""

import subprocess

from tree import Finding


def shell(source):
    """Line and reason of the first error in a shell script, or nothing."""
    run = subprocess.run(["bash", "-n"], input=source.data, stderr=subprocess.PIPE)
    if run.returncode == 0:
        return None
    first = run.stderr.decode("utf-8", "replace").splitlines()[0]
    digits = [word for word in first.replace(":", " ").split() if word.isdigit()]
    return int(digits[0]) if digits else 0, first


def python(source):
    """Line and reason of the first error in a Python script, or nothing."""
    try:
        compile(source.data, source.path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return getattr(error, "lineno", 0) or 0, str(error)
    return None


READERS = {"bash": shell, "sh": shell, "python3": python, "python": python}


def check(root, sources):
    read = [
        (source.path, READERS[source.interpreter](source))
        for source in sources
        if source.interpreter in READERS
    ]
    return [Finding(path, error[0], error[1]) for path, error in read if error]


BAD = {
    "scripts/a": "#!/usr/bin/env bash\nif true; then\n",
    "scripts/b.py": "def f(:\n",
    "scripts/c": "#!/usr/bin/env python3\nreturn = 1\n",
}
GOOD = {
    "scripts/a": "#!/usr/bin/env bash\ntrue\n",
    "scripts/b": "#!/usr/bin/env python3\npass\n",
}
