# SPDX-License-Identifier: Apache-2.0
"""The state of a simulated ConfigMgr site, in one JSON file that several processes may share.

What it knows is what public documentation says of the WMI classes; two fronts act on it: the AdminService over HTTP
and the interpreter of runbooks. Nothing here knows Waybill."""

import contextlib
import copy
import fcntl
import json
import pathlib

EMPTY = {
    "site_code": "PS1", "site_name": "Primary", "version": "5.00.9128.1000", "clock": "2026-11-01T00:00:00Z",
    "next": {"package": 1, "collection": 20, "deployment": 1},
    # How many looks at its status a distribution, an update or a membership takes to come true.
    "delay": {"distribution": 1, "membership": 1},
    "distribution_points": {}, "devices": {}, "packages": {}, "programs": {}, "collections": {}, "deployments": {},
    "distributions": {}, "outcomes": {}, "sources": {},
}
BUILT_IN = {"SMS00001": "All Systems"}

# SMS_PackageStatusDistPointsSummarizer.State
INSTALLED, PENDING, RETRYING, FAILED, UPDATING = 0, 1, 2, 3, 7


class SiteError(Exception):
    """What a provider refuses: an HTTP status and a text."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status, self.message = status, message


@contextlib.contextmanager
def opened(path):
    """The site in a file, held alone; what was changed is written when nothing was raised."""
    path = pathlib.Path(path)
    with open(f"{path}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        site = Site(json.loads(path.read_text()) if path.exists() else copy.deepcopy(EMPTY))
        yield site
        temporary = path.with_suffix(".part")
        temporary.write_text(json.dumps(site.data, indent=1))
        temporary.rename(path)


class Site:
    def __init__(self, data):
        self.data = data
        for name, title in BUILT_IN.items():
            data["collections"].setdefault(name, {
                "CollectionID": name, "Name": title, "CollectionType": 2, "LimitToCollectionID": "", "Comment": "",
                "ISVString": "", "RefreshType": 1, "CurrentStatus": 1, "rules": [], "looks": 0})

    def __getattr__(self, name):
        try:
            return self.__dict__["data"][name]
        except KeyError:
            raise AttributeError(name) from None

    def minted(self, kind):
        number = self.next[kind]
        self.next[kind] += 1
        return f"{self.site_code}{number:05X}"

    # Set up by a test.

    def add_distribution_point(self, server, state=INSTALLED):
        nal = f'["Display=\\\\{server}\\"]MSWNET:["SMS_SITE={self.site_code}"]\\\\{server}\\'
        self.distribution_points[nal] = {"NALPath": nal, "ServerName": server, "SiteCode": self.site_code,
                                         "RoleName": "SMS Distribution Point", "becomes": state}
        return nal

    def add_device(self, name):
        resource = 16777216 + len(self.devices) + 1
        self.devices[str(resource)] = {"ResourceId": resource, "Name": name, "Client": 1}
        return resource

    # Packages.

    def create_package(self, values):
        if not values.get("Name"):
            raise SiteError(400, "Name is missing")
        package = self.minted("package")
        self.packages[package] = {
            "PackageID": package, "Name": "", "Version": "", "Manufacturer": "", "Language": "", "Description": "",
            "PkgSourcePath": "", "PkgSourceFlag": 1, "ISVString": "", "Priority": 2, "PackageType": 0,
            "SourceVersion": 1, "SourceDate": self.clock, "LastRefreshTime": self.clock, "SourceSite": self.site_code,
            "ActionInProgress": 0, "PkgFlags": 0, "SedoObjectVersion": f"{package}-1", **values}
        return self.packages[package]

    def package(self, package):
        if package not in self.packages:
            raise SiteError(404, f"no package {package}")
        return self.packages[package]

    def update_package(self, package, values):
        held = self.package(package)
        version = values.pop("SedoObjectVersion", None)
        if version is not None and version != held["SedoObjectVersion"]:
            raise SiteError(500, "SedoObjectVersion differs: the object was changed meanwhile")
        held.update(values)
        number = int(held["SedoObjectVersion"].rsplit("-", 1)[1]) + 1
        held["SedoObjectVersion"] = f"{package}-{number}"
        return held

    def delete_package(self, package):
        self.package(package)
        if any(each["PackageID"] == package for each in self.deployments.values()):
            raise SiteError(500, f"package {package} is deployed")
        del self.packages[package]
        for table in (self.programs, self.distributions):
            for key in [key for key in table if key.split("|")[0] == package]:
                del table[key]

    def refresh(self, package):
        """Reads the source folder anew: the version rises and goes to every point that has the package."""
        held = self.package(package)
        held["SourceVersion"] += 1
        held["SourceDate"] = held["LastRefreshTime"] = self.clock
        for key, row in self.distributions.items():
            if key.split("|")[0] == package:
                row.update(State=UPDATING, looks=0)

    def distribute(self, package, nals):
        self.package(package)
        for nal in nals:
            if nal not in self.distribution_points:
                raise SiteError(500, f"no distribution point {nal}")
            self.distributions.setdefault(f"{package}|{nal}", {
                "PackageID": package, "ServerNALPath": nal, "SiteCode": self.site_code, "State": PENDING,
                "SourceVersion": 0, "LastCopied": self.clock, "SummaryDate": self.clock, "PackageType": 0, "looks": 0})

    def withdraw(self, package, nals):
        for nal in nals:
            self.distributions.pop(f"{package}|{nal}", None)

    def look_at_distributions(self):
        """Every look brings what is under way a step on."""
        for row in self.distributions.values():
            if row["State"] in (PENDING, UPDATING):
                row["looks"] += 1
                if row["looks"] >= self.delay["distribution"]:
                    row["State"] = self.distribution_points[row["ServerNALPath"]]["becomes"]
                    if row["State"] == INSTALLED:
                        row["SourceVersion"] = self.package(row["PackageID"])["SourceVersion"]
                        row["LastCopied"] = self.clock
        return list(self.distributions.values())

    def messages(self):
        """SMS_DistributionDPStatus: the newest message of each point about each package."""
        states = {INSTALLED: 1, FAILED: 3}
        return [{"NalPath": row["ServerNALPath"], "PackageID": row["PackageID"], "ObjectTypeID": 2,
                 "MessageState": row.get("complaint") or states.get(row["State"], 2), "LastUpdateDate": self.clock}
                for row in self.distributions.values()]

    # Programs.

    def create_program(self, values):
        package = values.get("PackageID", "")
        self.package(package)
        name = values.get("ProgramName")
        if not name or f"{package}|{name}" in self.programs:
            raise SiteError(500, f"program {name} of {package} cannot be made")
        self.programs[f"{package}|{name}"] = {
            "PackageID": package, "ProgramName": name, "CommandLine": "", "ProgramFlags": 0, "Duration": 120,
            "WorkingDirectory": "", "DiskSpaceReq": "", "Comment": "", "ISVString": "", **values}
        return self.programs[f"{package}|{name}"]

    def program(self, package, name):
        key = f"{package}|{name}"
        if key not in self.programs:
            raise SiteError(404, f"no program {name} of {package}")
        return self.programs[key]

    def delete_program(self, package, name):
        self.program(package, name)
        if any((each["PackageID"], each["ProgramName"]) == (package, name) for each in self.deployments.values()):
            raise SiteError(500, f"program {name} is deployed")
        del self.programs[f"{package}|{name}"]

    # Collections.

    def create_collection(self, values):
        if not values.get("Name") or values.get("LimitToCollectionID") not in self.collections:
            raise SiteError(500, "a collection needs a name and a limiting collection")
        if any(each["Name"] == values["Name"] for each in self.collections.values()):
            raise SiteError(500, f"collection {values['Name']} exists")
        collection = self.minted("collection")
        self.collections[collection] = {
            "CollectionID": collection, "CollectionType": 2, "Comment": "", "ISVString": "", "RefreshType": 1,
            "CurrentStatus": 1, "rules": [], "looks": 0, **values}
        return self.collections[collection]

    def collection(self, collection):
        if collection not in self.collections:
            raise SiteError(404, f"no collection {collection}")
        return self.collections[collection]

    def add_rule(self, collection, rule):
        held = self.collection(collection)
        if rule not in held["rules"]:
            held["rules"].append(rule)
        held.update(CurrentStatus=5, looks=0)

    def delete_rule(self, collection, rule):
        held = self.collection(collection)
        held["rules"] = [each for each in held["rules"] if each != rule]
        held.update(CurrentStatus=5, looks=0)

    def look_at_collections(self):
        """Membership is asynchronous: a rule is evaluated some looks after it was made."""
        for held in self.collections.values():
            if held["CurrentStatus"] != 1:
                held["looks"] += 1
                if held["looks"] >= self.delay["membership"]:
                    held["CurrentStatus"] = 1
        return list(self.collections.values())

    def members(self, collection):
        """Devices that the evaluated rules name; those of a collection under evaluation are not yet members."""
        if collection == "SMS00001":
            return list(self.devices.values())
        held = self.collection(collection)
        if held["CurrentStatus"] != 1:
            return []
        named = {rule.get("ResourceID") for rule in held["rules"]}
        return [device for device in self.devices.values() if device["ResourceId"] in named]

    def delete_collection(self, collection):
        self.collection(collection)
        if any(each["CollectionID"] == collection for each in self.deployments.values()):
            raise SiteError(500, f"collection {collection} is used by a deployment")
        del self.collections[collection]

    # Deployments of programs.

    def create_deployment(self, values):
        self.program(values.get("PackageID", ""), values.get("ProgramName", ""))
        self.collection(values.get("CollectionID", ""))
        deployment = f"{self.site_code}2{self.next['deployment']:04X}"
        self.next["deployment"] += 1
        self.deployments[deployment] = {
            "AdvertisementID": deployment, "AdvertisementName": "", "Comment": "", "ISVString": "", "OfferType": 2,
            "AdvertFlags": 0, "RemoteClientFlags": 48, "IncludeSubCollection": True, "Priority": 2,
            "PresentTime": self.clock, "SourceSite": self.site_code, **values}
        return self.deployments[deployment]

    def deployment(self, deployment):
        if deployment not in self.deployments:
            raise SiteError(404, f"no deployment {deployment}")
        return self.deployments[deployment]

    def update_deployment(self, deployment, values):
        held = self.deployment(deployment)
        held.update(values)
        return held

    def delete_deployment(self, deployment):
        self.deployment(deployment)
        del self.deployments[deployment]

    def outcome(self, package, program, device, status_type, message_id=0, text=""):
        """What a device shall report for a program, in any deployment of it: SMS_ClassicDeploymentAssetDetails."""
        self.outcomes[f"{package}|{program}|{device}"] = {
            "StatusType": status_type, "MessageID": message_id, "StatusDescription": text}

    def assets(self, deployment):
        """A row a member; a device that was not heard of has none, as in a real site before its first status."""
        held = self.deployment(deployment)
        rows = []
        for device in self.members(held["CollectionID"]):
            seen = self.outcomes.get(f"{held['PackageID']}|{held['ProgramName']}|{device['Name']}")
            if seen:
                rows.append({"DeploymentID": deployment, "DeviceID": device["ResourceId"], "DeviceName": device["Name"],
                             "CollectionID": held["CollectionID"], "PackageID": held["PackageID"],
                             "ProgramName": held["ProgramName"], "SummarizationTime": self.clock, **seen})
        return rows

    def summary(self, deployment):
        """SMS_DeploymentSummary."""
        held = self.deployment(deployment)
        rows = self.assets(deployment)
        targeted = len(self.members(held["CollectionID"]))

        def count(kind):
            return sum(row["StatusType"] == kind for row in rows)

        return {"DeploymentID": deployment, "CollectionID": held["CollectionID"], "PackageID": held["PackageID"],
                "ProgramName": held["ProgramName"], "FeatureType": 2, "SummarizationTime": self.clock,
                "ModificationTime": held["PresentTime"],
                "DeploymentIntent": 1 if held["OfferType"] == 0 else 2, "NumberTargeted": targeted,
                "NumberSuccess": count(1), "NumberInProgress": count(2), "NumberOther": 0, "NumberErrors": count(5),
                "NumberUnknown": targeted - count(1) - count(2) - count(5)}
