# SPDX-License-Identifier: Apache-2.0
"""All checks. Each module has `check(root, sources)`, and `BAD` and `GOOD` samples for it."""

from . import format, imports, keys, length, licence, syntax, words

ALL = {
    "imports": imports,
    "format": format,
    "length": length,
    "licence": licence,
    "words": words,
    "keys": keys,
    "syntax": syntax,
}
