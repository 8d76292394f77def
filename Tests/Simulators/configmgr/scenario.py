#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sets a simulated site up, or looks at it. Usage: scenario.py SITE CALLS

CALLS is a JSON list; each call is the name of a method of Site with its arguments, `["set", key, …, value]` for a
value of the state, or `["get", key, …]`. The answers are printed as one JSON list."""

import json
import sys

sys.dont_write_bytecode = True

from state import opened  # noqa: E402


def answer(site, call):
    name, *arguments = call
    if name == "get":
        value = site.data
        for key in arguments:
            value = value[key]
        return value
    if name == "set":
        *keys, last, new = arguments
        value = site.data
        for key in keys:
            value = value[key]
        value[last] = new
        return None
    return getattr(site, name)(*arguments)


def main():
    with opened(sys.argv[1]) as site:
        print(json.dumps([answer(site, call) for call in json.loads(sys.argv[2])]))


if __name__ == "__main__":
    main()
