# SPDX-License-Identifier: Apache-2.0
"""The query options of OData that an AdminService takes: $filter, $select, $orderby, $skip."""

import re
import urllib.parse

import state

TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+)|(?P<word>\w+)|(?P<sign>[(),]))")


class Query:
    def __init__(self, text):
        self.options = dict(urllib.parse.parse_qsl(text, keep_blank_values=True))
        self.filter = self.options.get("$filter")
        self.select = self.options.get("$select")
        self.skip = int(self.options.get("$skip", 0))
        self.condition = Condition(self.filter).parsed() if self.filter else lambda row: True

    def takes(self, row):
        return self.condition(row)

    def ordered(self, rows):
        order = self.options.get("$orderby")
        return sorted(rows, key=lambda row: row[order]) if order else rows

    def chosen(self, row):
        if not self.select:
            return row
        names = self.select.split(",")
        return {name: row[name] for name in names if name in row}

    def following(self, count):
        options = {**self.options, "$skip": str(self.skip + count)}
        return urllib.parse.urlencode(options, quote_via=urllib.parse.quote, safe="$")


class Condition:
    """`or` over `and` over comparisons; texts are compared without case, as WQL does."""

    def __init__(self, text):
        self.tokens, place = [], 0
        while place < len(text.rstrip()):
            match = TOKEN.match(text, place)
            if not match:
                raise state.SiteError(400, f"the filter cannot be read from {place} on")
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            place = match.end()
        self.place = 0

    def parsed(self):
        result = self.alternatives()
        if self.place != len(self.tokens):
            raise state.SiteError(400, "the filter goes on behind its end")
        return result

    def take(self, *wanted):
        kind, text = self.tokens[self.place] if self.place < len(self.tokens) else (None, None)
        if wanted and text not in wanted:
            raise state.SiteError(400, f"the filter has {text} instead of {wanted}")
        self.place += 1
        return kind, text

    def sees(self, text):
        return self.place < len(self.tokens) and self.tokens[self.place][1] == text

    def alternatives(self):
        parts = [self.conjunction()]
        while self.sees("or"):
            self.take()
            parts.append(self.conjunction())
        return lambda row: any(part(row) for part in parts)

    def conjunction(self):
        parts = [self.comparison()]
        while self.sees("and"):
            self.take()
            parts.append(self.comparison())
        return lambda row: all(part(row) for part in parts)

    def comparison(self):
        if self.sees("("):
            self.take()
            inner = self.alternatives()
            self.take(")")
            return inner
        _, word = self.take()
        if word in {"startswith", "endswith", "contains"}:
            return self.function(word)
        _, sign = self.take("eq", "ne", "gt")
        value = self.value()
        if sign == "gt":
            return lambda row: row.get(word) is not None and row[word] > value
        return lambda row: (folded(row.get(word)) == folded(value)) == (sign == "eq")

    def function(self, word):
        self.take("(")
        _, name = self.take()
        self.take(",")
        part = folded(self.value())
        self.take(")")
        self.take("eq")
        _, wanted = self.take("true", "false")
        test = {"startswith": str.startswith, "endswith": str.endswith, "contains": str.__contains__}[word]
        return lambda row: test(folded(row.get(name) or ""), part) == (wanted == "true")

    def value(self):
        kind, text = self.take()
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return int(text)
        raise state.SiteError(400, f"the filter has {text} instead of a value")


def folded(value):
    return value.lower() if isinstance(value, str) else value
