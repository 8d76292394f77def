# SPDX-License-Identifier: Apache-2.0
"""No Swift file is longer than 400 lines."""

from tree import Finding

LONGEST = 400
"""Lines."""


def check(root, sources):
    return [
        Finding(source.path, LONGEST + 1, f"{len(source.lines)} lines, at most {LONGEST}")
        for source in sources
        if source.is_swift and len(source.lines) > LONGEST
    ]


BAD = {"Tests/TrustTests/A.swift": "// line\n" * (LONGEST + 1)}
GOOD = {"Sources/Trust/A.swift": "// line\n" * LONGEST}
