// SPDX-License-Identifier: Apache-2.0

/// What lies in an evidence pack for people and for `python3`.
enum PackTexts {
  static func page(_ facts: [String]) -> String {
    """
    EVIDENCE PACK
    \(facts.map { "  " + $0 }.joined(separator: "\n"))

    What lies here
      SHA256SUMS            every other file with its SHA-256
      verify.py             checks all of it; 150 lines of Python to read first
      roots/                every root of trust, each signed by the one before
      centre/log.ndjson     the centre's audit log, one JSON object a line, each with the hash of the line before
      sites/ID/EPOCH/       log.ndjson: the audit log of a site; key.json: the key that it enrolled with, key-2.json and
                            so on: those that took its place, each named by a report of both;
                            statements/: its enrolment (0) and its reports, DSSE envelopes; aside/: reports
                            that were kept aside
      sites/ID/bundles/N/   of bundle N the signed TUF metadata and ack.json, which they vouch for

    How to verify, without any program of ours
      sha256sum --quiet --strict -c SHA256SUMS
      python3 verify.py               (Python 3.9 or newer, and openssl 1.1.1 or newer; nothing else)

    What no pack can prove by itself: compare by hand
      - the fingerprint of roots/1.root.json with the paper that came with the kit;
      - the key of each site with its enrolment, whose fingerprint two people read to each other;
      - the last line of each log with what the other side holds: a log that was cut at its end, or written
        anew from some line on, chains all the same. `audit verify --head LINE:HASH` of either program asks
        whether a line that the other side read out is there.

    The formats are those of docs/FORMAT.md, sections 3, 11 and 12: a line's hash is the SHA-256 of its OLPC
    canonical JSON without the field `hash`; a statement is a DSSE 1.0 envelope around an in-toto Statement.

    """
  }

  static let script = #"""
    #!/usr/bin/env python3
    # SPDX-License-Identifier: Apache-2.0
    """Verifies the evidence pack that it lies in: python3 verify.py. Needs openssl, and nothing else."""
    import base64, hashlib, json, pathlib, subprocess, sys, tempfile

    ROOT = pathlib.Path(__file__).resolve().parent
    NOTHING = hashlib.sha256(b"").hexdigest()
    counts = {"checks": 0, "failures": 0}


    def say(text):  # a pack that was changed may hold anything: nothing of it reaches a terminal as it is
        print("".join(c if c.isprintable() else repr(c)[1:-1] for c in text))


    def check(fine, text):
        counts["checks"] += 1
        if not fine:
            counts["failures"] += 1
            say(f"FAIL {text}")
        return fine


    def once(pairs):
        assert len(dict(pairs)) == len(pairs), "a key twice"
        return dict(pairs)


    def parse(data):
        return json.loads(data, object_pairs_hook=once)


    def canonical(value):  # OLPC canonical JSON
        if isinstance(value, dict):
            keys = sorted(value, key=str.encode)
            return b"{" + b",".join(canonical(k) + b":" + canonical(value[k]) for k in keys) + b"}"
        if isinstance(value, list):
            return b"[" + b",".join(map(canonical, value)) + b"]"
        if isinstance(value, str):
            return b'"' + value.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'
        return json.dumps(value).encode()


    def signed_by(key, signature, message):
        public = bytes.fromhex("302a300506032b6570032100" + key["keyval"]["public"])
        with tempfile.TemporaryDirectory() as folder:
            names = [pathlib.Path(folder, name) for name in ("key", "signature", "message")]
            for name, data in zip(names, (public, signature, message)):
                name.write_bytes(data)
            call = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", names[0],
                    "-rawin", "-sigfile", names[1], "-in", names[2]]
            return subprocess.run(call, capture_output=True).returncode == 0


    def role(document, keys, ids, threshold):
        """Whether `threshold` of the keys `ids` signed a TUF document."""
        message, good = canonical(document["signed"]), set()
        for entry in document["signatures"]:
            if entry["keyid"] in ids and signed_by(keys[entry["keyid"]], bytes.fromhex(entry["sig"]), message):
                good.add(keys[entry["keyid"]]["keyval"]["public"])
        return len(good) >= threshold


    def of_root(root, name, document):
        entry = root["signed"]["roles"][name]
        return role(document, root["signed"]["keys"], entry["keyids"], entry["threshold"])


    def statement(path, keys):
        envelope = parse(path.read_bytes())
        payload, kind = base64.b64decode(envelope["payload"], validate=True), envelope["payloadType"]
        message = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
        good = any(signed_by(key, base64.b64decode(s["sig"], validate=True), message)
                   for s in envelope["signatures"] for key in keys)
        check(good, f"{path.relative_to(ROOT)}: no signature by the key of the site")
        return parse(payload)["predicate"]


    def log(path):
        """The hashes of a log's lines, each checked against the line before."""
        before, seq, hashes = NOTHING, 0, {NOTHING}
        with path.open("rb") as lines:
            for number, data in enumerate(lines, 1):
                try:
                    line = parse(data)
                    said = line.pop("hash")
                    fine = line["seq"] == seq + 1 and line["prev"] == before
                    fine = fine and said == hashlib.sha256(canonical(line)).hexdigest()
                except (ValueError, KeyError, TypeError, AssertionError, AttributeError):
                    fine = False
                if not check(fine, f"{path.relative_to(ROOT)}: line {number} does not chain"):
                    break
                before, seq = said, number
                hashes.add(said)
        say(f"     {path.relative_to(ROOT)}: {seq} lines, ends with {seq}:{before}")
        return hashes


    def files():
        listed = {}
        for line in (ROOT / "SHA256SUMS").read_text().splitlines():
            digest, name = line.split("  ", 1)
            listed[name] = digest
        there = {str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if not p.is_dir()} - {"SHA256SUMS"}
        for name in sorted(set(listed) ^ there):
            check(False, f"{name}: only {'listed' if name in listed else 'there'}")
        for name in sorted(set(listed) & there):
            digest = hashlib.sha256()
            with (ROOT / name).open("rb") as data:
                while block := data.read(1 << 20):
                    digest.update(block)
            check(digest.hexdigest() == listed[name], f"{name}: not what SHA256SUMS lists")


    def roots():
        paths = sorted((ROOT / "roots").glob("*.root.json"), key=lambda path: int(path.name.split(".")[0]))
        chain = [parse(path.read_bytes()) for path in paths]
        for number, root in enumerate(chain):
            above = chain[max(0, number - 1)]
            fine = of_root(above, "root", root) and of_root(root, "root", root)
            fine = fine and root["signed"]["version"] == above["signed"]["version"] + min(number, 1)
            check(fine, f"{paths[number].name}: not signed by itself and the root before")
        if paths:
            say(f"     {paths[0].name}: {hashlib.sha256(paths[0].read_bytes()).hexdigest()}")
        return chain


    def bundle(folder, chain, site, own, logs):
        """That the roots vouch for ack.json of a bundle, and that both logs hold what it tells of."""
        place = folder.relative_to(ROOT)
        data = {path.name: path.read_bytes() for path in folder.glob("*.json")}
        try:
            files = {name: parse(text) for name, text in data.items()}
            meta = {"snapshot.json": files["timestamp.json"]["signed"]["meta"]["snapshot.json"]}
            meta.update({f"{name}.json": files["snapshot.json"]["signed"]["meta"][f"{name}.json"]
                         for name in ("targets", "site")})
            meta["ack.json"] = files["site.json"]["signed"]["targets"][f"sites/{site}/ack.json"]
            for name, entry in meta.items():
                fine = entry["hashes"]["sha256"] == hashlib.sha256(data[name]).hexdigest()
                check(fine, f"{place}/{name}: not what the file above it lists")
            roles = ("timestamp", "snapshot", "targets")
            good = any(all(of_root(root, name, files[f"{name}.json"]) for name in roles) for root in chain)
            check(good, f"{place}: no root vouches for it")
            delegations = files["targets.json"]["signed"]["delegations"]
            entry = next(entry for entry in delegations["roles"] if entry["name"] == "site")
            good = role(files["site.json"], delegations["keys"], entry["keyids"], entry["threshold"])
            check(good, f"{place}/site.json: not signed by the exporter")
            ack = files["ack.json"]
            held = {(ack["audit_head"]["sha256"], "audit_head"): own,
                    (ack["site_head"]["sha256"], "site_head"): logs.get(ack["epoch"])}
            for (digest, name), hashes in held.items():
                check(hashes is None or digest in hashes, f"{place}/ack.json: {name} is not in the log")
        except (ValueError, KeyError, TypeError, AssertionError, StopIteration) as error:
            check(False, f"{place}: {error!r}")


    def main():
        files()
        chain = roots()
        own = log(ROOT / "centre/log.ndjson") if (ROOT / "centre/log.ndjson").exists() else None
        for site in sorted(path for path in (ROOT / "sites").glob("*") if path.is_dir()):
            keys = [parse(path.read_bytes()) for path in sorted(site.glob("*/key*.json"))]
            logs = {}
            for path in sorted(site.glob("*/log.ndjson")):
                logs[path.parent.name] = log(path)
            for path in sorted(site.glob("*/statements/*.json")) + sorted(site.glob("*/aside/*.json")):
                try:
                    said, place = statement(path, keys), path.relative_to(ROOT)
                    if path.parent.name == "aside":
                        continue
                    if said["seq"] == 0:
                        check(said["key"] in keys, f"{place}: enrols another key")
                        continue
                    held = logs[said["epoch"]]
                    check(said["audit_head"] in held, f"{place}: its audit_head is not in the site's log")
                    echo = said["centre_head"]["sha256"]
                    check(own is None or echo in own, f"{place}: its centre_head is not in the centre's log")
                except (ValueError, KeyError, TypeError, AssertionError) as error:
                    check(False, f"{path.relative_to(ROOT)}: {error!r}")
            for folder in sorted(site.glob("bundles/*")):
                bundle(folder, chain, site.name, own, logs)
        print(f"{counts['checks']} checks, {counts['failures']} failures")
        return 1 if counts["failures"] else 0


    sys.dont_write_bytecode = True
    try:
        sys.exit(main())
    except (OSError, ValueError, KeyError, TypeError, AssertionError) as error:
        say(f"FAIL {error!r}")
        sys.exit(1)

    """#
}
