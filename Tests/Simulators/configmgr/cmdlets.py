# SPDX-License-Identifier: Apache-2.0
"""What the ConfigurationManager cmdlets do to a simulated site: those that have a meaning here, strictly bound."""

import fnmatch
import re

import parameters
from state import SiteError
from values import Fault, Moment, Table, Thing, Unsupported, number_of, text_of

PROVIDER = "Microsoft.ConfigurationManagement.ManagementProvider.WqlQueryEngine.WqlQueryException"
GENERIC, UNAVAILABLE = 0x80041001, 0x800706BA
DISABLED, ANY_PLATFORM = 0x1000, 0x08000000
IMMEDIATE = 0x20


def bound(name, named):
    """The arguments under their canonical names, each of its documented type."""
    wrong = parameters.problems(name, list(named))
    if wrong:
        raise Unsupported("; ".join(wrong))
    result = {}
    for key, value in named.items():
        canonical = next((each for each in parameters.known(name)[1]["params"] if each.lower() == key.lower()), key)
        result[canonical] = converted(name, canonical, value)
    return result


def converted(name, parameter, value):
    values = parameters.values_of(name, parameter)
    if values:
        if value not in values:
            raise Unsupported(f"{name}: -{parameter} takes no '{value}'")
        return value
    kind = parameters.kind_of(name, parameter)
    if kind in ("Boolean", "Switch"):
        if not isinstance(value, bool):
            raise Unsupported(f"{name}: -{parameter} takes $true or $false")
        return value
    if kind == "String":
        return text_of(value)
    if kind == "String[]":
        return [text_of(each) for each in (value if isinstance(value, list) else [value])]
    if kind in ("Int32", "UInt32"):
        return number_of(value)
    if kind == "Int32[]":
        return [number_of(each) for each in (value if isinstance(value, list) else [value])]
    if kind == "DateTime":
        if not isinstance(value, Moment):
            raise Unsupported(f"{name}: -{parameter} takes a DateTime")
        return value
    if kind.startswith("IResultObject"):
        if not isinstance(value, Thing):
            raise Fault(f"{name}: -{parameter} takes an object")
        return value
    raise Unsupported(f"{name}: -{parameter} of type {kind}")


class Cmdlets:
    """Runs one cmdlet after another, each as one step of the site."""

    def __init__(self, opened, limits, failures):
        self.opened, self.limits, self.failures, self.calls = opened, limits, failures, {}

    def bound(self, name, named):
        """The arguments, when the cmdlet is known and takes them."""
        if parameters.known(name) is None or not hasattr(self, name.lower().replace("-", "_")):
            raise Unsupported(f"the cmdlet {name}")
        return bound(name, named)

    def run(self, name, named, is_what_if):
        given = self.bound(name, named)
        name, facts = parameters.known(name)
        method = getattr(self, name.lower().replace("-", "_"))
        changes = facts["use"] == "change"
        is_what_if = given.pop("WhatIf", is_what_if and "WhatIf" in facts["switches"])
        given.pop("DisableWildcardHandling", None)
        is_exact = Table(named).find("DisableWildcardHandling") is not None
        self.fail_on_demand(name)
        if changes and is_what_if:
            print(f'What if: Performing the operation "{name}".')
            return []
        try:
            with self.opened() as site:
                outputs = method(site, given, is_exact)
        except SiteError as error:
            raise Fault(error.message, PROVIDER, GENERIC) from None
        if changes and name != "New-CMSchedule":
            self.limits.changed()
        return outputs or []

    def fail_on_demand(self, name):
        count = self.calls[name] = self.calls.get(name, 0) + 1
        code, call = self.failures.get(name.lower(), (None, None))
        if code is not None and call in (None, count):
            raise Fault("The call failed, as asked.", "System.Runtime.InteropServices.COMException", code)

    # Look-ups.

    @staticmethod
    def named(value, pattern, is_exact):
        return value.lower() == pattern.lower() if is_exact else fnmatch.fnmatch(value.lower(), pattern.lower())

    @staticmethod
    def things(kind, rows):
        return [Thing(kind, row) for row in rows]

    def get_cmsite(self, site, given, is_exact):
        if given.get("SiteCode", site.site_code) != site.site_code:
            return []
        return [Thing("SMS_Site", {"SiteCode": site.site_code, "SiteName": site.site_name, "Version": site.version})]

    def get_cmpackage(self, site, given, is_exact):
        rows = site.packages.values()
        if "Id" in given:
            rows = [row for row in rows if row["PackageID"] == given["Id"]]
        if "Name" in given:
            rows = [row for row in rows if self.named(row["Name"], given["Name"], is_exact)]
        return self.things("SMS_Package", rows)

    def get_cmprogram(self, site, given, is_exact):
        rows = [row for row in site.programs.values() if row["PackageID"] == given.get("PackageId", row["PackageID"])]
        if "ProgramName" in given:
            rows = [row for row in rows if self.named(row["ProgramName"], given["ProgramName"], is_exact)]
        return self.things("SMS_Program", rows)

    def get_cmdevicecollection(self, site, given, is_exact):
        rows = site.look_at_collections()
        if "Id" in given:
            rows = [row for row in rows if row["CollectionID"] == given["Id"]]
        if "Name" in given:
            rows = [row for row in rows if self.named(row["Name"], given["Name"], False)]
        return self.things("SMS_Collection", [
            {**row, "MemberCount": len(site.members(row["CollectionID"]))} for row in rows])

    def get_cmdevicecollectiondirectmembershiprule(self, site, given, is_exact):
        rules = site.collection(given["CollectionId"])["rules"]
        wanted = given.get("ResourceId")
        return self.things("SMS_CollectionRuleDirect", [
            rule for rule in rules if "ResourceID" in rule and wanted in (None, str(rule["ResourceID"]))])

    def get_cmdevice(self, site, given, is_exact):
        wanted = given.get("ResourceId")
        return self.things("SMS_R_System", [
            row for row in site.devices.values() if wanted in (None, row["ResourceId"])])

    def get_cmcollectionmember(self, site, given, is_exact):
        return self.things("SMS_CombinedDeviceResources", site.members(given["CollectionId"]))

    def get_cmdistributionpoint(self, site, given, is_exact):
        name = given.get("SiteSystemServerName", "*")
        return self.things("SMS_SCI_SysResUse", [
            row for row in site.distribution_points.values() if self.named(row["ServerName"], name, is_exact)])

    def get_ciminstance(self, site, given, is_exact):
        if given.get("Namespace") != f"root\\SMS\\site_{site.site_code}":
            raise Fault("Invalid namespace", "Microsoft.Management.Infrastructure.CimException", 0x8004100E)
        if given["ClassName"] != "SMS_PackageStatusDistPointsSummarizer":
            raise Unsupported(f"the class {given['ClassName']}")
        match = re.fullmatch(r"PackageID = '([A-Z0-9]{8})'", given.get("Filter", ""))
        if match is None:
            raise Unsupported(f"the filter {given.get('Filter')}")
        return self.things("SMS_PackageStatusDistPointsSummarizer", [
            row for row in site.look_at_distributions() if row["PackageID"] == match[1]])

    def get_cmpackagedeployment(self, site, given, is_exact):
        rows = site.deployments.values()
        for key, field in (("DeploymentId", "AdvertisementID"), ("PackageId", "PackageID"),
                           ("CollectionId", "CollectionID")):
            if key in given:
                rows = [row for row in rows if row[field] == given[key]]
        if "ProgramName" in given:
            rows = [row for row in rows if self.named(row["ProgramName"], given["ProgramName"], is_exact)]
        return self.things("SMS_Advertisement", rows)

    def get_cmpackagedeploymentstatus(self, site, given, is_exact):
        kinds = sorted({row["StatusType"] for row in site.assets(given["DeploymentId"])})
        return [Thing("SMS_DeploymentStatus", {"DeploymentID": given["DeploymentId"], "StatusType": kind}) for kind in kinds]

    def get_cmdeploymentstatusdetails(self, site, given, is_exact):
        group = given["InputObject"]
        return self.things("SMS_ClassicDeploymentAssetDetails", [
            row for row in site.assets(group.read("DeploymentID")) if row["StatusType"] == group.read("StatusType")])

    # Changes.

    def new_cmpackage(self, site, given, is_exact):
        values = {"Name": given["Name"], "PkgSourcePath": given.get("Path", ""), "Version": given.get("Version", ""),
                  "Description": given.get("Description", ""), "PkgSourceFlag": 2 if "Path" in given else 1}
        return [Thing("SMS_Package", site.create_package(values))]

    def set_cmpackage(self, site, given, is_exact):
        fields = {"Path": "PkgSourcePath", "Version": "Version", "Description": "Description", "NewName": "Name"}
        self.all_known("Set-CMPackage", given, {"Id", *fields})
        site.update_package(given["Id"], {fields[key]: value for key, value in given.items() if key in fields})

    def new_cmprogram(self, site, given, is_exact):
        site.create_program({
            "PackageID": given["PackageId"], "ProgramName": given["StandardProgramName"],
            **self.program_fields(given, 0)})
        return [Thing("SMS_Program", site.program(given["PackageId"], given["StandardProgramName"]))]

    def set_cmprogram(self, site, given, is_exact):
        if not given.get("StandardProgram"):
            raise Unsupported("Set-CMProgram without -StandardProgram")
        held = site.program(given["PackageId"], given["ProgramName"])
        held.update(self.program_fields(given, held["ProgramFlags"]))

    @staticmethod
    def program_fields(given, flags):
        fields = {key: given[key] for key in ("CommandLine", "Duration", "Comment", "WorkingDirectory") if key in given}
        for key, bit, wanted in (("RunMode", 0x8000, "RunWithAdministrativeRights"), ("RunType", 0x01000000, "Hidden"),
                                 ("DriveMode", 0x100000, "RunWithUnc"), ("DisableProgram", DISABLED, True),
                                 ("RunOnAnyPlatform", ANY_PLATFORM, True)):
            if key in given:
                flags = flags | bit if given[key] == wanted else flags & ~bit
        return {**fields, "ProgramFlags": flags}

    def start_cmcontentdistribution(self, site, given, is_exact):
        for package in given["PackageId"]:
            for nal in self.nals(site, given):
                if f"{package}|{nal}" in site.distributions:
                    raise Fault("No content destination was found.", "System.InvalidOperationException", 0x80131509)
                site.distribute(package, [nal])

    def remove_cmcontentdistribution(self, site, given, is_exact):
        if not given.get("Force"):
            raise Unsupported("a question that nobody answers: Remove-CMContentDistribution without -Force")
        for package in given["PackageId"]:
            site.withdraw(package, self.nals(site, given))

    @staticmethod
    def nals(site, given):
        names = [each.lower() for each in given["DistributionPointName"]]
        found = [nal for nal, row in site.distribution_points.items() if row["ServerName"].lower() in names]
        if len(found) != len(names):
            raise Fault(f"No distribution point {', '.join(names)}", PROVIDER, GENERIC)
        return found

    def update_cmdistributionpoint(self, site, given, is_exact):
        site.refresh(given["PackageId"])

    def new_cmdevicecollection(self, site, given, is_exact):
        return [Thing("SMS_Collection", site.create_collection({
            "Name": given["Name"], "LimitToCollectionID": given["LimitingCollectionId"],
            "Comment": given.get("Comment", "")}))]

    def add_cmdevicecollectiondirectmembershiprule(self, site, given, is_exact):
        for resource in given["ResourceId"]:
            device = site.devices.get(str(resource))
            if device is None:
                raise Fault(f"No device {resource}", PROVIDER, GENERIC)
            site.add_rule(given["CollectionId"], {
                "ResourceClassName": "SMS_R_System", "RuleName": device["Name"], "ResourceID": resource})

    @staticmethod
    def new_cmschedule(site, given, is_exact):
        start = given["Start"]
        if not given.get("Nonrecurring") or not given.get("IsUtc") or start.zone != "Unspecified":
            raise Unsupported("a schedule that recurs or is in local time")
        return [Thing("SMS_ST_NonRecurring", {"StartTime": start.text, "IsGMT": True})]

    def new_cmpackagedeployment(self, site, given, is_exact):
        purpose = given.get("DeployPurpose", "Available")
        schedule, event = given.get("Schedule"), given.get("ScheduleEvent")
        if (purpose == "Required") != (schedule is not None or event is not None):
            raise Fault("A required deployment needs a schedule, an available one has none.", PROVIDER, GENERIC)
        values = {
            "AdvertisementName": f"{given['PackageId']}_{given['ProgramName']}", "PackageID": given["PackageId"],
            "ProgramName": given["ProgramName"], "CollectionID": given["CollectionId"],
            "Comment": given.get("Comment", ""), "OfferType": 0 if purpose == "Required" else 2,
            "AdvertFlags": IMMEDIATE if event == "AsSoonAsPossible" else 0,
            "AssignedSchedule": [dict(schedule.properties)] if schedule else [],
            "RerunBehavior": given.get("RerunBehavior", "AlwaysRerunProgram"),
            "SlowNetworkOption": given.get("SlowNetworkOption", "DoNotRunProgram")}
        if "AvailableDateTime" in given:
            if not given.get("UseUtcForAvailableSchedule"):
                raise Unsupported("a moment in local time")
            values.update(PresentTime=given["AvailableDateTime"].text, PresentTimeEnabled=True, PresentTimeIsGMT=True)
        if "DeadlineDateTime" in given:
            values.update(ExpirationTime=given["DeadlineDateTime"].text, ExpirationTimeEnabled=True)
        return [Thing("SMS_Advertisement", site.create_deployment(values))]

    def remove_cmpackagedeployment(self, site, given, is_exact):
        if not given.get("Force"):
            raise Unsupported("a question that nobody answers: Remove-CMPackageDeployment without -Force")
        site.delete_deployment(given["DeploymentId"])

    def invoke_cmdeploymentsummarization(self, site, given, is_exact):
        site.deployment(given["DeploymentId"])

    @staticmethod
    def all_known(name, given, known):
        if set(given) - known:
            raise Unsupported(f"{name}: -{sorted(set(given) - known)[0]} means nothing here")
