// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct SiteGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "site", abstract: "The sites that this centre serves.",
    subcommands: [SiteAdd.self, SiteList.self, SiteShow.self])
}

struct SiteAdd: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Enrol a site from its enrolment file.",
    discussion: """
      The site admin reads the fingerprint of the enrolment to you over a second channel, such as a telephone
      number that you know. You type it here; only when it agrees is the site enrolled.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Argument(help: ArgumentHelp("What `waybill-site enrol` wrote.", valueName: "enrolment-file"))
  var file: String
  @Option(
    help: ArgumentHelp(
      "The fingerprint from the second channel; in a rehearsal only. Else the terminal asks.",
      valueName: "hex"))
  var fingerprint: String?

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let enrolment = try SiteEnrolment(parsing: try Given.contents(of: file), named: file)
    let record = try enrolment.enrol(
      in: profile, confirmed: try confirmed(enrolment, profile), at: SystemClock.now())
    return Outcome(
      lines: [
        "Enrolled site \(record.id): key \(record.keyID)",
        "Distribution points: \(record.points)",
        profile.isRehearsal
          ? "Next: waybill-centre policy apply -f policy.yaml"
          : "Next: two officers run `waybill-centre approve \(record.id) --key FILE`; nothing is exported before.",
      ], facts: [("site", record.json)])
  }

  private func confirmed(
    _ enrolment: SiteEnrolment, _ profile: CentreProfile
  ) throws(Refusal) -> Digest {
    if let fingerprint {
      guard profile.isRehearsal else {
        throw Refusal(
          CentreReason.rehearsalMixed, "--fingerprint", seen: "a fingerprint as argument",
          expected: "one typed at the terminal")
      }
      return try Given.fingerprint(fingerprint)
    }
    try Prompt.confirm(
      "Type the fingerprint of the enrolment of \(enrolment.site), as the site read it to you:",
      is: enrolment.fingerprint.hex)
    return enrolment.fingerprint
  }
}

struct SiteList: WaybillCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the sites.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions

  func perform(_ console: Console) throws -> Outcome {
    let sites = try centre.open(console).ledger.sites()
    var table = Table("SITE", "ENROLLED", "DISTRIBUTION POINTS", "AGENT")
    for site in sites {
      table.add(site.id.text, site.enrolledAt.description, site.points, site.agent)
    }
    return Outcome(
      lines: sites.isEmpty ? ["No sites yet."] : table.lines,
      facts: [("sites", .array(sites.map(\.json)))])
  }
}

struct SiteShow: WaybillCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one site.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Argument(help: "The site's id.") var site: String

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let record = try profile.ledger.site(try Given.site(site))
    let policy = try PolicyKeeper(of: profile).signed(record.id)
    return Outcome(
      lines: [
        "Site \(record.id), enrolled \(record.enrolledAt)", "Epoch \(record.epoch)",
        "Key \(record.keyID)", "Enrolment \(record.enrolment)",
        "Distribution points: \(record.points)", "Agent \(record.agent)",
        "May approve there: \(record.operators.map(\.name.text).joined(separator: ", "))",
        policy == nil
          ? "Policy: none signed; the strictest built-ins hold"
          : "Policy: signed in version \(policy?.signedVersion ?? 0)",
      ], facts: [("site", record.json)])
  }
}

extension SiteRecord {
  var json: JSONValue {
    [
      "id": .string(id.text), "epoch": .string(epoch.text), "keyid": .string(keyID), "key": key,
      "root_fingerprint": .string(rootFingerprint.hex), "distribution_points": .string(points),
      "agent": .string(agent), "enrolment": .string(enrolment.hex),
      "enrolled_at": .string(enrolledAt.description),
      "operators": .array(operators.map(\.json)),
    ]
  }
}
