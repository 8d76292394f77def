// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct AuditGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Verify the audit logs, or write them out for an auditor.",
    subcommands: [AuditVerify.self, AuditExport.self])
}

struct AuditVerify: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Find every edit of the audit logs, and of what they tell.",
    discussion: """
      Reckons the hash of every line of the centre's log anew, holds it against the ledger and against the heads \
      that sites have signed, and does the same with what is held of each site's log. Names the first line that \
      was edited, moved or taken out, and ends with 10. Ends with 41 when a log chains but lacks a line that the \
      other side holds: its tail was cut or written anew.

      With SITE only that site's log; the last line that is printed is the one to give to \
      `waybill-site audit verify --head` there.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var expected: AuditHeadOptions
  @Argument(help: "The site whose log is looked through; all logs if not given.") var site: String?

  func perform(_ console: Console) throws -> Outcome {
    let heads = try expected.heads()
    let id = try site.map { (text) throws(Refusal) in try Given.site(text) }
    let profile = try centre.open(console)
    return try Audit.outcome(of: id, heads, in: profile)
  }
}

struct AuditExport: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write an evidence pack for an auditor.",
    discussion: """
      The centre's log and what it holds of each site's, every signed enrolment and report, every \
      acknowledgement with the metadata that vouch for it, the roots and the sites' public keys, with a page \
      and a script that verify all of it without this program: sha256sum, python3 and openssl are enough. What \
      stands in the ledger is written, sound or not; the exit code is that of `audit verify`. No secret leaves.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Option(help: ArgumentHelp("The folder to write; empty or not there yet.", valueName: "folder"))
  var to: String

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    console.note("writing the evidence to \(to)")
    let count = try CentrePack(of: profile).write(to: FilePath(to), at: SystemClock.now())
    var outcome = try Audit.outcome(of: nil, [], in: profile)
    outcome.lines.append("\(count) files written to \(to); its README.txt says how to verify them")
    outcome.facts += [("folder", .string(to)), ("files", .integer(Int64(count)))]
    outcome.refusal?.changed = "the pack was written"
    return outcome
  }
}

private enum Audit {
  static func outcome(
    of site: SiteID?, _ heads: [AuditHead], in profile: CentreProfile
  ) throws(Refusal) -> Outcome {
    let audit = CentreAudit(of: profile)
    var findings: [AuditFinding] = []
    if let site {
      findings += try audit.logs(of: profile.ledger.site(site), expecting: heads)
    } else {
      findings.append(try audit.own(expecting: heads))
      for record in try profile.ledger.sites() { findings += try audit.logs(of: record) }
    }
    let refusals = findings.compactMap(\.centreRefusal)
    let gravest = ExitCode.gravest(refusals.map(\.exit))
    return Outcome(
      exit: gravest, refusal: refusals.first { $0.exit == gravest },
      lines: (profile.isRehearsal ? ["REHEARSAL"] : []) + findings.flatMap(\.lines),
      facts: [
        ("rehearsal", .bool(profile.isRehearsal)), ("logs", .array(findings.map(\.json))),
      ])
  }
}
