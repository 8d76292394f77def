#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a Waybill bundle as docs/FORMAT.md says, with nothing of Waybill's: papers, waybill, blocks, orders,
index, frames, files. Rebuilds the content of an out bundle, or the evidence of a back bundle, and checks every
digest on the way. Usage: reader.py BUNDLE INTO"""
import base64, delta, hashlib, io, json, pathlib, subprocess, sys, tarfile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def need(condition, what):
    if not condition:
        sys.exit(f"reader: {what}")


def parse(data):
    """JSON without duplicate keys, fractions or constants (section 2)."""

    def pairs(members):
        need(len({key for key, _ in members}) == len(members), "a key twice")
        return dict(members)

    def never(text):
        sys.exit(f"reader: number {text}")

    return json.loads(data.decode(), object_pairs_hook=pairs, parse_float=never, parse_constant=never)


def canonical(value):
    """OLPC canonical JSON: keys sorted, only quote and backslash escaped."""
    if isinstance(value, dict):
        items = sorted(value.items(), key=lambda item: item[0].encode())
        return "{" + ",".join(canonical(key) + ":" + canonical(item) for key, item in items) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return json.dumps(value)


def listing(data, name):
    """A listing (section 2): its header and elements, line by line."""
    need(data.endswith(b"\n"), "a listing ends in LF")
    lines = data.split(b"\n")[:-1]
    need(lines[0].endswith(f'"{name}":['.encode()) and lines[-1] == b"]}", f"the layout of {name}")
    elements = []
    for number, line in enumerate(lines[1:-1]):
        last = number == len(lines) - 3
        need(line.endswith(b",") != last, "commas between elements only")
        elements.append(parse(line if last else line[:-1]))
    return parse(lines[0] + b"]}"), elements


# Section 4: papers.tar
def header(name, size):
    block = bytearray(512)

    def put(offset, text):
        block[offset:offset + len(text)] = text

    put(0, name.encode())
    put(100, b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % size + b"00000000000\0")
    put(148, b" " * 8)
    put(156, b"0")
    put(257, b"ustar\00000")
    put(329, b"0000000\0" * 2)
    put(148, b"%06o\0 " % sum(block))
    return bytes(block)


def read_papers(data):
    entries, offset = {}, 0
    while data[offset:offset + 512] != bytes(512):
        block = data[offset:offset + 512]
        name = block[:100].rstrip(b"\0").decode()
        size = int(block[124:135], 8)
        need(block == header(name, size), f"the header of {name}")
        padded = (size + 511) // 512 * 512
        body = data[offset + 512:offset + 512 + padded]
        need(len(body) == padded and not any(body[size:]), f"the padding of {name}")
        need(name not in entries, f"{name} twice")
        entries[name] = body[:size]
        offset += 512 + padded
    need(data[offset:] == bytes(1024), "the end of the papers")
    names = list(entries)
    need(names[0] == "waybill-format" and entries["waybill-format"] == b"waybill 1\n", "the format")
    need(names[1:] == sorted(names[1:], key=str.encode), "the order of the papers")
    return entries


# Section 3: metadata
def check_signatures(file, keys, keyids, threshold, name):
    good = set()
    for signature in file["signatures"]:
        if signature["keyid"] not in keyids:
            continue
        key = keys[signature["keyid"]]
        need(sha256(canonical(key).encode()) == signature["keyid"], "a key id")
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key["keyval"]["public"]))
        public.verify(bytes.fromhex(signature["sig"]), canonical(file["signed"]).encode())
        good.add(key["keyval"]["public"])
    need(len(good) >= threshold, f"{name}: {len(good)} of {threshold} signatures")


def check_metadata(papers):
    """Root chain from 1, then timestamp, snapshot, targets, content, policy, site. Returns the site's targets."""
    files = {name[9:]: data for name, data in papers.items() if name.startswith("metadata/")}
    root = None
    for version in range(1, 1 + sum(name.endswith(".root.json") for name in files)):
        file = parse(files[f"{version}.root.json"])
        for signer in [root, file["signed"]] if root else [file["signed"]]:
            role = signer["roles"]["root"]
            check_signatures(file, signer["keys"], role["keyids"], role["threshold"], "root")
        root = file["signed"]

    def by_root(name, role):
        file = parse(files[name])
        keys = root["roles"][role]
        check_signatures(file, root["keys"], keys["keyids"], keys["threshold"], name)
        return file["signed"]

    def listed(entry, name):
        data = files[name]
        need(len(data) == entry["length"] and sha256(data) == entry["hashes"]["sha256"], f"{name} as listed")
        need(parse(data)["signed"]["version"] == entry["version"], f"version of {name}")

    timestamp = by_root("timestamp.json", "timestamp")
    n = timestamp["version"]
    listed(timestamp["meta"]["snapshot.json"], f"{n}.snapshot.json")
    snapshot = by_root(f"{n}.snapshot.json", "snapshot")
    meta = {name: f"{entry['version']}.{name}" for name, entry in snapshot["meta"].items()}
    for name, entry in snapshot["meta"].items():
        listed(entry, meta[name])
    targets = by_root(meta["targets.json"], "targets")
    vouched = {}
    for role in targets["delegations"]["roles"]:
        name = f"{role['name']}.json"
        file = parse(files[meta[name]])
        check_signatures(file, targets["delegations"]["keys"], role["keyids"], role["threshold"], name)
        vouched.update(file["signed"]["targets"])
    sites = {parse(files[name])["signed"]["x-waybill"]["site_id"]
             for name in ("timestamp.json", f"{n}.snapshot.json", meta["site.json"])}
    need(len(sites) == 1 and meta["site.json"] == f"{n}.site.json", "one line, one N")
    return vouched


# Sections 5 to 7: blocks, orders, volumes
def read_piece(bundle, entry, block_size):
    data = (bundle / entry["name"]).read_bytes()
    blocks = [sha256(data[at:at + block_size]) for at in range(0, len(data), block_size)]
    need(len(data) == entry["length"] and sha256(data) == entry["sha256"], f"{entry['name']} as listed")
    need(blocks == entry["blocks"], f"blocks of {entry['name']}")
    return data


def entries_of(data):
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        return {entry.name: archive.extractfile(entry).read() for entry in archive}


def read_files(index, volumes, held):
    """Decodes every frame and puts the pieces together: file digest to bytes."""
    files = {}
    for frame in listing(index, "frames")[1]:
        stored = volumes[frame["volume"] - 1][frame["offset"]:frame["offset"] + frame["length"]]
        need(sha256(stored) == frame["frame"], f"frame {frame['frame']}")
        if frame["encoding"] == "raw":
            plain = stored
        elif "reference" in frame:
            plain = delta.decode(frame, stored, held.__getitem__)
        else:
            need(frame["encoding"] == "zstd" and frame["window"] <= 27, "an encoding that is known")
            plain = subprocess.run(["zstd", "-dcq"], input=stored, capture_output=True, check=True).stdout
        need(len(plain) == frame["plain"], "the plain length")
        at = 0
        for piece in frame["pieces"]:
            need(piece["at"] == at, "pieces without a gap")
            at += piece["length"]
            content = files.setdefault(piece["file"], bytearray())
            need(len(content) == piece["from"], "a file in its order")
            content += plain[piece["at"]:at]
        need(at == frame["plain"], "pieces that cover the frame")
    for digest, content in files.items():
        need(sha256(content) == digest, f"file {digest}")
    return files


def read_out(papers, orders, files, into):
    vouched = check_metadata(papers)
    listed = {}
    for target, entry in vouched.items():
        folder, base = target.rsplit("/", 1)
        listed[f"targets/{folder}/{entry['hashes']['sha256']}.{base}"] = (target, entry)
    contents = {}
    for name, data in orders.items():
        target, entry = listed[name]
        need(len(data) == entry["length"] and sha256(data) == entry["hashes"]["sha256"], name)
        contents[target] = data
    waybill = next(entry for target, entry in vouched.items() if target.endswith("/waybill.json"))
    need(waybill["hashes"]["sha256"] == sha256(papers["waybill.json"]), "the waybill that is vouched for")
    count = 0
    for target in (name for name in contents if name.startswith("content/")):
        manifest, members = listing(contents[target], "files")
        need(manifest["file_count"] == len(members), "the count of files")
        for member in members:
            path = into / target[8:-5] / member["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            data = files[member["sha256"]] if member["length"] else b""
            need(len(data) == member["length"], member["path"])
            path.write_bytes(data)
            count += 1
    print(f"reader.py verifies the bundle and rebuilds {count} files from {len(files)} distinct ones")


def read_back(papers, orders, files, into):
    envelope = parse(papers["report.dsse.json"])
    statement = parse(base64.b64decode(envelope["payload"], validate=True))
    subjects = {subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]}
    need(subjects["waybill.json"] == sha256(papers["waybill.json"]), "the waybill of the statement")
    need(subjects["state.json"] == sha256(orders["state.json"]), "the state of the statement")
    lines = 0
    for evidence in parse(orders["state.json"])["evidence"]:
        data = bytes(files.get(evidence["sha256"], b""))
        need(sha256(data) == evidence["sha256"] == subjects[evidence["name"]], evidence["name"])
        into.mkdir(parents=True, exist_ok=True)
        (into / evidence["name"]).write_bytes(data)
        events = [parse(line) for line in data.splitlines()]
        lines += len(events)
        if evidence["name"] == "events.ndjson":
            for number, event in enumerate(events):
                digest = event.pop("hash")
                need(sha256(canonical(event).encode()) == digest, "the hash of an event")
                need(number == 0 or event["prev"] == previous, "the chain of events")
                previous = digest
    print(f"reader.py verifies the return: {lines} lines of evidence, the chain of events unbroken")


bundle, into, *before = map(pathlib.Path, sys.argv[1:])
held = {sha256(data): data for data in (path.read_bytes() for folder in before for path in folder.rglob("*") if path.is_file())}
papers = read_papers((bundle / "papers.tar").read_bytes())
waybill = parse(papers["waybill.json"])
pieces = [read_piece(bundle, entry, waybill["block_size"]) for entry in waybill["files"]]
orders = entries_of(pieces[0])
index = next(data for name, data in orders.items() if name.endswith("index.json"))
files = read_files(index, pieces[1:], held)
(read_out if waybill["kind"] == "out" else read_back)(papers, orders, files, into)
