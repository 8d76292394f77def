// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Centre
import Intents
import Terminal
import Trust

struct Status: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show where every site stands.",
    discussion: """
      What the centre sent, what the site has signed for, and how old that is. A device that was not heard
      from is unknown: neither failed nor compliant.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let sites = try SiteStatus.all(in: profile, at: SystemClock.now())
    var table = Table(
      "SITE", "SENT", "APPLIED", "RETURN", "AS OF", "INTENTS", "DEVICES OK", "FAILED", "OTHER")
    var details: [String] = []
    for site in sites {
      let applied = site.intents.filter {
        $0.state == .applied && $0.reportedRevision == $0.desiredRevision
      }.count
      let other = site.devices.filter { $0.key != .succeeded && $0.key != .failed }.values
      table.add(
        site.site.text, String(site.exported), String(site.applied),
        site.seq.map { String($0) } ?? "none yet", site.asOf?.description ?? "never",
        "\(applied) of \(site.desired)", String(site.devices[.succeeded] ?? 0),
        String(site.devices[.failed] ?? 0), String(other.reduce(0, +)))
      details += Status.details(of: site)
    }
    let mark = profile.isRehearsal ? ["REHEARSAL"] : []
    return Outcome(
      lines: mark + (sites.isEmpty ? ["No sites yet."] : table.lines + details),
      facts: [
        ("rehearsal", .bool(profile.isRehearsal)), ("sites", .array(sites.map(\.json))),
      ])
  }

  private static func details(of site: SiteStatus) -> [String] {
    var lines: [String] = []
    if site.isTimeDoubtful {
      lines.append("\(site.site): the date of its return cannot be true and is not used")
    }
    if let days = site.overdueDays {
      lines.append("\(site.site): overdue, nothing heard for \(days) days")
    }
    for intent in site.intents where intent.state != .applied || intent.desiredRevision == nil {
      let state = intent.state?.rawValue ?? "not reported yet"
      let wish = intent.desiredRevision == nil ? "no longer desired" : "desired"
      lines.append(
        "\(site.site): intent \(intent.id), \(wish): \(state)"
          + (intent.reason.map { " (\($0))" } ?? ""))
    }
    for intent in site.intents {
      guard let why = intent.unapproved else { continue }
      lines.append(
        "\(site.site): intent \(intent.id) was applied without the approvals of policy: \(why); call the site"
      )
    }
    return lines
  }
}

extension SiteStatus {
  var json: JSONValue {
    let devices = ComplianceRecord.State.allCases.map { state in
      (state.rawValue, JSONValue.integer(self.devices[state] ?? 0))
    }
    return [
      "site": .string(site.text), "exported_n": .integer(exported), "applied_n": .integer(applied),
      "report_seq": seq.map { .integer($0) } ?? .null,
      "as_of": asOf.map { .string($0.description) } ?? .null,
      "as_of_doubtful": .bool(isTimeDoubtful),
      "overdue_days": overdueDays.map { .integer($0) } ?? .null, "desired": .integer(desired),
      "intents": .array(intents.map(\.json)), "devices": .object(JSONObject(devices)),
    ]
  }
}

extension SiteStatus.IntentStanding {
  var json: JSONValue {
    [
      "id": .string(id.text),
      "desired_revision": desiredRevision.map { .integer($0) } ?? .null,
      "reported_revision": reportedRevision.map { .integer($0) } ?? .null,
      "state": state.map { .string($0.rawValue) } ?? .null,
      "reason": reason.map { .string($0) } ?? .null,
      "unapproved": unapproved.map { .string($0) } ?? .null,
    ]
  }
}
