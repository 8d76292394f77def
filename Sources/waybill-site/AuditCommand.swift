// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Intents
import Site
import SystemPackage
import Terminal
import Trust

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Verify this site's audit log, or write it out for an auditor.",
    subcommands: [AuditVerifyCommand.self, AuditExportCommand.self])
}

struct AuditVerifyCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Find every edit of the audit log, and of what it tells.",
    discussion: """
      Reckons the hash of every line anew, and holds the log against what is kept beside it: signed reports, \
      bundles, acknowledgements, applied intents, trusted versions and policy. Names the first line that was \
      edited, moved or taken out, and ends with 10. Ends with 41 when the log chains but lacks a line that the \
      centre is known to hold: its tail was cut or written anew.

      Someone who owns this host can write a log anew from some line on; only what the centre holds shows it. \
      Ask there for `waybill-centre audit verify SITE` and give the last line that it prints with --head.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var expected: AuditHeadOptions

  func perform(_ console: Console) throws -> Outcome {
    let heads = try expected.heads()
    let site = try state.open(console)
    console.note("reading the log of \(site.profile.site)")
    return try site.outcome(of: site.audit(expecting: heads))
  }
}

struct AuditExportCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write an evidence pack for an auditor.",
    discussion: """
      The log, every signed report, the acknowledgement with the metadata that vouch for it, the roots and the \
      public key, with a page and a script that verify all of it without this program: sha256sum, python3 and \
      openssl are enough. What stands in the journal is written, sound or not; the exit code is that of \
      `audit verify`. No secret leaves.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions
  @Option(help: ArgumentHelp("The folder to write; empty or not there yet.", valueName: "folder"))
  var to: String

  func perform(_ console: Console) throws -> Outcome {
    let site = try state.open(console)
    console.note("writing the evidence of \(site.profile.site) to \(to)")
    let count = try SitePack(of: site).write(to: FilePath(to), at: .now)
    var outcome = try site.outcome(of: site.audit())
    outcome.lines.append("\(count) files written to \(to); its README.txt says how to verify them")
    outcome.facts += [("folder", .string(to)), ("files", .integer(Int64(count)))]
    outcome.refusal?.changed = "the pack was written"
    return outcome
  }
}

extension OpenedSite {
  fileprivate func outcome(of finding: AuditFinding) throws(Refusal) -> Outcome {
    Outcome(
      refusal: finding.faults.siteRefusal, lines: Rehearsal.lines(profile) + finding.lines,
      facts: [Rehearsal.fact(profile), ("log", finding.json)])
  }
}
