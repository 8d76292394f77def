# SPDX-License-Identifier: Apache-2.0
"""Export jobs: a report that takes some looks, then lies as a zip of CSV behind an address that is a secret."""

import csv
import io
import re
import zipfile

from tenant import BadRequest, NotFound, guid

STATES = [("1", "Installed", "0"), ("2", "Failed", "-2016345060"), ("5", "Pending install", "0"), ("3", "Not installed", "0")]


class Exports:
    def __init__(self, tenant, looks):
        self.tenant = tenant
        self.looks = looks
        self.jobs = {}
        self.files = {}

    def create(self, body, origin):
        known = {"@odata.type", "reportName", "filter", "select", "format", "localizationType"}
        if set(body) - known or body.get("reportName") != "DeviceInstallStatusByApp" or body.get("format") != "csv":
            raise BadRequest(f"job {sorted(body)}")
        match = re.fullmatch(r"\(ApplicationId eq '([0-9a-f-]{36})'\)", body.get("filter", ""))
        if not match:
            raise BadRequest("filter")
        key = f"DeviceInstallStatusByApp_{guid(0xE, len(self.jobs) + 1)}"
        self.jobs[key] = {
            "looks": 0,
            "app": match[1],
            "columns": body["select"],
            "secret": f"sig-{len(self.jobs) + 1}-of-the-file",
            "origin": origin,
            "shown": {
                "id": key,
                "reportName": body["reportName"],
                "filter": body["filter"],
                "select": body["select"],
                "format": "csv",
                "snapshotId": None,
                "localizationType": body.get("localizationType", "localizedValuesAsAdditionalColumn"),
                "status": "notStarted",
                "url": None,
                "requestDateTime": "2026-11-01T08:00:00.5Z",
                "expirationDateTime": "0001-01-01T00:00:00Z",
            },
        }
        return self.jobs[key]["shown"]

    def look(self, key):
        if key not in self.jobs:
            raise NotFound(key)
        job = self.jobs[key]
        shown = job["shown"]
        job["looks"] += 1
        if job["looks"] <= self.looks:
            shown["status"] = "inProgress"
            return shown
        path = f"/files/{key}.zip"
        self.files[path] = job
        shown["status"] = "completed"
        shown["url"] = f"{job['origin']}{path}?sig={job['secret']}"
        shown["expirationDateTime"] = "2026-11-01T14:00:00Z"
        return shown

    def zipped(self, path, query):
        """The bytes behind an address; raises NotFound for another secret."""
        job = self.files.get(path)
        if job is None or query.get("sig") != job["secret"]:
            raise NotFound(path)
        text = io.StringIO()
        columns = ["Platform", *job["columns"], "AppInstallState_loc"]
        rows = csv.DictWriter(text, columns)
        rows.writeheader()
        for number, device in enumerate(self.tenant.devices):
            state, name, error = STATES[number % len(STATES)]
            values = {
                "DeviceName": device["deviceName"],
                "DeviceId": device["id"],
                "AppInstallState": state,
                "AppInstallStateDetails": 'quoted "text", with\r\na line' if number == 1 else "",
                "AppVersion": "3.2.1",
                "ErrorCode": error,
                "LastModifiedDateTime": "2026-10-30 11:22:33.1234567",
            }
            row = {column: values.get(column, "") for column in columns}
            rows.writerow(row | {"Platform": "Windows", "AppInstallState_loc": name})
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(path.rsplit("/", 1)[1].replace(".zip", ".csv"), "\ufeff" + text.getvalue())
        return packed.getvalue()
