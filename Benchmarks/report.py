# SPDX-License-Identifier: Apache-2.0
"""Writes docs/benchmarks.md and its chart from what was measured."""

TITLES = {
    "first bundle": "First bundle of the tree: add, release, export, flush and re-read",
    "update": "Update of the tree, default effort: add and export",
    "update, fast": "The same with `--effort fast`",
    "second site": "Export of the same content to a second site",
    "check": "Check for damage, from the page cache (the two loops hash twice as many bytes)",
    "import to staged": "Import of the first bundle, verified and staged",
    "apply": "Applying it to `library`, 7,400 files",
    "import of the update": "Import of the update",
    "installers": "Update of the same software as compressed installers",
    "renamed tree": "Update where every folder has another name",
    "start-up": "Start of a program (`--version`)",
}
HEAD = """# Benchmarks

Written by `make bench`: {rounds} interleaved rounds, medians, two cores, all tools from Debian, everything flushed before the clock stops.
Corpus: two releases of eight Windows packages, 1.07 and 1.09 GB, 7,400 files each (`Benchmarks/corpus`). Seconds say something about one machine;
**ratios** are to the first tool that is not Waybill, in the same run.

![bytes of the update](benchmarks.svg)
"""


def write(results, docs, rounds):
    lines = [HEAD.format(rounds=rounds)]
    for row, tools in results.rows.items():
        title = TITLES.get(row) or f"Export of the same content to {row}"
        lines += [f"## {title}", "", "| tool | seconds | ratio | CPU seconds | MB | ratio | peak MiB |",
                  "|---|---|---|---|---|---|---|"]
        base = next((tool for tool in tools if not tool.startswith("waybill")), None)
        lines += [line(results, row, tool, base) for tool in tools] + [""]
    lines += curve(results)
    (docs / "benchmarks.md").write_text("\n".join(lines).rstrip() + "\n")
    (docs / "benchmarks.svg").write_text(chart(results))


def line(results, row, tool, base):
    seconds, bytes_ = results.seconds(row, tool), results.bytes(row, tool)
    of_base = results.bytes(row, base) if base else None
    ratio = f"{seconds / results.seconds(row, base):.2f}" if base and results.seconds(row, base) > 0.01 else ""
    share = f"{bytes_ / of_base:.2f}" if bytes_ and of_base else ""
    megabytes = f"{bytes_ / 1e6:.1f}" if bytes_ else ""
    return (f"| {tool} | {seconds:.2f} | {ratio} | {results.cpu(row, tool):.2f} | {megabytes} | {share} | "
            f"{results.peak(row, tool) / 1024:.0f} |")


def curve(results):
    """How the cost of an export grows with the count of sites: the exponent of seconds against sites."""
    import math

    points = [(int(row.split()[0]), results.seconds(row, "waybill")) for row in results.rows if row.endswith(" sites")]
    if len(points) < 2:
        return []
    (first, early), (last, late) = points[0], points[-1]
    exponent = math.log(late / early) / math.log(last / first)
    return [f"From {first} to {last} sites the cost grows with the power {exponent:.2f} of their count.", ""]


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
