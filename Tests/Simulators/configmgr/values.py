# SPDX-License-Identifier: Apache-2.0
"""Values of the subset of PowerShell that the interpreter knows, and how one turns into another."""

import datetime


class Unsupported(Exception):
    """The script uses something that the interpreter does not know: the run is worth nothing."""


class Fault(Exception):
    """A terminating error that a script can catch."""

    def __init__(self, message, kind="System.Management.Automation.RuntimeException", hresult=0x80131501):
        super().__init__(message)
        self.message, self.kind, self.hresult = message, kind, hresult


class Table(dict):
    """A hashtable: keys in any case, kept in the order in which they were written."""

    def find(self, key):
        wanted = key.lower() if isinstance(key, str) else key
        return next((held for held in self if (held.lower() if isinstance(held, str) else held) == wanted), None)

    def read(self, key):
        held = self.find(key)
        return None if held is None else self[held]

    def write(self, key, value):
        held = self.find(key)
        self[key if held is None else held] = value


class Thing:
    """An object with properties in any case: what a cmdlet returns."""

    def __init__(self, kind, properties):
        self.kind, self.properties = kind, dict(properties)

    def read(self, name):
        for held, value in self.properties.items():
            if held.lower() == name.lower():
                return value
        raise Fault(f"the property '{name}' cannot be found on {self.kind}")


class ScriptBlock:
    def __init__(self, node, parameters):
        self.node, self.parameters = node, parameters


class Bytes(bytes):
    """byte[]"""


class Moment:
    """System.DateTime; `zone` is Unspecified or Utc."""

    def __init__(self, value, zone="Unspecified"):
        self.value, self.zone = value, zone

    @property
    def text(self):
        return self.value.strftime("%Y-%m-%dT%H:%M:%SZ")

    @staticmethod
    def read(text):
        try:
            return Moment(datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S"))
        except ValueError:
            raise Fault("String was not recognized as a valid DateTime.", "System.FormatException", 0x80131537) from None


def truth(value):
    if value is None:
        return False
    if isinstance(value, (bool, int, str)):
        return bool(value)
    if isinstance(value, list):
        return len(value) > 1 or (len(value) == 1 and truth(value[0]))
    return True


def text_of(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, list):
        return " ".join(text_of(each) for each in value)
    if isinstance(value, (str, int)):
        return str(value)
    raise Unsupported(f"text of {type(value).__name__}")


def number_of(value, lowest=-(2**31), highest=2**31 - 1):
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        try:
            value = int(value.strip() or "0")
        except ValueError:
            raise Fault(f"Cannot convert value '{value}' to a number.") from None
    if value is None:
        value = 0
    if not isinstance(value, int) or not lowest <= value <= highest:
        raise Fault(f"Cannot convert value '{value}' to a number.")
    return value


def cast(kind, value):
    """`[kind] value`."""
    kind = kind.lower()
    if kind == "string":
        return text_of(value)
    if kind == "int":
        return number_of(value)
    if kind == "long":
        return number_of(value, -(2**63), 2**63 - 1)
    if kind == "char":
        return chr(number_of(value)) if not isinstance(value, str) or len(value) != 1 else value
    if kind == "string[]":
        return [text_of(each) for each in (value if isinstance(value, list) else [] if value is None else [value])]
    if kind == "ordered":
        if not isinstance(value, Table):
            raise Unsupported("[ordered] of something that is no table")
        return value
    if kind == "scriptblock":
        if not isinstance(value, ScriptBlock):
            raise Fault("Cannot convert to a script block.")
        return value
    raise Unsupported(f"the type [{kind}]")
