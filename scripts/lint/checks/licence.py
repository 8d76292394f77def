# SPDX-License-Identifier: Apache-2.0
"""Every file of code names its licence in its first lines."""

from tree import Finding

LINE = "SPDX-License-Identifier: Apache-2.0"
HEAD = 3
"""Lines: a script has its interpreter and Package.swift its tools version in the first."""


def check(root, sources):
    return [
        Finding(source.path, 1, f"no `{LINE}` in the first {HEAD} lines")
        for source in sources
        if source.is_code and not any(LINE in line for line in source.lines[:HEAD])
    ]


BAD = {
    "Sources/Trust/A.swift": "let a = 1\n",
    "Sources/CZstd/shim.h": "#include <zstd.h>\n",
    "scripts/demo": "#!/usr/bin/env bash\ntrue\n",
    "scripts/b.py": "pass\n",
}
GOOD = {
    "Sources/Trust/A.swift": f"// {LINE}\n",
    "scripts/demo": f"#!/usr/bin/env bash\n# {LINE}\n",
    "docs/FORMAT.md": "# Format\n",
}
