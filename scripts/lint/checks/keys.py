# SPDX-License-Identifier: Apache-2.0
"""Secret keys lie in keys/, where programs know them as test keys, or nowhere."""

import re

from tree import Finding

HOME = "keys/"
OURS = re.compile(rb'\\?"_type\\?"\s*:\s*\\?"waybill-key\\?"')
SECRET = re.compile(rb'\\?"secret\\?"\s*:\s*(?:\{|\\?"[0-9A-Za-z+/=_-]{16,})')
FOREIGN = {
    re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[0-9A-Za-z+/=]{16}"): "private key",
    re.compile(rb"AGE-SECRET-KEY-1[0-9A-Z]{50}"): "age identity",
    re.compile(rb"untrusted comment: minisign (?:encrypted )?secret key"): "minisign secret key",
}


def holds(data):
    """What kind of secret key lies in `data`, or nothing."""
    if OURS.search(data) and SECRET.search(data):
        return "waybill key with its secret"
    return next((kind for pattern, kind in FOREIGN.items() if pattern.search(data)), None)


def check(root, sources):
    outside = [source for source in sources if not source.path.startswith(HOME)]
    return [
        Finding(source.path, 1, f"holds a {holds(source.data)}: such a file lies in {HOME}")
        for source in outside
        if holds(source.data)
    ]


_SECRET = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
_TYPE = '"_type"' + ' : "waybill-key"'
BAD = {
    "bundles/a.json": "{" + _TYPE + ', "secret": "' + _SECRET + '"}',
    "Tests/A.swift": ("{" + _TYPE + ', "secret": {"kdf": "argon2id"}}').replace('"', '\\"'),
    "docs/key.pem": "-----BEGIN " + "PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n",
    "scripts/identity.txt": "AGE-SECRET-KEY-" + "1" + "Q" * 58 + "\n",
    "minisign.key": "untrusted comment: minisign " + "encrypted secret key\nRWQ\n",
}
GOOD = {
    "keys/exporter.json": BAD["bundles/a.json"],
    "bundles/root.json": "{" + _TYPE + ', "public": "' + _SECRET + '"}',
    "docs/FORMAT.md": "{" + _TYPE + ', "secret": "…"}',
}
