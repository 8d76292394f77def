# SPDX-License-Identifier: Apache-2.0
"""The few members of .NET that scripts of a ConfigMgr site use for files, text and hashes."""

import datetime
import hashlib
import json
import os

from values import Bytes, Fault, Moment, Table, Thing, Unsupported, text_of


class Hash:
    """System.Security.Cryptography.SHA256"""


class Encoding:
    def __init__(self, name):
        self.name = name


class Library:
    """Static members by `Type::Name`, instance members by type of the value. Names in any case."""

    def __init__(self, site, limits):
        self.site, self.limits = site, limits

    def static(self, kind, name, arguments):
        key = f"{kind}::{name}".lower()
        method = {
            "system.io.file::exists": lambda path: os.path.isfile(path),
            "system.io.file::readallbytes": lambda path: Bytes(self.bytes_of(path)),
            "system.io.file::writealltext": lambda path, text: self.write(path, text, "wb"),
            "system.io.file::appendalltext": lambda path, text: self.append(path, text),
            "system.io.directory::exists": self.folder_exists,
            "system.io.path::combine": lambda folder, name: folder.rstrip("/\\") + ("/" if "/" in folder else "\\") + name,
            "system.io.path::ispathrooted": lambda path: path[:1] in "/\\" and path != "" or path[1:2] == ":",
            "system.io.path::getdirectoryname": lambda path: path.rpartition("/" if "/" in path else "\\")[0],
            "system.text.encoding::getencoding": self.encoding,
            "system.security.cryptography.sha256::create": Hash,
            "system.bitconverter::tostring": lambda data: "-".join(f"{byte:02X}" for byte in data),
            "system.datetime::parseexact": self.moment,
            "system.console::writeline": lambda text: print(text),
        }.get(key)
        if method is None:
            raise Unsupported(f"[{kind}]::{name}()")
        return method(*arguments)

    def property(self, kind, name):
        key = f"{kind}::{name}".lower()
        if key == "system.stringcomparison::ordinal":
            return Thing("StringComparison", {"value": "Ordinal"})
        if key == "system.globalization.cultureinfo::invariantculture":
            return Thing("CultureInfo", {"Name": ""})
        if key == "system.datetime::utcnow":
            return Moment(datetime.datetime.strptime(self.site().clock, "%Y-%m-%dT%H:%M:%SZ"), "Utc")
        raise Unsupported(f"[{kind}]::{name}")

    def call(self, value, name, arguments):
        name = name.lower()
        if isinstance(value, str):
            return self.text_method(value, name, arguments)
        if isinstance(value, Table) and name == "containskey":
            return value.find(arguments[0]) is not None
        if isinstance(value, Hash) and name == "computehash":
            return Bytes(hashlib.sha256(arguments[0]).digest())
        if isinstance(value, Encoding) and name == "getstring":
            return bytes(arguments[0]).decode(value.name)
        if isinstance(value, Encoding) and name == "getbytes":
            return Bytes(arguments[0].encode(value.name))
        if isinstance(value, Moment) and name == "tostring":
            if arguments[0] != "yyyy-MM-ddTHH:mm:ssZ":
                raise Unsupported(f"the format {arguments[0]}")
            return value.text
        if isinstance(value, Thing) and name == "gettype":
            return Thing("Type", {"FullName": value.kind})
        raise Unsupported(f".{name}() of {type(value).__name__}")

    def read(self, value, name):
        if isinstance(value, Thing):
            return value.read(name)
        if isinstance(value, Table):
            if name.lower() == "count":
                return len(value)
            if value.find(name) is None:
                raise Fault(f"the property '{name}' cannot be found on this object")
            return value.read(name)
        if isinstance(value, list) and name.lower() in ("count", "length"):
            return len(value)
        if isinstance(value, str) and name.lower() == "length":
            return len(value.encode("utf-16-le")) // 2
        if value is None:
            raise Fault(f"the property '{name}' cannot be found on this object")
        raise Unsupported(f".{name} of {type(value).__name__}")

    @staticmethod
    def text_method(value, name, arguments):
        ordinal = arguments[-1:] and isinstance(arguments[-1], Thing) and arguments[-1].kind == "StringComparison"
        if name == "startswith" and ordinal:
            return value.startswith(arguments[0])
        if name == "lastindexof" and ordinal:
            return value.rfind(arguments[0])
        if name == "split" and len(arguments) == 1 and len(arguments[0]) == 1:
            return value.split(arguments[0])
        if name == "replace" and len(arguments) == 2:
            return value.replace(*arguments)
        if name == "substring" and len(arguments) in (1, 2):
            start = arguments[0]
            return value[start:] if len(arguments) == 1 else value[start:start + arguments[1]]
        if name == "tolowerinvariant" and not arguments:
            return value.lower()
        if name == "trim" and not arguments:
            return value.strip()
        raise Unsupported(f"String.{name} with {len(arguments)} arguments")

    def folder_exists(self, path):
        """Folders of this machine, and the shares that the site's state lists."""
        shares = {each.lower() for each in self.site().sources}
        return path.lower() in shares or os.path.isdir(path)

    @staticmethod
    def encoding(page):
        if page != 28591:
            raise Unsupported(f"code page {page}")
        return Encoding("latin-1")

    @staticmethod
    def moment(text, form, culture):
        if form != "yyyy-MM-ddTHH:mm:ss" or culture.kind != "CultureInfo":
            raise Unsupported(f"the format {form}")
        return Moment.read(text)

    @staticmethod
    def bytes_of(path):
        with open(path, "rb") as file:
            return file.read()

    @staticmethod
    def write(path, text, mode):
        with open(path, mode) as file:
            file.write(text.encode("utf-8", "replace"))

    def append(self, path, text):
        self.write(path, text, "ab")
        self.limits.wrote()


def json_of(value, depth):
    """ConvertTo-Json -Compress of Windows PowerShell 5.1, which escapes what HTML would read."""
    text = json.dumps(plain(value, depth), separators=(",", ":"), ensure_ascii=False)
    for character in "'<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def plain(value, depth):
    if isinstance(value, Table):
        if depth < 0:
            raise Unsupported("JSON deeper than -Depth")
        return {text_of(key): plain(each, depth - 1) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each, depth - 1) for each in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise Unsupported(f"JSON of {type(value).__name__}")
