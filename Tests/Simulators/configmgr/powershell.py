#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a PowerShell script on a simulated ConfigMgr site, by walking the tree that tree-sitter makes of it.

Usage: powershell.py SITE SCRIPT [-WhatIf] [-Parameter value …] [--clock MOMENT] [--edition Core]
                     [--fail Cmdlet=0xHRESULT[:n]] [--kill-after-changes n] [--kill-after-lines n]

It knows a subset of the language, and the cmdlets of cmdlets.json that cmdlets.py gives a meaning. Anything else ends
the run with 2, so that a script never passes for what it is not. 1: the script threw. 137: killed on demand."""

import argparse
import os
import pathlib
import re
import sys

import tree_sitter
import tree_sitter_powershell

import cmdlets
from dotnet import Library, json_of
from state import opened
from values import Bytes, Fault, ScriptBlock, Table, Thing, Unsupported, cast, number_of, text_of, truth

COMPARISONS = {"eq", "ne", "ceq", "cne", "gt", "lt", "ge", "le", "cmatch", "cnotmatch"}


class Return(Exception):
    def __init__(self, outputs):
        super().__init__()
        self.outputs = outputs


class Limits:
    """Kills the process as asked, as a power cut would."""

    def __init__(self, changes, lines):
        self.changes, self.lines = changes, lines

    def changed(self):
        self.changes = self.count(self.changes)

    def wrote(self):
        self.lines = self.count(self.lines)

    @staticmethod
    def count(left):
        if left is None:
            return None
        if left <= 1:
            os._exit(137)
        return left - 1


class Interpreter:
    def __init__(self, site_path, script, limits, failures, edition):
        self.source = pathlib.Path(script).read_bytes()
        text = self.source[3:] if self.source.startswith(b"\xef\xbb\xbf") else self.source
        self.source = text
        language = tree_sitter.Language(tree_sitter_powershell.language())
        self.tree = tree_sitter.Parser(language).parse(text).root_node
        if self.tree.has_error:
            raise Unsupported("a script that does not parse")
        self.site_path = site_path
        self.library = Library(self.look, limits)
        self.cmdlets = cmdlets.Cmdlets(lambda: opened(site_path), limits, failures)
        self.functions = {}
        self.scopes = [{
            "true": True, "false": False, "null": None, "whatifpreference": False,
            "pscommandpath": str(pathlib.Path(script).resolve()),
            "psversiontable": Thing("PSVersionTable", {"PSEdition": edition}),
        }]
        self.location = []

    def look(self):
        with opened(self.site_path) as site:
            return site

    # Text of nodes.

    def text(self, node):
        return self.source[node.start_byte:node.end_byte].decode("utf-8")

    @staticmethod
    def inner(node):
        """Through the levels of the grammar that hold one node and mean nothing."""
        while node.child_count == 1 and node.named_child_count == 1 and node.type != "command":
            node = node.children[0]
        return node

    @staticmethod
    def parts(node):
        return [each for each in node.children if each.type not in ("comment", "command_argument_sep")]

    # Variables.

    def get(self, name):
        name = name.lower()
        if name.startswith("env:"):
            return os.environ.get(name[4:].upper())
        if name.startswith("script:"):
            scopes, name = self.scopes[:1], name[7:]
        else:
            scopes = reversed(self.scopes)
        for scope in scopes:
            if name in scope:
                return scope[name]
        raise Fault(f"The variable '${name}' cannot be retrieved because it has not been set.")

    def set(self, name, value):
        name = name.lower()
        if name == "null":
            return
        scope = self.scopes[-1]
        if name.startswith("script:"):
            scope, name = self.scopes[0], name[7:]
        elif ":" in name:
            raise Unsupported(f"writing ${name}")
        scope[name] = value

    # Statements. Each answers the list of what it puts out.

    def run(self, arguments):
        for node in self.tree.children:
            if node.type == "param_block":
                self.bind_parameters(self.parameters(node), arguments, self.scopes[0])
        for node in self.tree.children:
            if node.type == "statement_list":
                self.statements(node)
            elif node.type not in ("comment", "param_block"):
                raise Unsupported(node.type)

    def statements(self, node):
        outputs = []
        for each in self.parts(node):
            if each.type in (";", "empty_statement"):
                continue
            try:
                outputs += self.statement(each)
            except Return as returned:
                raise Return(outputs + returned.outputs) from None
        return outputs

    def statement(self, node):
        node = self.inner(node)
        handler = {
            "assignment_expression": self.assign, "function_statement": self.define, "if_statement": self.branch,
            "foreach_statement": self.each, "try_statement": self.attempt, "flow_control_statement": self.flow,
        }.get(node.type)
        return handler(node) if handler else self.pipeline(node)

    def block(self, node):
        outputs = []
        for each in self.parts(node):
            if each.type == "statement_list":
                outputs += self.statements(each)
            elif each.type not in ("{", "}"):
                raise Unsupported(each.type)
        return outputs

    def define(self, node):
        body = next((each for each in node.children if each.type == "script_block"), None)
        name = next(each for each in node.children if each.type == "function_name")
        self.functions[self.text(name).lower()] = self.script_block(body)
        return []

    def script_block(self, node):
        if node is None:
            return ScriptBlock(None, [])
        parameters = next((each for each in node.children if each.type == "param_block"), None)
        body = next((each for each in node.children if each.type == "script_block_body"), None)
        return ScriptBlock(body, self.parameters(parameters) if parameters else [])

    def branch(self, node):
        clauses = [node] + [each for each in node.children if each.type in ("elseif_clause", "else_clause")]
        for clause in clauses:
            parts = self.parts(clause)
            condition = [parts[index + 1] for index, each in enumerate(parts) if each.type == "("][:1]
            if not condition or truth(self.value(condition[0])):
                return self.block(next(each for each in parts if each.type == "statement_block"))
        return []

    def each(self, node):
        parts = self.parts(node)
        name = next(each for each in parts if each.type == "variable")
        subject = parts[[each.type for each in parts].index("in") + 1]
        outputs = []
        items = self.value(subject)
        for item in items if isinstance(items, list) else [] if items is None else [items]:
            self.set(self.text(name)[1:], item)
            outputs += self.block(parts[-1])
        return outputs

    def attempt(self, node):
        parts = self.parts(node)
        block = next(each for each in parts if each.type == "statement_block")
        final = next((each for each in parts if each.type == "finally_clause"), None)
        clauses = next((each for each in parts if each.type == "catch_clauses"), None)
        try:
            try:
                return self.block(block)
            except Fault as fault:
                if clauses is None:
                    raise
                clause = self.parts(clauses)
                if len(clause) != 1:
                    raise Unsupported("several catch clauses") from None
                exception = Thing(fault.kind, {
                    "Message": fault.message, "HResult": fault.hresult - 2**32 if fault.hresult >= 2**31 else fault.hresult})
                self.scopes[-1]["_"] = Thing("ErrorRecord", {"Exception": exception})
                if len(self.parts(clause[0])) != 2:
                    raise Unsupported("a catch of one type") from None
                return self.block(self.parts(clause[0])[-1])
        finally:
            if final is not None:
                self.block(self.parts(final)[-1])

    def flow(self, node):
        parts = self.parts(node)
        word = self.text(parts[0]).lower()
        if word == "return":
            raise Return(self.pipeline(parts[1]) if len(parts) > 1 else [])
        if word == "throw" and len(parts) > 1:
            raise Fault(text_of(self.value(parts[1])))
        raise Unsupported(word)

    def assign(self, node):
        left, operator, right = self.parts(node)
        left, operator = self.inner(left), self.text(operator)
        value = self.value(right)
        if operator == "+=":
            value = self.add(self.value(left), value)
        elif operator != "=":
            raise Unsupported(operator)
        if left.type == "variable":
            self.set(self.text(left)[1:], value)
        elif left.type == "element_access":
            table, _, index, _ = self.parts(left)
            held = self.value(table)
            if not isinstance(held, Table):
                raise Unsupported("writing an element of something that is no table")
            held.write(self.value(index), value)
        else:
            raise Unsupported(f"writing {left.type}")
        return []

    # Pipelines.

    def pipeline(self, node):
        """What a pipeline puts out, arrays opened."""
        node = self.inner(node)
        stages = [node]
        if node.type == "pipeline_chain":
            stages = [each for each in self.parts(node) if each.type != "|"]
        outputs = None
        for stage in stages:
            stage = self.inner(stage)
            if stage.type == "command":
                outputs = self.command(stage, outputs)
            elif outputs is None and stage.type == "assignment_expression":
                outputs = self.assign(stage)
            elif outputs is None:
                value = self.expression(stage)
                outputs = list(value) if isinstance(value, list) else [] if value is None else [value]
            else:
                raise Unsupported(f"{stage.type} behind a pipe")
        return outputs

    def value(self, node):
        """What an expression or a pipeline is when it is assigned."""
        node = self.inner(node)
        if node.type in ("command", "pipeline_chain"):
            outputs = self.pipeline(node)
            return None if not outputs else outputs[0] if len(outputs) == 1 else outputs
        return self.expression(node)

    def command(self, node, inputs):
        parts = self.parts(node)
        if parts[0].type == "command_invokation_operator":
            if self.text(parts[0]) != "&" or len(parts) != 2:
                raise Unsupported("an invocation with arguments")
            block = self.value(self.inner(parts[1]))
            if not isinstance(block, ScriptBlock):
                raise Unsupported("& of something that is no script block")
            return self.call(block, [], {})
        name = self.text(parts[0])
        positional, named = self.arguments(parts[1] if len(parts) > 1 else None, name)
        if name.lower() in self.functions:
            if inputs is not None:
                raise Unsupported("a pipe into a function")
            return self.call(self.functions[name.lower()], positional, named)
        return self.built_in(name, positional, named, inputs)

    SWITCHES = {"fast", "compress", "disablewildcardhandling"}

    def arguments(self, node, name):
        positional, named = [], Table()
        waiting = None
        for each in self.parts(node) if node is not None else []:
            if each.type == "command_parameter":
                if waiting is not None:
                    raise Unsupported(f"{name}: -{waiting} without a value")
                waiting = self.text(each)[1:]
                if ":" in waiting:
                    raise Unsupported(f"{name}: -{waiting}")
                if waiting.lower() in self.SWITCHES:
                    self.once(named, waiting, True, name)
                    waiting = None
                continue
            node = self.inner(each)
            splat = node.type == "variable" and self.text(node).startswith("@")
            if splat:
                table = self.get(self.text(node)[1:])
                if waiting is not None or not isinstance(table, Table):
                    raise Unsupported(f"{name}: a splat that is no table")
                for key, value in table.items():
                    self.once(named, key, value, name)
                continue
            value = self.text(node) if node.type == "generic_token" else self.value(node)
            if waiting is None:
                positional.append(value)
            else:
                self.once(named, waiting, value, name)
                waiting = None
        if waiting is not None:
            raise Unsupported(f"{name}: -{waiting} without a value")
        return positional, named

    @staticmethod
    def once(named, key, value, name):
        if named.find(key) is not None:
            raise Unsupported(f"{name}: -{key} twice")
        named[key] = value

    def call(self, block, positional, named):
        scope = {}
        self.bind_parameters(block.parameters, (positional, named), scope)
        self.scopes.append(scope)
        try:
            return self.body(block)
        except Return as returned:
            return returned.outputs
        finally:
            self.scopes.pop()

    def body(self, block):
        outputs = []
        for each in self.parts(block.node) if block.node is not None else []:
            if each.type == "statement_list":
                outputs += self.statements(each)
            else:
                raise Unsupported(each.type)
        return outputs

    def parameters(self, node):
        """Name, type and default of each parameter."""
        found = []
        for listed in node.children:
            if listed.type != "parameter_list":
                continue
            for each in listed.children:
                if each.type != "script_parameter":
                    continue
                kind = next((part for part in each.children if part.type == "attribute_list"), None)
                default = next((part for part in each.children if part.type == "script_parameter_default"), None)
                name = next(part for part in each.children if part.type == "variable")
                found.append((self.text(name)[1:], kind and self.text(kind).strip()[1:-1], default))
        return found

    def bind_parameters(self, parameters, arguments, scope):
        positional, named = list(arguments[0]), Table(arguments[1])
        for name, kind, default in parameters:
            held = named.find(name)
            if held is not None:
                value = named.pop(held)
            elif positional:
                value = positional.pop(0)
            else:
                value = self.value(self.parts(default)[-1]) if default is not None else None
            scope[name.lower()] = cast(kind, value) if kind else value
        if positional or named:
            raise Unsupported(f"arguments that no parameter takes: {positional} {list(named)}")

    # Commands of PowerShell itself.

    def built_in(self, name, positional, named, inputs):
        lower = name.lower()
        if lower == "where-object" and len(positional) == 1 and not named:
            return [each for each in inputs if truth(self.filtered(positional[0], each))]
        if inputs is not None:
            raise Unsupported(f"a pipe into {name}")
        if positional:
            raise Unsupported(f"{name}: arguments by position")
        if lower in ("set-strictmode", "import-module", "push-location", "pop-location", "set-location"):
            return self.surroundings(lower, named)
        if lower == "convertto-json":
            self.only(name, named, {"inputobject", "compress", "depth"})
            return [json_of(named.read("InputObject"), named.read("Depth"))]
        if lower == "join-path":
            self.only(name, named, {"path", "childpath"})
            return [named.read("Path").rstrip("\\") + "\\" + named.read("ChildPath")]
        if lower == "split-path":
            self.only(name, named, {"path"})
            return [named.read("Path").rstrip("\\").rpartition("\\")[0]]
        self.cmdlets.bound(name, named)
        if not self.location and lower != "get-ciminstance":
            raise Fault(f"{name}: this command cannot be run from the current drive")
        return self.cmdlets.run(name, named, self.get("whatifpreference"))

    def filtered(self, block, item):
        self.scopes.append({"_": item})
        try:
            outputs = self.body(block)
        finally:
            self.scopes.pop()
        return None if not outputs else outputs[0] if len(outputs) == 1 else outputs

    def surroundings(self, name, named):
        if name == "set-strictmode":
            if text_of(named.read("Version")).lower() != "latest":
                raise Unsupported("a StrictMode other than Latest")
        elif name == "import-module":
            if not named.read("Name").lower().endswith("\\configurationmanager.psd1"):
                raise Fault(f"the module {named.read('Name')} was not loaded")
        elif name == "set-location":
            if named.read("Path") != f"{self.look().site_code}:":
                raise Fault(f"Cannot find drive. A drive with the name '{named.read('Path')}' does not exist.")
            self.location = [named.read("Path")]
        elif name == "pop-location":
            self.location = []
        return []

    @staticmethod
    def only(name, named, known):
        for key in named:
            if key.lower() not in known:
                raise Unsupported(f"{name}: -{key}")

    # Expressions.

    def expression(self, node):
        node = self.inner(node)
        handler = getattr(self, "on_" + node.type.replace("_argument_expression", "_expression"), None)
        if handler is None:
            raise Unsupported(f"{node.type}: {self.text(node)[:80]}")
        return handler(node)

    def on_variable(self, node):
        return self.get(self.text(node)[1:])

    def on_verbatim_string_characters(self, node):
        text = self.text(node)
        if text[0] != "'" or text[-1] != "'":
            raise Unsupported("a string in other quotes")
        return text[1:-1].replace("''", "'")

    def on_decimal_integer_literal(self, node):
        return int(self.text(node))

    def on_hexadecimal_integer_literal(self, node):
        return int(self.text(node), 16)

    def on_parenthesized_expression(self, node):
        return self.value(self.parts(node)[1])

    def on_array_expression(self, node):
        outputs = []
        for each in self.parts(node)[1:-1]:
            outputs += self.statements(each) if each.type == "statement_list" else self.pipeline(each)
        return outputs

    def on_array_literal_expression(self, node):
        return [self.value(each) for each in self.parts(node) if each.type != ","]

    def on_hash_literal_expression(self, node):
        table = Table()
        for body in self.parts(node)[1:-1]:
            entries = [body] if body.type == "hash_entry" else self.parts(body)
            for entry in entries:
                parts = [each for each in self.parts(entry) if each.type not in (";", "=")]
                key = self.text(self.inner(parts[0]))
                if table.find(key) is not None:
                    raise Fault(f"Duplicate key '{key}' in hash literal.")
                table[key] = self.value(parts[1])
        return table

    def on_script_block_expression(self, node):
        return self.script_block(self.parts(node)[1])

    def on_cast_expression(self, node):
        kind, operand = self.parts(node)
        return cast(self.text(kind)[1:-1], self.value(operand))

    def on_member_access(self, node):
        subject, sign, name = self.parts(node)
        if sign.type == "::":
            return self.library.property(self.text(subject)[1:-1], self.text(name))
        return self.library.read(self.value(subject), self.text(name))

    def on_invokation_expression(self, node):
        subject, sign, name, listed = self.parts(node)
        arguments = []
        for each in self.parts(listed)[1:-1]:
            each = self.inner(each)
            many = each.type == "argument_expression_list"
            arguments += [self.value(part) for part in self.parts(each) if part.type != ","] if many else [self.value(each)]
        if sign.type == "::":
            return self.library.static(self.text(subject)[1:-1], self.text(name), arguments)
        return self.library.call(self.value(subject), self.text(name), arguments)

    def on_element_access(self, node):
        subject, _, index, _ = self.parts(node)
        held, index = self.value(subject), self.value(index)
        if isinstance(held, Table):
            return held.read(index)
        if isinstance(held, list) and isinstance(index, int):
            if not 0 <= index < len(held):
                raise Fault("Index was outside the bounds of the array.", "System.IndexOutOfRangeException", 0x80131508)
            return held[index]
        if held is None:
            raise Fault("Cannot index into a null array.")
        raise Unsupported(f"an element of {type(held).__name__}")

    def on_expression_with_unary_operator(self, node):
        operator, operand = self.parts(node)
        if self.text(operator).lower() != "-not":
            raise Unsupported(self.text(operator))
        return not truth(self.value(operand))

    def on_logical_expression(self, node):
        left, operator, right = self.parts(node)
        word = self.text(operator).lower()
        if word not in ("-and", "-or"):
            raise Unsupported(word)
        first = truth(self.value(left))
        return first if first == (word == "-or") else truth(self.value(right))

    def on_bitwise_expression(self, node):
        left, operator, right = self.parts(node)
        if self.text(operator).lower() != "-band":
            raise Unsupported(self.text(operator))
        return number_of(self.value(left)) & number_of(self.value(right))

    def on_comparison_expression(self, node):
        left, operator, right = self.parts(node)
        word = self.text(operator).lower()[1:]
        if word not in COMPARISONS:
            raise Unsupported(operator)
        left, right = self.value(left), self.value(right)
        if isinstance(left, list):
            raise Unsupported("a comparison of a list")
        if word in ("cmatch", "cnotmatch"):
            found = re.search(right.replace("$", "\\Z"), text_of(left)) is not None
            return found == (word == "cmatch")
        if isinstance(left, bool) or isinstance(right, bool):
            left, right = truth(left), truth(right)
        elif isinstance(left, int) and right is not None:
            right = number_of(right, -(2**63), 2**63 - 1)
        elif isinstance(left, str) and right is not None:
            right = text_of(right)
            if word in ("eq", "ne"):
                left, right = left.lower(), right.lower()
        if word in ("eq", "ceq"):
            return left == right
        if word in ("ne", "cne"):
            return left != right
        if not isinstance(left, int) or not isinstance(right, int):
            raise Unsupported("an order of things that are no numbers")
        return {"gt": left > right, "lt": left < right, "ge": left >= right, "le": left <= right}[word]

    def on_additive_expression(self, node):
        left, operator, right = self.parts(node)
        if operator.type != "+":
            raise Unsupported(operator.type)
        return self.add(self.value(left), self.value(right))

    @staticmethod
    def add(left, right):
        if isinstance(left, str):
            return left + text_of(right)
        if isinstance(left, int) and not isinstance(left, bool):
            return left + number_of(right)
        raise Unsupported(f"+ of {type(left).__name__}")

    def on_format_expression(self, node):
        left, _, right = self.parts(node)
        form, value = self.value(left), self.value(right)
        if form.count("{") != 1:
            raise Unsupported(f"the format {form}")
        if "{0:X8}" in form:
            return form.replace("{0:X8}", f"{number_of(value) & 0xFFFFFFFF:08X}")
        if "{0}" in form:
            return form.replace("{0}", text_of(value))
        raise Unsupported(f"the format {form}")


def failures(listed):
    """`Cmdlet=0x800706BA`, or `Cmdlet=0x800706BA:2` for the second call only."""
    found = {}
    for each in listed:
        name, _, rest = each.partition("=")
        code, _, call = rest.partition(":")
        found[name.lower()] = (int(code, 16), int(call) if call else None)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("site")
    parser.add_argument("script")
    parser.add_argument("--clock")
    parser.add_argument("--edition", default="Desktop")
    parser.add_argument("--fail", action="append", default=[])
    parser.add_argument("--kill-after-changes", type=int)
    parser.add_argument("--kill-after-lines", type=int)
    parser.add_argument("--whatif", action="store_true")
    parser.add_argument("--parameter", action="append", default=[], help="Name=value, of the script itself")
    given = parser.parse_args()
    os.environ.setdefault("SMS_ADMIN_UI_PATH", "C:\\Program Files\\ConfigMgr\\bin\\i386")
    if given.clock:
        with opened(given.site) as site:
            site.data["clock"] = given.clock
    try:
        limits = Limits(given.kill_after_changes, given.kill_after_lines)
        interpreter = Interpreter(given.site, given.script, limits, failures(given.fail), given.edition)
        interpreter.scopes[0]["whatifpreference"] = given.whatif
        interpreter.run(([], Table(each.split("=", 1) for each in given.parameter)))
    except Fault as fault:
        print(f"{fault.kind}: {fault.message}", file=sys.stderr)
        return 1
    except Unsupported as unknown:
        print(f"not supported: {unknown}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main())
