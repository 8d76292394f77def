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
    subcommands: [SiteAdd.self, SiteRevoke.self, SiteList.self, SiteShow.self])
}

struct SiteAdd: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Enrol a site from its enrolment file.",
    discussion: """
      The site admin reads the fingerprint of the enrolment to you over a second channel, such as a telephone
      number that you know. You type it here; only when it agrees is the site enrolled.

      A site whose host or key was lost, or whose host was restored from an old copy, is added again in the same way. Its
      new epoch waits for officers (`approve SITE`), in a rehearsal for one. From then on only what it signs anew
      counts, and the next bundle brings everything.
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
    if try profile.ledger.site(record.id).epoch != record.epoch {
      return waiting(record, restoredFrom: enrolment.restoredFrom)
    }
    return Outcome(
      lines: [
        "Enrolled site \(record.id): key \(record.keyID)",
        "Distribution points: \(record.points)",
        profile.isRehearsal
          ? "Next: waybill-centre policy apply -f policy.yaml"
          : "Next: two officers run `waybill-centre approve \(record.id) --key FILE`; nothing is exported before.",
      ], facts: [("site", record.json), ("waiting", false)])
  }

  private func waiting(_ record: SiteRecord, restoredFrom: RandomID?) -> Outcome {
    Outcome(
      lines: [
        "Site \(record.id) is to be enrolled anew, with epoch \(record.epoch) and key \(record.keyID)",
        restoredFrom.map { "It was restored from epoch \($0)." } ?? "Its host or its key was lost.",
        "Nothing changes before officers run `waybill-centre approve \(record.id) --key FILE`.",
      ],
      facts: [
        ("site", record.json), ("waiting", true),
        ("restored_from", restoredFrom.map { .string($0.text) } ?? .null),
      ])
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

struct SiteRevoke: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Believe nothing any more that a site's key signs.",
    discussion: """
      For a key that others have or may have: nothing is exported to the site, and its returns are kept aside. The site is
      then set up anew and added again, with another key. There is no way back for this one.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Argument(help: "The site's id.") var site: String
  @Option(help: ArgumentHelp("Why, for the log.", valueName: "text")) var reason: String

  func validate() throws {
    guard (1...200).contains(reason.count) else {
      throw ValidationError("--reason takes 1 to 200 characters")
    }
  }

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let record = try profile.ledger.site(try Given.site(site))
    let done = try profile.ledger.revoke(record, for: reason, at: SystemClock.now())
    return Outcome(
      lines: [
        "Key \(done.key.id) of site \(record.id): revoked \(done.at)",
        "Next: let the site be set up anew, then `waybill-centre site add` and `approve`.",
      ],
      facts: [
        ("site", .string(record.id.text)), ("keyid", .string(done.key.id.hex)),
        ("revoked_at", .string(done.at.description)), ("reason", .string(done.reason)),
      ])
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
    let revocations = try profile.ledger.revocations(of: record.id)
    let waiting = try profile.ledger.waitingEnrolment(of: record.id)
    return Outcome(
      lines: [
        "Site \(record.id), enrolled \(record.enrolledAt)", "Epoch \(record.epoch)",
        "Key \(record.keyID)", "Enrolment \(record.enrolment)",
        "Distribution points: \(record.points)", "Agent \(record.agent)",
        "May approve there: \(record.operators.map(\.name.text).joined(separator: ", "))",
        policy == nil
          ? "Policy: none signed; the strictest built-ins hold"
          : "Policy: signed in version \(policy?.signedVersion ?? 0)",
      ] + revocations.map { "Revoked \($0.at): key \($0.key.id), \($0.reason)" }
        + (waiting.map { ["Waits for officers: epoch \($0.epoch), enrolment \($0.fingerprint)"] }
          ?? []),
      facts: [
        ("site", record.json),
        ("revoked", .array(revocations.map { .string($0.key.id.hex) })),
        ("waiting_epoch", waiting.map { .string($0.epoch.text) } ?? .null),
      ])
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
