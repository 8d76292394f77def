# SPDX-License-Identifier: Apache-2.0
"""Swift sources have the form that `make format` gives them."""

import pathlib
import re
import subprocess

from tree import Finding

CONFIGURATION = pathlib.Path(__file__).parents[3] / ".swift-format"
FINDING = re.compile(r"^(?P<path>.+?):(?P<line>\d+):\d+: (?:error|warning): (?P<rule>.*)$")


def check(root, sources):
    swift = [source.path for source in sources if source.is_swift]
    if not swift:
        return []
    command = ["swift", "format", "lint", "--strict", "--parallel"]
    command += ["--configuration", CONFIGURATION, *swift]
    run = subprocess.run(command, cwd=root, stderr=subprocess.PIPE, text=True)
    matches = [FINDING.match(line) for line in run.stderr.splitlines()]
    findings = [Finding(m["path"], int(m["line"]), m["rule"]) for m in matches if m]
    if run.returncode != 0 and not findings:
        findings.append(Finding("swift format", 0, run.stderr.strip() or "ended in an error"))
    return findings


BAD = {
    "Sources/Trust/A.swift": "let a  = 1\n",
    "Sources/Trust/B.swift": "public struct Undocumented {}\n",
    "Tests/TrustTests/C.swift": "func f(_ x: Int?) -> Int { x! }\n",
}
GOOD = {"Sources/Trust/A.swift": "let a = 1\n"}
