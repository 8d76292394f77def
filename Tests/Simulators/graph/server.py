#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Microsoft Graph v1.0 and its token server on loopback, as far as the Intune connector speaks with them.

    server.py --certificate FILE [--now SECONDS] [--devices N] [--page N] [--looks N]
    server.py --anonymous

Prints its origin, such as http://127.0.0.1:40123, and serves until it is stopped or its standard input ends.

`POST /simulator/faults` takes {"path": PREFIX, "times": N, "status": S, "retry_after": TEXT} or {"mode": "hang"},
{"mode": "reset"}, {"mode": "page"} (HTML with 200) in the place of a status; `POST /simulator/revoke` ends all
tokens; `GET /simulator/log` tells what was asked and answered so far.
"""

import argparse
import http.server
import json
import pathlib
import re
import select as selection
import socket
import struct
import sys
import threading
import time
import urllib.parse

sys.dont_write_bytecode = True

import tenant as world  # noqa: E402
from exports import Exports  # noqa: E402
from signin import Refused, SignIn  # noqa: E402

GUID = "([0-9a-f-]{36})"
CODES = {400: "BadRequest", 401: "InvalidAuthenticationToken", 403: "Forbidden", 404: "ResourceNotFound"}
CODES |= {429: "TooManyRequests", 500: "InternalServerError", 503: "ServiceUnavailable"}


class Faults:
    """What shall go wrong, and how often."""

    def __init__(self):
        self.waiting = []

    def add(self, fault):
        self.waiting.append({"times": 1} | fault)

    def take(self, path):
        for fault in self.waiting:
            if path.startswith(fault["path"]):
                fault["times"] -= 1
                if fault["times"] <= 0:
                    self.waiting.remove(fault)
                return fault
        return None


class Graph:
    """Everything but HTTP: requests as values to answers as values."""

    def __init__(self, arguments, origin):
        self.origin = origin
        self.tenant = world.Tenant(arguments.devices)
        self.exports = Exports(self.tenant, arguments.looks)
        self.faults = Faults()
        self.page = arguments.page
        certificate = pathlib.Path(arguments.certificate).read_text() if arguments.certificate else None
        now = arguments.now if arguments.now is not None else time.time()
        self.sign_in = SignIn(world.TENANT, world.CLIENT, certificate, now) if certificate else None
        self.log = []

    def answer(self, method, target, body):
        """Status, headers and JSON of a signed-in request below /v1.0."""
        path, _, query = target.partition("?")
        try:
            return self.dispatch(method, urllib.parse.unquote(path), query, body)
        except world.NotFound as error:
            return self.error(404, f"no {error}")
        except (world.BadRequest, KeyError, ValueError) as error:
            return self.error(400, f"{error}")

    def error(self, status, message, headers=()):
        inner = {"date": "2026-11-01T08:00:00", "request-id": world.guid(0xF, 1), "client-request-id": world.guid(0xF, 2)}
        code = CODES.get(status, f"Status{status}")
        return status, dict(headers), {"error": {"code": code, "message": message, "innerError": inner}}

    def fault(self, path):
        """The answer of a fault that waits for this path, its mode, or nothing."""
        fault = self.faults.take(path)
        if fault is None:
            return None
        if "mode" in fault:
            return fault["mode"]
        headers = {"Retry-After": fault["retry_after"]} if fault.get("retry_after") else {}
        return self.error(fault["status"], "as was asked for", headers)

    def dispatch(self, method, path, query, body):
        tenant = self.tenant
        if method == "POST":
            if path == "/v1.0/$batch":
                return 200, {}, self.batch(body)
            if path == "/v1.0/deviceManagement/reports/exportJobs":
                return 201, {}, self.exports.create(body, self.origin)
            if match := re.fullmatch(f"/v1.0/deviceAppManagement/mobileApps/{GUID}/assign", path):
                tenant.assign_app(match[1], body)
                return 204, {}, None
            if match := re.fullmatch(f"/v1.0/deviceManagement/deviceCompliancePolicies/{GUID}/assign", path):
                return 200, {}, {"value": tenant.assign_policy(match[1], body)}
            raise world.NotFound(path)
        if method != "GET":
            return self.error(405, method)
        if path == "/v1.0/":
            return 200, {}, {"value": []}
        options = world.options(query)
        one, many = self.resource(path)
        if one is not None:
            return 200, {}, world.select([one], options)[0]
        return 200, {}, self.paged(path, world.select(world.matching(many, options), options), options)

    def resource(self, path):
        """One object, or all of a collection."""
        tenant = self.tenant
        if match := re.fullmatch(r"/v1.0/deviceManagement/reports/exportJobs(?:/|\(')([\w.-]+)(?:'\))?", path):
            return self.exports.look(match[1]), None
        single = {
            "deviceAppManagement/mobileApps": tenant.apps,
            "deviceManagement/managedDevices": tenant.devices,
            "deviceManagement/deviceCompliancePolicies": tenant.policies,
            "groups": tenant.groups,
        }
        for name, objects in single.items():
            if path == f"/v1.0/{name}":
                return None, objects
            if match := re.fullmatch(f"/v1.0/{name}/{GUID}", path):
                return tenant.find(objects, match[1]), None
        nested = {
            f"deviceAppManagement/mobileApps/{GUID}/assignments": tenant.app_assignments.get,
            f"deviceManagement/deviceCompliancePolicies/{GUID}/assignments": tenant.policy_assignments.get,
            f"groups/{GUID}/members": tenant.members.get,
            f"deviceManagement/managedDevices/{GUID}/deviceCompliancePolicyStates": tenant.policy_states,
        }
        for name, look_up in nested.items():
            if match := re.fullmatch(f"/v1.0/{name}", path):
                objects = look_up(match[1])
                if objects is None:
                    raise world.NotFound(match[1])
                return None, objects
        raise world.NotFound(path)

    def paged(self, path, objects, options):
        start = int(options.pop("$skiptoken", "0"))
        page = {"value": objects[start : start + self.page]}
        if start + self.page < len(objects):
            query = urllib.parse.urlencode(options | {"$skiptoken": str(start + self.page)})
            page["@odata.nextLink"] = f"{self.origin}{path}?{query}"
        return page

    def batch(self, body):
        requests = body["requests"]
        if not 0 < len(requests) <= 20 or len({one["id"] for one in requests}) != len(requests):
            raise world.BadRequest(f"{len(requests)} requests")
        responses = []
        for one in reversed(requests):
            if set(one) != {"id", "method", "url"} or not one["url"].startswith("/"):
                raise world.BadRequest(f"request {sorted(one)}")
            target = "/v1.0" + one["url"]
            outcome = self.fault(target) or self.answer(one["method"], target, None)
            status, headers, answer = outcome
            responses.append({"id": one["id"], "status": status, "headers": headers, "body": answer})
        return {"responses": responses}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    graph = None
    lock = threading.Lock()

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.serve()

    def do_POST(self):
        self.serve()

    def do_PATCH(self):
        self.serve()

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        with self.lock:
            outcome = self.outcome(body)
        if outcome == "hang":
            # Until the other side gives up, or for half a minute.
            selection.select([self.connection], [], [], 30)
            self.close_connection = True
        elif outcome == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        elif outcome == "page":
            self.send(200, {"Content-Type": "text/html"}, b"<html>Please sign in to the network</html>")
        else:
            status, headers, answer = outcome
            if isinstance(answer, bytes):
                self.send(status, headers | {"Content-Type": "application/octet-stream"}, answer)
            else:
                data = b"" if answer is None else json.dumps(answer, ensure_ascii=False).encode()
                self.send(status, headers | {"Content-Type": "application/json"}, data)

    def outcome(self, body):
        graph = self.graph
        path = self.path.partition("?")[0]
        if path.startswith("/simulator/"):
            return self.control(path, body)
        line = {
            "method": self.command,
            "path": self.path,
            "authorized": "Authorization" in self.headers,
            "request_id": self.headers.get("client-request-id"),
            "body": None,
            "status": None,
            "answer": None,
        }
        graph.log.append(line)
        outcome = graph.fault(path)
        if outcome is None:
            outcome = self.real(path, body, line)
        if not isinstance(outcome, str):
            line["status"] = outcome[0]
            line["answer"] = None if isinstance(outcome[2], bytes) or path.endswith("/token") else outcome[2]
        return outcome

    def control(self, path, body):
        graph = self.graph
        if path == "/simulator/faults":
            graph.faults.add(json.loads(body))
        elif path == "/simulator/revoke":
            graph.sign_in.revoke()
        elif path == "/simulator/log":
            return 200, {}, {"requests": graph.log}
        return 204, {}, None

    def real(self, path, body, line):
        graph = self.graph
        if path == f"/{world.TENANT}/oauth2/v2.0/token":
            return self.token(body)
        if path.startswith("/files/"):
            # A token here would be one that leaked.
            if "Authorization" in self.headers:
                return 400, {}, {"error": "a token came along"}
            try:
                return 200, {}, graph.exports.zipped(path, world.options(self.path.partition("?")[2]))
            except world.NotFound:
                return 404, {}, None
        if graph.sign_in and path != "/v1.0/":
            scheme, _, token = self.headers.get("Authorization", "").partition(" ")
            if scheme != "Bearer" or token not in graph.sign_in.tokens:
                return graph.error(401, "Access token has expired or is not yet valid.")
        if body:
            line["body"] = json.loads(body)
        return graph.answer(self.command, self.path, line["body"])

    def token(self, body):
        graph = self.graph
        form = dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True))
        address = f"{graph.origin}/{world.TENANT}/oauth2/v2.0/token"
        try:
            return 200, {}, graph.sign_in.token(form, address, graph.origin)
        except (Refused, ValueError) as error:
            code = getattr(error, "code", "invalid_request")
            return 401, {}, {"error": code, "error_description": getattr(error, "text", f"{error}")}

    def send(self, status, headers, data):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if status != 204:
            self.wfile.write(data)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that went away is no error of ours."""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--certificate")
    parser.add_argument("--anonymous", action="store_true")
    parser.add_argument("--now", type=float)
    parser.add_argument("--devices", type=int, default=25)
    parser.add_argument("--page", type=int, default=10)
    parser.add_argument("--looks", type=int, default=2)
    arguments = parser.parse_args()
    if bool(arguments.certificate) == arguments.anonymous:
        parser.error("--certificate or --anonymous")
    server = Server(("127.0.0.1", 0), Handler)
    origin = f"http://127.0.0.1:{server.server_address[1]}"
    Handler.graph = Graph(arguments, origin)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(origin, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
