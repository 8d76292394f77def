# SPDX-License-Identifier: Apache-2.0
"""One tenant with its apps, groups, devices and policies, as Graph v1.0 shows them. Everything is made up."""

import copy
import urllib.parse

TENANT = "7e1a0000-0000-4000-8000-000000000001"
CLIENT = "c11e0000-0000-4000-8000-000000000002"
NEVER = "0001-01-01T00:00:00Z"


def guid(kind, number):
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


class NotFound(Exception):
    pass


class BadRequest(Exception):
    pass


class Tenant:
    """What the simulator holds; changed by the two assign actions and by export jobs only."""

    def __init__(self, device_count=25):
        self.groups = [self._group(1, "Waybill Fjord-3"), self._group(2, "Waybill Pilot"), self._group(3, "Nested")]
        self.apps = [
            self._app(1, "Contoso Reader"),
            self._app(2, "O'Neill & Söhne"),
            self._app(3, "Twin"),
            self._app(4, "Twin"),
        ]
        self.policies = [self._policy(1, "Baseline"), self._policy(2, "Strict")]
        self.devices = [self._device(number) for number in range(1, device_count + 1)]
        self.members = {
            guid(0x6, 1): [self._directory_device(number) for number in range(1, 13)]
            + [{"@odata.type": "#microsoft.graph.group", "id": guid(0x6, 3)}],
            guid(0x6, 2): [self._directory_device(number) for number in range(12, 21)],
            guid(0x6, 3): [],
        }
        # An assignment of somebody else's: it must outlive ours.
        self.app_assignments = {app["id"]: [] for app in self.apps}
        self.app_assignments[guid(0xA, 1)] = [
            {
                "id": guid(0x6, 2) + "_0_0",
                "intent": "available",
                "target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": guid(0x6, 2)},
                "settings": {
                    "@odata.type": "#microsoft.graph.win32LobAppAssignmentSettings",
                    "notifications": "hideAll",
                    "deliveryOptimizationPriority": "foreground",
                    "installTimeSettings": None,
                    "restartSettings": None,
                },
            }
        ]
        self.policy_assignments = {policy["id"]: [] for policy in self.policies}

    @staticmethod
    def _group(number, name):
        return {
            "id": guid(0x6, number),
            "displayName": name,
            "groupTypes": [],
            "mailEnabled": False,
            "securityEnabled": True,
        }

    @staticmethod
    def _app(number, name):
        return {
            "@odata.type": "#microsoft.graph.win32LobApp",
            "id": guid(0xA, number),
            "displayName": name,
            "publisher": "Contoso",
            "publishingState": "published",
            "size": 1048576,
            "committedContentVersion": "1",
        }

    @staticmethod
    def _policy(number, name):
        return {
            "@odata.type": "#microsoft.graph.windows10CompliancePolicy",
            "id": guid(0xC, number),
            "displayName": name,
            "version": 1,
        }

    @staticmethod
    def _directory_device(number):
        return {
            "@odata.type": "#microsoft.graph.device",
            "id": guid(0xD1, number),
            "deviceId": guid(0xDE, number),
            "displayName": f"FJORD-{number:03}",
        }

    @staticmethod
    def _device(number):
        """Every fifth is judged by ConfigMgr, every third co-managed, the tenth unknown to the directory, the
        eleventh never seen."""
        states = ["compliant", "noncompliant", "inGracePeriod", "compliant", "configManager"]
        co_managed = number % 3 == 0
        return {
            "id": guid(0xDD, number),
            "deviceName": f"FJORD-{number:03}",
            "azureADDeviceId": "00000000-0000-0000-0000-000000000000" if number == 10 else guid(0xDE, number),
            "complianceState": states[number % 5 - 1],
            "managementAgent": "configurationManagerClientMdm" if co_managed else "mdm",
            "lastSyncDateTime": NEVER if number == 11 else f"2026-10-{number % 28 + 1:02}T07:30:00.1234567Z",
            "configurationManagerClientEnabledFeatures": {
                "inventory": False,
                "modernApps": number % 2 == 0,
                "resourceAccess": False,
                "deviceConfiguration": False,
                "compliancePolicy": number % 2 == 0,
                "windowsUpdateForBusiness": True,
            }
            if co_managed
            else None,
            "operatingSystem": "Windows",
        }

    def policy_states(self, device):
        if all(one["id"] != device for one in self.devices):
            raise NotFound(f"device {device}")
        number = int(device[-12:], 16)
        statuses = ["compliant", "nonCompliant", "notApplicable"]
        return [
            {
                "id": policy["id"] + "_" + device,
                "displayName": policy["displayName"],
                "platformType": "windows10AndLater",
                "settingCount": 3,
                "settingStates": [],
                "state": statuses[(number + index) % 3],
                "version": 1,
            }
            for index, policy in enumerate(self.policies)
        ]

    def find(self, objects, key):
        for one in objects:
            if one["id"] == key:
                return one
        raise NotFound(key)

    def assign_app(self, app, body):
        """Replaces the whole set, and answers nothing."""
        self.find(self.apps, app)
        if set(body) != {"mobileAppAssignments"}:
            raise BadRequest(f"parameters {sorted(body)}")
        kept = []
        for number, assignment in enumerate(body["mobileAppAssignments"]):
            unknown = set(assignment) - {"@odata.type", "intent", "target", "settings"}
            if unknown:
                raise BadRequest(f"properties {sorted(unknown)}")
            target = assignment["target"]
            self._check_target(target)
            if any(one["target"] == target for one in kept):
                raise BadRequest("the same target twice")
            settings = self._as_shown(assignment.get("settings"))
            key = f"{target.get('groupId', 'all')}_{number}_0"
            kept.append({"id": key, "intent": assignment["intent"], "target": target, "settings": settings})
        self.app_assignments[app] = kept

    @staticmethod
    def _as_shown(settings):
        """The service shows what was left out, and moments with a fraction."""
        if settings is None:
            return None
        shown = {"restartSettings": None, "installTimeSettings": None} | copy.deepcopy(settings)
        for name, value in (shown["installTimeSettings"] or {}).items():
            if isinstance(value, str):
                shown["installTimeSettings"][name] = value.replace("Z", ".0000000Z")
        return shown

    def assign_policy(self, policy, body):
        """Replaces the whole set, and answers it."""
        self.find(self.policies, policy)
        if set(body) != {"assignments"}:
            raise BadRequest(f"parameters {sorted(body)}")
        kept = []
        for assignment in body["assignments"]:
            if set(assignment) - {"@odata.type", "target"}:
                raise BadRequest(f"properties {sorted(assignment)}")
            self._check_target(assignment["target"])
            name = assignment["target"].get("groupId", "all")
            kept.append({"id": f"{policy}_{name}", "target": assignment["target"]})
        self.policy_assignments[policy] = kept
        return kept

    def _check_target(self, target):
        kind = target.get("@odata.type", "").removeprefix("#microsoft.graph.")
        if kind == "configurationManagerCollectionAssignmentTarget":
            raise BadRequest("Intune never triggers ConfigMgr")
        if kind in ("groupAssignmentTarget", "exclusionGroupAssignmentTarget"):
            if set(target) != {"@odata.type", "groupId"}:
                raise BadRequest(f"a target with {sorted(target)}")
            self.find(self.groups, target["groupId"])
        elif kind not in ("allDevicesAssignmentTarget", "allLicensedUsersAssignmentTarget"):
            raise BadRequest(f"target {kind}")


def select(objects, query):
    """What `$select` leaves of each, its type always."""
    names = query.get("$select")
    if not names:
        return objects
    wanted = set(names.split(",")) | {"@odata.type"}
    return [{key: value for key, value in one.items() if key in wanted} for one in objects]


def matching(objects, query):
    """What `$filter=displayName eq '…'` leaves; no other filter is known."""
    text = query.get("$filter")
    if text is None:
        return objects
    start = "displayName eq '"
    if not text.startswith(start) or not text.endswith("'"):
        raise BadRequest(f"filter {text}")
    name = text[len(start) : -1].replace("''", "'")
    return [one for one in objects if one["displayName"] == name]


def options(text):
    return dict(urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)))
