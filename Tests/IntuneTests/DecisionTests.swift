// SPDX-License-Identifier: Apache-2.0
import Intents
import Intune
import Testing

@Suite struct DecisionTests {
  private func device(
    _ number: Int, directory: GraphID? = nil, agent: String = "mdm",
    workloads: ManagedDevice.Workloads? = nil, compliance: String = "compliant",
    lastSync: Instant? = Simulated.now
  ) -> ManagedDevice {
    ManagedDevice(
      id: Simulated.device(number), name: "D\(number)", directoryDevice: directory,
      compliance: OpenValue(compliance), agent: OpenValue(agent), lastSync: lastSync,
      workloads: workloads)
  }

  private func workloads(apps: Bool, compliance: Bool = false) -> ManagedDevice.Workloads {
    ManagedDevice.Workloads(modernApps: apps, compliancePolicy: compliance)
  }

  @Test func `the workload flag decides who installs apps on a co-managed device`() {
    for agent in ["configurationManagerClientMdm", "configurationManagerClientMdmEas"] {
      #expect(device(1, agent: agent, workloads: workloads(apps: true)).appOwner == .intune)
      let other = device(1, agent: agent, workloads: workloads(apps: false))
      #expect(other.appOwner == .configurationManager)
      guard case .undetermined = device(1, agent: agent).appOwner else {
        Issue.record("nobody is guessed")
        continue
      }
    }
  }

  @Test(
    "whoever alone manages a device installs its apps; of others nobody is guessed",
    arguments: ManagementAgent.allCases.map(\.rawValue) + ["somethingNew"])
  func owners(agent: String) {
    let owner = device(1, agent: agent, workloads: workloads(apps: true)).appOwner
    switch agent {
    case "mdm", "easMdm", "intuneClient", "easIntuneClient", "configurationManagerClientMdm",
      "configurationManagerClientMdmEas":
      #expect(owner == .intune)
    case "configurationManagerClient": #expect(owner == .configurationManager)
    default: #expect(owner == .undetermined(why: "managed by \(agent)"))
    }
  }

  @Test func `the two spellings of non-compliance have a decoder each`() {
    #expect(OpenValue<ComplianceState>("noncompliant").known == .noncompliant)
    #expect(OpenValue<ComplianceState>("nonCompliant").known == nil)
    #expect(OpenValue<ComplianceStatus>("nonCompliant").known == .nonCompliant)
    #expect(OpenValue<ComplianceStatus>("noncompliant").known == nil)
    #expect(ComplianceEvidence(OpenValue<ComplianceState>("nonCompliant")) == .state(.unknown))
  }

  @Test func `compliance of a device and of a policy is evidence as far as it goes`() {
    let states: [ComplianceState: ComplianceEvidence] = [
      .compliant: .state(.succeeded), .noncompliant: .state(.failed), .conflict: .state(.failed),
      .error: .state(.failed), .inGracePeriod: .state(.inProgress), .unknown: .state(.unknown),
      .configManager: .takeFromSite,
    ]
    for state in ComplianceState.allCases {
      #expect(ComplianceEvidence(OpenValue(state)) == states[state])
    }
    let statuses: [ComplianceStatus: ComplianceRecord.State] = [
      .compliant: .succeeded, .remediated: .succeeded, .nonCompliant: .failed, .error: .failed,
      .conflict: .failed, .notApplicable: .notApplicable, .notAssigned: .unknown,
      .unknown: .unknown,
    ]
    for status in ComplianceStatus.allCases {
      #expect(ComplianceEvidence(OpenValue(status)) == statuses[status].map { .state($0) })
    }
  }

  @Test func `what ConfigMgr judges is taken from the site, and silence is no evidence`() {
    let agent = "configurationManagerClientMdm"
    let theirs = device(1, agent: agent, workloads: workloads(apps: true, compliance: false))
    #expect(theirs.complianceEvidence == .takeFromSite)
    let ours = device(1, agent: agent, workloads: workloads(apps: false, compliance: true))
    #expect(ours.complianceEvidence == .state(.succeeded))
    #expect(device(1, compliance: "configManager").complianceEvidence == .takeFromSite)
    #expect(device(1, lastSync: nil).complianceEvidence == .state(.unknown))
    #expect(device(1, agent: "jamf").complianceEvidence == .state(.unknown))
  }

  @Test func `a device gets the tags of its groups, and two places are a contradiction`() {
    let fjord = Simulated.tag("site:fjord-3")
    let pilot = Simulated.tag("ring:pilot")
    let lab = Simulated.tag("ring:lab")
    let other = Simulated.tag("site:other")
    let tags = GroupTags([
      Simulated.group(1): [fjord, pilot], Simulated.group(2): [lab],
      Simulated.group(3): [other], Simulated.group(4): [fjord],
    ])
    let groups = [
      Simulated.group(1): GroupDevices(
        devices: [1, 2, 3, 9].reduce(into: []) { $0.insert(Simulated.directoryDevice($1)) },
        nested: [Simulated.group(7)]),
      Simulated.group(2): GroupDevices(devices: [Simulated.directoryDevice(2)]),
      Simulated.group(3): GroupDevices(devices: [Simulated.directoryDevice(3)]),
      Simulated.group(8): GroupDevices(devices: [Simulated.directoryDevice(4)], nested: []),
    ]
    let devices = (1...4).map { device($0, directory: Simulated.directoryDevice($0)) } + [device(5)]
    let membership = SiteMembership(devices, groups: groups, tags: tags)
    #expect(
      membership.placements == [
        Simulated.device(1): .placed([fjord, pilot]),
        // Of rings, one may be in several.
        Simulated.device(2): .placed([fjord, pilot, lab]),
        Simulated.device(3): .contradictory([fjord, other]),
        Simulated.device(4): .unplaced, Simulated.device(5): .unplaced,
      ])
    #expect(membership.unmanaged == [Simulated.directoryDevice(9)])
    #expect(membership.nested == [Simulated.group(7)])
    #expect(membership.superseded.isEmpty)
  }

  @Test func `of two enrolments of one device the later counts, whatever their order`() {
    let old = device(
      1, directory: Simulated.directoryDevice(1), lastSync: Simulated.now.adding(days: -9))
    let new = device(2, directory: Simulated.directoryDevice(1))
    let never = device(3, directory: Simulated.directoryDevice(1), lastSync: nil)
    for devices in [[old, new, never], [never, new, old], [new, never, old]] {
      let membership = SiteMembership(devices, groups: [:], tags: GroupTags([:]))
      #expect(membership.placements == [new.id: .unplaced])
      #expect(membership.superseded == [old.id, never.id])
    }
  }

  @Test func `a report is evidence where Intune installs, and silence is unknown`() throws {
    let agent = "configurationManagerClientMdm"
    let devices = [
      device(1), device(2), device(3, agent: agent, workloads: workloads(apps: false)),
      device(4, agent: agent), device(5, agent: agent, workloads: workloads(apps: true)),
    ]
    let results = try (1...5).filter { $0 != 2 }.map { number -> InstallResult in
      let values = [
        "D\(number)", Simulated.device(number).text, number == 5 ? "2" : "1", "", "1.0",
        number == 5 ? "-7" : "0", number == 5 ? "2026-10-02 00:00:00" : "",
      ]
      return try #require(InstallResult(values))
    }
    let intent = Simulated.intent
    let evidence = AppEvidence(
      of: intent, revision: 3, on: devices, results: results, asOf: Simulated.now)
    func record(_ name: String, _ state: ComplianceRecord.State) -> ComplianceRecord {
      ComplianceRecord(
        device: name, intent: intent, revision: 3, state: state, exitCode: nil,
        asOf: Simulated.now)
    }
    #expect(evidence.records.count == 3)
    #expect(evidence.records[Simulated.device(1)] == record("D1", .succeeded))
    #expect(evidence.records[Simulated.device(2)] == record("D2", .unknown))
    let failed = evidence.records[Simulated.device(5)]
    #expect(failed?.state == .failed)
    #expect(failed?.exitCode == -7)
    #expect(failed?.asOf.description == "2026-10-02T00:00:00Z")
    #expect(evidence.fromSite == [Simulated.device(3)])
    #expect(evidence.undetermined.keys.map(\.text) == [Simulated.device(4).text])
  }

  @Test(
    "a moment of Graph is read to the second, and another zone is none",
    arguments: [
      ("2026-10-30T11:22:33Z", "2026-10-30T11:22:33Z"),
      ("2026-10-30T11:22:33.1234567Z", "2026-10-30T11:22:33Z"),
      ("2026-10-30 11:22:33.12", "2026-10-30T11:22:33Z"),
      ("2026-10-30T11:22:33+01:00", nil), ("2026-10-30T11:22:33.Z", nil), ("2026-10-30", nil),
      ("2026-13-30T11:22:33Z", nil), ("0001-01-01T00:00:00Z", nil), ("", nil),
      ("2026-10-30T11:22:33ZZ", nil), ("é026-10-30T11:22:33Z", nil),
    ])
  func moments(text: String, expected: String?) {
    #expect(GraphMoment.instant(text)?.description == expected)
  }
}
