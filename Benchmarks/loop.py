# SPDX-License-Identifier: Apache-2.0
"""A rehearsal centre and its sites, driven through the programs, for what is measured."""

import json
import pathlib
import subprocess

from measure import run

POLICY = """waybill: policy/1
site: {site}
sealing: none
egress: full
removals: approved
operators: 1
approvals: {approvals}
collections: [Bench]
scope_ceiling: [site-class:air-gapped]
"""
CONTENT = """waybill: content/1
name: suite
version: "{version}.0"
counter: {version}
publisher_scope: [site-class:air-gapped]
programs:
  - name: install
    command_line: install.cmd /quiet
    detection:
      - {{kind: file, path: 'C:\\Program Files\\suite\\version.txt', version: "{version}.0"}}
"""
INTENT = """waybill: intent/1
id: suite
sites: [{sites}]
content: suite
version: "{version}.0"
program: install
collection: Bench
purpose: required
scope: [site-class:air-gapped]
"""


class Loop:
    def __init__(self, programs, folder, sites=("fjord-3",), approvals="critical"):
        self.programs, self.folder, self.sites = programs, pathlib.Path(folder), sites
        self.folder.mkdir(parents=True)
        self.centre("init", "--rehearsal")
        root = self.centre("root", "show", "--to", str(self.folder / "root.json"), "--json")
        fingerprint = json.loads(root)["root_fingerprint"]
        for site in sites:
            self.site(site, "init", "--site", site, "--root", str(self.folder / "root.json"), "--rehearsal",
                      "--fingerprint", fingerprint, "--library", str(self.folder / f"{site}-dp"))
            enrolment = str(self.folder / f"{site}.json")
            spoken = json.loads(self.site(site, "enrol", "--to", enrolment, "--json"))["fingerprint"]
            self.centre("site", "add", enrolment, "--fingerprint", spoken)
            policy = self.file("policy.yaml", POLICY.format(site=site, approvals=approvals))
            self.centre("policy", "apply", "-f", policy)
        self.centre("policy", "sign")

    def file(self, name, text):
        (self.folder / name).write_text(text)
        return str(self.folder / name)

    def command(self, program, state, *arguments):
        return [f"{self.programs}/{program}", *arguments, "--state", str(self.folder / state)]

    def centre(self, *arguments):
        return self.quiet(self.command("waybill-centre", "centre", *arguments))

    def site(self, site, *arguments):
        return self.quiet(self.command("waybill-site", site, *arguments))

    @staticmethod
    def quiet(command):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"bench: {' '.join(command)}\n{done.stdout}{done.stderr}")
        return done.stdout

    def content(self, version):
        return self.file("content.yaml", CONTENT.format(version=version))

    def intent(self, version):
        return self.file("intent.yaml", INTENT.format(version=version, sites=", ".join(self.sites)))

    def add(self, version, source):
        """Adds, releases and wants a version; the measures of add and release."""
        added = run(self.command("waybill-centre", "centre", "content", "add", str(source), "--manifest",
                                 self.content(version)))
        released = run(self.command("waybill-centre", "centre", "content", "release"))
        self.centre("intent", "apply", "-f", self.intent(version))
        return added + released

    def export(self, medium, effort="normal", sites=None):
        pathlib.Path(medium).mkdir(parents=True, exist_ok=True)
        return run(self.command("waybill-centre", "centre", "export", *(sites or self.sites[:1]), "--effort", effort,
                                "--to", str(medium)))

    def receive(self, medium, site=None, code=0):
        site = site or self.sites[0]
        return run(self.command("waybill-site", site, "import", str(medium)), code)

    def inspect(self, medium):
        return run(self.command("waybill-site", self.sites[0], "inspect", str(medium)))

    def plan(self, medium):
        return run(self.command("waybill-site", self.sites[0], "import", str(medium), "--plan"))

    def report(self, medium, site=None):
        self.site(site or self.sites[0], "return", "--to", str(medium))
        self.centre("ingest", str(medium))
