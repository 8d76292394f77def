# SPDX-License-Identifier: Apache-2.0
"""Writes docs/benchmarks.md and its chart from what was measured."""

import math

TITLES = {
    "first bundle": "First bundle of the tree: add, release, export, flush and re-read",
    "update": "Update of the tree, default effort: add and export",
    "update, fast": "The same with `--effort fast`",
    "second site": "Export of the same content to a second site",
    "check": "Check for damage, from the page cache (the two loops hash twice as many bytes)",
    "import to staged": "Import of the first bundle, verified and staged",
    "apply": "Applying it to `library`, 7,400 files",
    "import of the update": "Import of the update, verified and applied",
    "first bundle, cold": "First bundle with cold caches, once",
    "update, cold": "Update with cold caches, once",
    "deltas": "Tools that make a delta of two trees and bring nothing else, once",
    "installers": "Update of the same software as compressed installers",
    "renamed tree": "Update where every folder has another name",
    "start-up": "Start of a program (`--version`)",
}
CURVES = {
    "sites": ("Export of the same 8 MB to many sites", "sites"),
    "files": ("Many small files", "files"),
    "lengths": ("One long file", "MB"),
    "gigabytes": ("Many gigabytes: the corpus and unlike copies of it", "GB"),
}
HEAD = """# Benchmarks

Written by `make bench`: {rounds} interleaved rounds, medians, two cores, all tools from Debian, everything flushed before the clock stops.
Corpus: two releases of eight Windows packages, 1.07 and 1.09 GB, 7,400 files each (`Benchmarks/corpus`). Seconds say something about one machine;
**ratios** are to the first tool that is not Waybill, in the same run.

![bytes of the update](benchmarks.svg)
"""


def write(parts, docs):
    lines = [HEAD.format(rounds=max(part.rounds for part in parts))]
    for part in parts:
        for row, tools in part.rows.items():
            lines += table(part, row, tools)
        for name, steps in part.curves.items():
            lines += curve(name, steps)
        lines += closing(part)
    (docs / "benchmarks.md").write_text("\n".join(lines).rstrip() + "\n")
    compared = next((part for part in parts if "update" in part.rows), None)
    if compared:
        (docs / "benchmarks.svg").write_text(chart(compared))


def table(results, row, tools):
    base = next((tool for tool in tools if not tool.startswith("waybill")), None)
    return [f"## {TITLES[row]}", "", "| tool | seconds | ratio | CPU seconds | MB | ratio | peak MiB |",
            "|---|---|---|---|---|---|---|", *(line(results, row, tool, base) for tool in tools), ""]


def line(results, row, tool, base):
    seconds, bytes_ = results.seconds(row, tool), results.bytes(row, tool)
    of_base = results.bytes(row, base) if base else None
    ratio = f"{seconds / results.seconds(row, base):.2f}" if base and results.seconds(row, base) > 0.01 else ""
    share = f"{bytes_ / of_base:.2f}" if bytes_ and of_base else ""
    megabytes = f"{bytes_ / 1e6:.1f}" if bytes_ else ""
    return (f"| {tool} | {seconds:.2f} | {ratio} | {results.cpu(row, tool):.2f} | {megabytes} | {share} | "
            f"{results.peak(row, tool) / 1024:.0f} |")


def curve(name, steps):
    """A table of seconds and peaks by size, and with which power of the size the seconds grow."""
    title, unit = CURVES[name]
    sizes = [size for size, _ in next(iter(steps.values()))]
    lines = [f"## {title}", "", "Seconds, and peak MiB behind the stroke.", "",
             f"| {unit} | " + " | ".join(f"{size:,}" for size in sizes) + " | exponent | at the end |",
             "|---" * (len(sizes) + 3) + "|"]
    for step, points in steps.items():
        cells = [f"{measure.seconds:.2f} / {measure.peak / 1024:.0f}" for _, measure in points]
        lines.append(f"| {step} | " + " | ".join(cells) + f" | {exponent(points):.2f} | {exponent(points[-2:]):.2f} |")
    return lines + [""]


def exponent(points):
    """The slope of the least squares' line through the logarithms."""
    logarithms = [(math.log(size), math.log(max(measure.seconds, 0.001))) for size, measure in points]
    across, up = (sum(values) / len(logarithms) for values in zip(*logarithms))
    spread = sum((x - across) ** 2 for x, _ in logarithms)
    return sum((x - across) * (y - up) for x, y in logarithms) / spread


def closing(results):
    if not results.lines:
        return []
    if not results.lines[0].startswith("|"):
        return results.lines + [""]
    return ["## The hot paths alone, one thread", "", "| effort | path | times | MB | MB/s | ratio of bytes |",
            "|---|---|---|---|---|---|", *results.lines, ""]


def chart(results):
    """Bars of the update's bytes."""
    bars = [(tool, results.bytes("update", tool)) for tool in results.rows.get("update", {})]
    if "update, fast" in results.rows:
        bars.insert(1, ("waybill, fast", results.bytes("update, fast", "waybill")))
    bars = [(tool, bytes_) for tool, bytes_ in bars if bytes_]
    most = max((bytes_ for _, bytes_ in bars), default=1)
    height = 40 + 34 * len(bars)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{height}" font-family="sans-serif" font-size="14">',
             f'<rect width="640" height="{height}" fill="#fff"/>',
             '<text x="12" y="24" font-weight="bold">Update of 1.1 GB of Windows software, MB on the stick</text>']
    for index, (tool, bytes_) in enumerate(bars):
        top, width = 40 + 34 * index, 400 * bytes_ / most
        colour = "#1b6e53" if tool.startswith("waybill") else "#9aa5ad"
        parts += [f'<text x="12" y="{top + 17}">{tool}</text>',
                  f'<rect x="130" y="{top}" width="{width:.0f}" height="24" fill="{colour}"/>',
                  f'<text x="{138 + width:.0f}" y="{top + 17}">{bytes_ / 1e6:.1f}</text>']
    return "\n".join(parts + ["</svg>", ""])
