# SPDX-License-Identifier: Apache-2.0
"""Decodes frames against references, written from docs/FORMAT.md, 7 alone, with the stock zstd program."""

import subprocess
import tempfile


def decode(frame, stored, held):
    """The plain bytes of a frame; `held` gives the bytes of a held file by its SHA-256."""
    named = frame["reference"]
    reference = held(named["file"])
    assert len(reference) == named["of"], "the reference has its length"
    reference = reference[named["from"]:named["from"] + named["length"]]
    assert len(reference) == named["length"], "the range lies inside the reference"
    if frame["encoding"] == "zstd-ref":
        return zstd(stored, reference)
    assert frame["encoding"] == "zstd-add", "an encoding that is known"
    control, rest = split(stored)
    differences, rest = split(rest)
    literals, rest = split(rest)
    assert not rest, "three frames and nothing behind them"
    return join(zstd(control), zstd(differences), zstd(literals, reference), reference)


def join(control, differences, literals, reference):
    numbers = leb128(control)
    count = next(numbers)
    copied = [next(numbers) for _ in range(count)]
    literal = [next(numbers) for _ in range(count)]
    seeks = [number >> 1 ^ -(number & 1) for number in (next(numbers) for _ in range(count))]
    assert next(numbers, None) is None, "nothing behind control"
    plain, cursor, at, taken = bytearray(), 0, 0, 0
    for length, more, seek in zip(copied, literal, seeks):
        old, new = reference[cursor:cursor + length], differences[at:at + length]
        assert len(old) == len(new) == length, "bytes that are there"
        plain += bytes((a + b) & 255 for a, b in zip(old, new))
        plain += literals[taken:taken + more]
        at, taken, cursor = at + length, taken + more, cursor + length + seek
        assert 0 <= cursor <= len(reference), "a cursor inside the reference"
    assert at == len(differences) and taken == len(literals), "streams used up"
    return bytes(plain)


def leb128(data):
    number = shift = 0
    for byte in data:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number = shift = 0
    assert shift == 0, "a number that ends"


def zstd(stored, prefix=b""):
    command = ["zstd", "-dcq", "--long=28"]
    with tempfile.NamedTemporaryFile() as file:
        if prefix:
            file.write(prefix)
            file.flush()
            command.append(f"--patch-from={file.name}")
        return subprocess.run(command, input=stored, capture_output=True, check=True).stdout


def split(data):
    """The first Zstandard frame (RFC 8878, 3.1.1) and what lies behind it."""
    assert data[:4] == b"\x28\xb5\x2f\xfd", "a Zstandard frame"
    flags = data[4]
    single = flags >> 5 & 1
    at = 5 + (0 if single else 1) + (0, 1, 2, 4)[flags & 3] + ((1 if single else 0), 2, 4, 8)[flags >> 6]
    while True:
        header = int.from_bytes(data[at:at + 3], "little")
        at += 3 + (1 if header >> 1 & 3 == 1 else header >> 3)
        if header & 1:
            return data[:at], data[at:]
