# SPDX-License-Identifier: Apache-2.0
"""Names, types, parameter sets and enum values of the ConfigurationManager cmdlets, from cmdlets.json."""

import json
import pathlib

FACTS = json.loads((pathlib.Path(__file__).parent / "cmdlets.json").read_text())
CMDLETS = {name.lower(): (name, facts) for name, facts in FACTS["cmdlets"].items()}
GENERAL = {"confirm", "disablewildcardhandling", "forcewildcardhandling", "whatif"}

# Not of the module: the one cmdlet of Windows PowerShell that reads classes of the SMS Provider.
OTHER = {
    "get-ciminstance": ("Get-CimInstance", {
        "use": "read", "switches": [],
        "params": {"Namespace": "String", "ClassName": "String", "Filter": "String", "ComputerName": "String"},
        "sets": {"ClassNameComputerSet": {"req": ["ClassName"], "opt": ["Namespace", "Filter", "ComputerName"]}}}),
}


def known(name):
    """Canonical name and facts; None when the lists do not have it."""
    return CMDLETS.get(name.lower()) or OTHER.get(name.lower())


def problems(name, given):
    """What is wrong with the names of parameters given to a cmdlet, as texts."""
    entry = known(name)
    if entry is None:
        return [f"{name}: no such cmdlet"]
    name, facts = entry
    names = {each.lower(): each for each in facts["params"]}
    switches = {each.lower() for each in facts["switches"]}
    found, plain = [], set()
    for each in given:
        if each.lower() in switches:
            continue
        if each.lower() in GENERAL:
            found.append(f"{name}: has no -{each}")
        elif each.lower() not in names:
            found.append(f"{name}: no parameter -{each}")
        elif each not in names.values():
            found.append(f"{name}: -{each} is written -{names[each.lower()]}")
        plain.add(names.get(each.lower(), each))
    fits = [label for label, kinds in facts["sets"].items()
            if set(kinds["req"]) <= plain <= set(kinds["req"]) | set(kinds["opt"])]
    if not found and not fits:
        found.append(f"{name}: no parameter set takes {', '.join(sorted(plain)) or 'nothing'}")
    return found


def kind_of(name, parameter):
    """The documented type of a parameter; `Switch` of a general switch."""
    facts = known(name)[1]
    for each, kind in facts["params"].items():
        if each.lower() == parameter.lower():
            return kind.rstrip("*")
    return "Switch"


def values_of(name, parameter):
    """The values that an enum parameter takes; None for any other parameter."""
    canonical = known(name)[0]
    override = FACTS["enumOverrides"].get(f"{canonical} -{parameter}")
    return override or FACTS["enums"].get(kind_of(name, parameter).removesuffix("[]"))
