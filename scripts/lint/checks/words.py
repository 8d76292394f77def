# SPDX-License-Identifier: Apache-2.0
"""No machine paths, no traps on outside data, no open ends without an issue."""

import re

from tree import Finding

EVERYWHERE = {
    r"(?<![\w.~-])/(?:work|opt)/": "names a folder of one particular machine",
    r"\b(?:TODO|FIXME|XXX)\b(?!\(#\d+\))": "an open end without an issue: write `TODO(#12)`",
}
IN_SWIFT = {
    r"^\s*@testable\b": "tests are built in release mode: use `package` instead of @testable",
}
IN_SOURCES = {
    r"\btry!": "data from outside never traps: no `try!`",
    r"\bas!": "data from outside never traps: no `as!`",
    r"(?<![\w.])fatalError\(": "data from outside never traps: throw, or use `precondition`",
}
COMMENT = re.compile(r"(?<!:)//.*")


def rules(source):
    """Each rule for this file, and the lines that it reads."""
    if source.path.startswith("scripts/lint/checks/") or source.path == "LICENSE":
        return
    yield EVERYWHERE, source.lines
    if source.is_swift:
        code = [COMMENT.sub("", line) for line in source.lines]
        yield IN_SWIFT, code
        if source.path.startswith("Sources/"):
            yield IN_SOURCES, code


def check(root, sources):
    return [
        Finding(source.path, number, reason)
        for source in sources
        if source.is_text
        for words, lines in rules(source)
        for number, line in enumerate(lines, 1)
        for pattern, reason in words.items()
        if re.search(pattern, line)
    ]


BAD = {
    "docs/A.md": "See /work/shared/design.md.\n",
    "scripts/b": 'root="/opt/swift"\n',
    "Sources/Trust/C.swift": "let a = try! f()\n",
    "Sources/Trust/D.swift": "let a = b as! C\n",
    "Sources/Trust/E.swift": '    fatalError("never")\n',
    "Sources/Trust/F.swift": "// TODO: later\n",
    "Tests/TrustTests/G.swift": "@testable import Trust\n",
}
GOOD = {
    "docs/A.md": "The framework/work/ folder, https://example.org/work/ and TODO(#12).\n",
    "Sources/Trust/B.swift": "// Never `try!` nor fatalError( here.\nlet a = try f()\n",
}
