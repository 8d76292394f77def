# SPDX-License-Identifier: Apache-2.0
"""Modules import only what docs/ARCHITECTURE.md lets them: arrows run down."""

import re

from tree import Finding

TOOLCHAIN = {"Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Synchronization"}

BARE = {"Intents"}
"""Modules that take nothing but the standard library."""

ALLOWED = {
    "Intents": set(),
    "Trust": {"Intents", "CSodium", "Crypto", "CryptoExtras"},
    "Bundles": {"Intents", "Trust", "CArchive", "CISAL", "CLinux", "CZstd", "SystemPackage"},
    "HTTP": {"Intents", "Trust", "CCurl"},
    "Distribution": {"Intents", "Trust", "Bundles", "HTTP", "SystemPackage"},
    "Intune": {"Intents", "Trust", "Bundles", "HTTP"},
    "Centre": {
        "Intents", "Trust", "Bundles", "Intune",
        "CQrencode", "GRDB", "GRDBSQLite", "Logging", "SystemPackage", "Yams",
    },
    "Site": {
        "Intents", "Trust", "Bundles", "Distribution",
        "GRDB", "Logging", "SystemPackage", "Yams",
    },
    "Terminal": {"Intents", "Trust", "Bundles", "ArgumentParser", "Logging", "SystemPackage"},
    "waybill-centre": {
        "Intents", "Trust", "Bundles", "Intune", "Centre", "Terminal",
        "ArgumentParser", "Logging", "SystemPackage",
    },
    "waybill-site": {
        "Intents", "Trust", "Bundles", "Distribution", "Site", "Terminal",
        "ArgumentParser", "Logging", "SystemPackage",
    },
    "waybill-courier": {
        "Intents", "Trust", "Bundles", "Terminal", "ArgumentParser", "SystemPackage",
    },
    "waybill-tuf": {
        "Intents", "Trust", "Bundles", "HTTP", "Terminal", "ArgumentParser", "SystemPackage",
    },
}  # fmt: skip

C_LIBRARIES = {"CArchive", "CCurl", "CISAL", "CLinux", "CQrencode", "CSodium", "CZstd"}
"""Pointers of these never leave their file, so no other module may see them through ours."""

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*"
    r"(?P<access>(?:public|package|internal|fileprivate|private)\s+)?import\s+"
    r"(?:(?:actor|class|enum|func|let|macro|protocol|struct|typealias|var)\s+)?"
    r"(?P<module>[A-Za-z_]\w*)"
)


def violation(importer, module, access):
    """What is wrong with one import, or nothing."""
    if importer not in ALLOWED:
        return f"Sources/{importer} is not in the table of scripts/lint/checks/imports.py"
    allowed = ALLOWED[importer] | (set() if importer in BARE else TOOLCHAIN)
    if module not in allowed:
        ours = ", ".join(sorted(ALLOWED[importer])) or "nothing"
        return f"{importer} imports {module}, but may import only {ours}" + (
            "" if importer in BARE else " and the toolchain's own"
        )
    if module in C_LIBRARIES and access in {"public", "package"}:
        return f"{module} is imported as {access}: say `private import {module}`"
    return None


def check(root, sources):
    findings = []
    for source in sources:
        parts = source.path.split("/")
        if not source.is_swift or parts[0] != "Sources":
            continue
        inside_text = False
        for number, line in enumerate(source.lines, 1):
            match = None if inside_text else IMPORT.match(line)
            inside_text ^= line.count('"""') % 2 == 1
            if not match:
                continue
            access = (match["access"] or "").strip()
            rule = violation(parts[1], match["module"], access)
            if rule:
                findings.append(Finding(source.path, number, rule))
    return findings


BAD = {
    "Sources/Site/A.swift": "package import struct Centre.Ledger\n",
    "Sources/Intents/B.swift": "import Foundation\n",
    "Sources/Bundles/C.swift": "@preconcurrency private import CSodium\n",
    "Sources/Trust/D.swift": "public import CSodium\n",
    "Sources/Helpers/E.swift": "import Intents\n",
    "Sources/Terminal/Deep/F.swift": "@_spi(Test) internal import GRDB\n",
}
GOOD = {
    "Sources/Trust/A.swift": (
        "import Foundation\nimport struct Crypto.SHA256\nprivate import CSodium\n"
        'let text = """\nimport GRDB\n"""\n'
    ),
    "Tests/SiteTests/B.swift": "import Centre\n",
}
