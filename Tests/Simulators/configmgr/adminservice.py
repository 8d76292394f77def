# SPDX-License-Identifier: Apache-2.0
"""An AdminService in front of the simulated site: the routes that public documentation and public clients know.

    python3 adminservice.py STATE [--certificate PEM --key PEM] [--routes NAME,…]

It binds a free port of the loopback interface, prints it, and serves until its standard input ends. Faults are
what STATE.faults says, a list of JSON objects: each is used up by the first request that it fits.

    {"method": "POST", "path": "SMS_Package", "status": 503, "retry_after": "2"}
    {"path": "SMS_Site", "fault": "hang" | "reset" | "lost" | "html" | "redirect" | "raw" | "wrapped-error"}

`lost` does the work and then closes without an answer, `raw` answers with `body`; `path` is a part of the decoded path
and query, `times` says for how many requests a fault is good. Every request goes to STATE.log, a JSON object a line.

Members of the state that only this front knows: `page` (rows of a list), `links` (false leaves the next link out),
`link_base` (another host in it), `return_value` (of the methods of a package, which then do nothing)."""

import argparse
import contextlib
import http.server
import json
import pathlib
import re
import socket
import ssl
import struct
import sys
import threading
import urllib.parse

import state
from query import Query

ROUTE = re.compile(r"^/AdminService/wmi/(?P<name>\w+)(?P<key>\([^/]*\))?(?:[./](?P<method>[\w.]+))?$")
LAZY = {
    "SMS_Collection": ["CollectionRules", "RefreshSchedule", "RefreshType"],
    "SMS_Package": ["ExtendedData", "RefreshPkgSourceFlag", "RefreshSchedule"],
    "SMS_Program": ["SupportedOperatingSystems"],
    "SMS_Advertisement": ["AssignedSchedule", "AssignedScheduleEnabled", "PresentTimeEnabled", "PresentTimeIsGMT"],
}
CHANGEABLE = {
    "SMS_Package": {"Name", "Version", "Manufacturer", "Language", "Description", "PkgSourcePath", "PkgSourceFlag",
                    "ISVString", "Priority"},
    "SMS_Program": {"PackageID", "ProgramName", "CommandLine", "ProgramFlags", "Duration", "WorkingDirectory",
                    "DiskSpaceReq", "ISVString", "Comment"},
    "SMS_Collection": {"Name", "LimitToCollectionID", "CollectionType", "Comment", "RefreshType", "ISVString"},
    "SMS_Advertisement": {"AdvertisementName", "PackageID", "ProgramName", "CollectionID", "Comment", "ISVString",
                          "OfferType", "PresentTime", "PresentTimeEnabled", "PresentTimeIsGMT", "ExpirationTime",
                          "IncludeSubCollection", "AdvertFlags", "RemoteClientFlags", "Priority"},
}
DECORATION = {"__CLASS": "simulated", "__LAZYPROPERTIES": []}


def rows(site, name):
    """All instances of a class, as a list shows them."""
    if name == "SMS_Site":
        return [{"SiteCode": site.site_code, "SiteName": site.site_name, "Version": site.version}]
    if name == "SMS_Package":
        return list(site.packages.values())
    if name == "SMS_Program":
        return list(site.programs.values())
    if name == "SMS_Collection":
        site.look_at_collections()
        return [{**each, "MemberCount": len(site.members(each["CollectionID"]))} for each in site.collections.values()]
    if name == "SMS_Advertisement":
        return list(site.deployments.values())
    if name == "SMS_SystemResourceList":
        return list(site.distribution_points.values())
    if name == "SMS_PackageStatusDistPointsSummarizer":
        return site.look_at_distributions()
    if name == "SMS_DistributionPoint":
        return list(site.distributions.values())
    if name == "SMS_DistributionDPStatus":
        return site.messages()
    if name == "SMS_FullCollectionMembership":
        return [{"CollectionID": collection, "ResourceID": device["ResourceId"], "Name": device["Name"]}
                for collection in site.collections for device in site.members(collection)]
    if name == "SMS_ClassicDeploymentAssetDetails":
        return [row for deployment in site.deployments for row in site.assets(deployment)]
    if name == "SMS_DeploymentSummary":
        return [site.summary(deployment) for deployment in site.deployments]
    raise state.SiteError(404, f"no class {name}")


KEYS = {"SMS_Package": ["PackageID"], "SMS_Program": ["PackageID", "ProgramName"],
        "SMS_Collection": ["CollectionID"], "SMS_Advertisement": ["AdvertisementID"]}


def key_of(name, text):
    """The values of a key such as `('PS100001')` or `(PackageID='PS100001',ProgramName='a')`, in the class's order."""
    parts = re.findall(r"(?:(\w+)=)?(?:'((?:[^']|'')*)'|(\d+))", text[1:-1])
    values = [(name_, (quoted or number).replace("''", "'")) for name_, quoted, number in parts]
    keys = KEYS.get(name, [])
    if len(values) != len(keys):
        raise state.SiteError(404, "no such key")
    if len(values) == 1:
        return [values[0][1]]
    named = dict(values)
    if set(named) != set(keys):
        raise state.SiteError(404, "no such key")
    return [named[key] for key in keys]


def check_body(name, body):
    if not isinstance(body, dict):
        raise state.SiteError(400, "the body is no object")
    for key, value in body.items():
        if isinstance(value, list) and any(isinstance(each, dict) for each in value):
            raise state.SiteError(500, f"{key}: arrays of complex objects are not supported")
        if key not in CHANGEABLE[name] and key != "SedoObjectVersion":
            raise state.SiteError(400, f"{name} has no property {key} that can be set")
        if value is None:
            raise state.SiteError(400, f"{key} is null")
    return body


def create(site, name, body):
    values = dict(check_body(name, body))
    values.pop("SedoObjectVersion", None)
    make = {"SMS_Package": site.create_package, "SMS_Program": site.create_program,
            "SMS_Collection": site.create_collection, "SMS_Advertisement": site.create_deployment}.get(name)
    if make is None:
        raise state.SiteError(405, f"{name} cannot be created")
    return make(values)


def update(site, name, key, body):
    values = dict(check_body(name, body))
    if name == "SMS_Package":
        return site.update_package(key[0], values)
    values.pop("SedoObjectVersion", None)
    held = {"SMS_Program": site.program, "SMS_Collection": site.collection,
            "SMS_Advertisement": site.deployment}[name](*key)
    held.update(values)
    return held


def delete(site, name, key):
    {"SMS_Package": site.delete_package, "SMS_Program": site.delete_program,
     "SMS_Collection": site.delete_collection, "SMS_Advertisement": site.delete_deployment}[name](*key)


def call(site, name, key, method, body, routes):
    method = method.removeprefix("AdminService.")
    if (name, method) == ("SMS_Identification", "GetSiteID"):
        return {"ReturnValue": 0, "SiteID": "{00000000-0000-0000-0000-000000000001}"}
    if (name, method) == ("SMS_Package", "AddDistributionPoints") and method in routes:
        if set(body) != {"SiteCode", "NALPath"} or len(body["SiteCode"]) != len(body["NALPath"]):
            raise state.SiteError(404, "no HTTP resource was found that matches the request")
        if site.data.get("return_value"):
            return {"ReturnValue": site.data["return_value"]}
        site.distribute(key[0], body["NALPath"])
        return {"ReturnValue": 0}
    if (name, method) == ("SMS_Package", "RefreshPkgSource") and method in routes:
        if body:
            raise state.SiteError(404, "no HTTP resource was found that matches the request")
        if site.data.get("return_value"):
            return {"ReturnValue": site.data["return_value"]}
        site.refresh(key[0])
        return {"ReturnValue": 0}
    if (name, method) in {("SMS_Collection", "AddMembershipRule"), ("SMS_Collection", "DeleteMembershipRule")}:
        rule = body.get("collectionRule")
        if set(body) != {"collectionRule"} or not str(rule.get("@odata.type", "")).startswith("#AdminService."):
            raise state.SiteError(404, "no HTTP resource was found that matches the request")
        (site.add_rule if method.startswith("Add") else site.delete_rule)(key[0], rule)
        return {"ReturnValue": 0}
    raise state.SiteError(404, "no HTTP resource was found that matches the request")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet an answer: two would each wait for the other side's delayed acknowledgement.
    wbufsize = 1 << 16
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.handle_request()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

    def handle_request(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        where = urllib.parse.unquote(self.path)
        with self.server.lock:
            self.server.write_log({"method": self.command, "path": where, "body": raw.decode("utf-8", "replace"),
                                   "authorization": self.headers.get("Authorization")})
            fault = self.server.take_fault(self.command, where)
        kind = fault.get("fault")
        if kind == "hang":
            self.server.stopping.wait(30)
            return self.drop(abruptly=True)
        if kind == "reset":
            return self.drop(abruptly=True)
        if kind == "html":
            return self.answer(200, b"<html><body>Please sign in to the guest network</body></html>", "text/html")
        if kind == "redirect":
            return self.answer(302, b"", location=fault.get("to", "https://127.0.0.1:1/elsewhere"))
        if kind == "raw":
            return self.answer(fault.get("status", 200), fault["body"].encode())
        if "status" in fault:
            key = "Error" if kind == "wrapped-error" else "error"
            inner = {"Code": "1", "Message": "made up"} if key == "Error" else {"code": "1", "message": "made up"}
            body = b"" if fault["status"] == 401 else json.dumps({key: inner}).encode()
            return self.answer(fault["status"], body, retry_after=fault.get("retry_after"))
        try:
            with self.server.lock, state.opened(self.server.state) as site:
                status, body = self.act(site, raw)
        except state.SiteError as error:
            status, body = error.status, {"error": {"code": str(error.status), "message": error.message}}
        if kind == "lost":
            return self.drop(abruptly=False)
        self.answer(status, b"" if body is None else json.dumps(body).encode())

    def act(self, site, raw):
        parts = urllib.parse.urlsplit(self.path)
        match = ROUTE.match(urllib.parse.unquote(parts.path))
        if not match:
            raise state.SiteError(404, "no such route")
        name, method = match["name"], match["method"]
        key = key_of(name, match["key"]) if match["key"] else None
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            raise state.SiteError(400, "the body is no JSON") from None
        if method:
            return 201, {"@odata.context": "simulated", **call(site, name, key, method, body, self.server.routes)}
        if name == "SMS_Advertisement" and self.command != "GET" and "Advertisement" not in self.server.routes:
            raise state.SiteError(404, "no HTTP resource was found that matches the request")
        if self.command == "POST" and key is None:
            return 201, {"@odata.context": "simulated", **DECORATION, **create(site, name, body)}
        if self.command == "PUT" and key:
            return 200, {"@odata.context": "simulated", **update(site, name, key, body)}
        if self.command == "DELETE" and key:
            delete(site, name, key)
            return 204, None
        if self.command != "GET":
            raise state.SiteError(405, "no such method")
        return 200, self.listed(site, name, key, parts.query)

    def listed(self, site, name, key, text):
        query = Query(text)
        found = rows(site, name)
        if key:
            found = [row for row in found if [row[each] for each in KEYS[name]] == key]
            if not found:
                raise state.SiteError(404, "no such key")
        else:
            lazy = dict.fromkeys(LAZY.get(name, []))
            found = query.ordered([{**row, **lazy} for row in found if query.takes(row)])
        found = [query.chosen({**DECORATION, **row}) for row in found]
        limit = site.data.get("page")
        answer = {"@odata.context": "simulated", "value": found}
        if limit and not key:
            answer["value"] = found[query.skip:query.skip + limit]
            if site.data.get("links", True) and query.skip + limit < len(found):
                base = site.data.get("link_base", self.server.base)
                answer["@odata.nextLink"] = f"{base}/AdminService/wmi/{name}?{query.following(limit)}"
        return answer

    def answer(self, status, body, kind="application/json", retry_after=None, location=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        if location is not None:
            self.send_header("Location", location)
        if status == 401:
            self.send_header("WWW-Authenticate", "Negotiate")
            self.send_header("WWW-Authenticate", "NTLM")
        self.end_headers()
        self.wfile.write(body)

    def drop(self, abruptly):
        self.close_connection = True
        if abruptly:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, place, routes, context):
        super().__init__(("127.0.0.1", 0), Handler)
        self.state = pathlib.Path(place)
        self.routes, self.lock, self.stopping = routes, threading.Lock(), threading.Event()
        self.context = context
        scheme = "https" if context else "http"
        self.base = f"{scheme}://127.0.0.1:{self.server_port}"

    def finish_request(self, request, client_address):
        # The handshake belongs to the thread of its connection: a client that refuses us must stop nobody.
        if self.context:
            try:
                request = self.context.wrap_socket(request, server_side=True)
            except (ssl.SSLError, OSError):
                return
        with contextlib.suppress(ssl.SSLError, ConnectionError, BrokenPipeError):
            super().finish_request(request, client_address)
        with contextlib.suppress(OSError):
            request.close()

    def handle_error(self, request, client_address):
        pass

    def write_log(self, entry):
        with open(f"{self.state}.log", "a") as log:
            log.write(json.dumps(entry) + "\n")

    def take_fault(self, method, where):
        place = pathlib.Path(f"{self.state}.faults")
        faults = json.loads(place.read_text()) if place.exists() else []
        for fault in faults:
            if fault.get("method", method) == method and fault.get("path", "") in where:
                fault["times"] = fault.get("times", 1) - 1
                place.write_text(json.dumps([each for each in faults if each.get("times", 1) > 0]))
                return fault
        return {}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("state")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--routes", default="AddDistributionPoints,RefreshPkgSource,Advertisement")
    parser.add_argument("--point", action="append", default=[], help="a distribution point of a new site")
    parser.add_argument("--device", action="append", default=[], help="a device of a new site")
    options = parser.parse_args()
    is_new = not pathlib.Path(options.state).exists()
    with state.opened(options.state) as site:
        for name in options.point if is_new else []:
            site.add_distribution_point(name)
        for name in options.device if is_new else []:
            site.add_device(name)
    context = None
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)
    server = Server(options.state, set(options.routes.split(",")), context)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
    server.stopping.set()


if __name__ == "__main__":
    main()
