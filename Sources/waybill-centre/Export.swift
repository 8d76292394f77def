// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct Export: LongCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a signed bundle for each site to a medium.",
    discussion: """
      A bundle takes a site from the state that it last receipted to the state desired now. It never needs
      an earlier bundle: a lost medium costs the trip and nothing else. The medium may be pulled once this
      says that it is safe. What release signers call critical, rollbacks, removals, and every change where policy says so wait
      for officers (`approve`).
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var passphrase: PassphraseOptions
  @Argument(help: "Ids of sites.") var sites: [String]
  @Option(help: ArgumentHelp("The medium's folder.", valueName: "medium")) var to: String
  @Flag(help: "Send every file, whatever the site holds.") var full = false
  @Option(
    name: .customLong("repeat"),
    help: ArgumentHelp("Write bundle N of the one site again, to the byte.", valueName: "n"))
  var again: Int64?
  @Option(help: ArgumentHelp("Bytes that no volume passes.", valueName: "bytes"))
  var volumeSize = CentreLimits.volumeSize

  @Option(
    help: """
      fast, normal or best: how much time making changes small may take. What was made once is kept, \
      for each effort.
      """)
  var effort = Effort.normal

  func validate() throws {
    guard !sites.isEmpty, again == nil || (sites.count == 1 && !full) else {
      throw ValidationError("--repeat takes exactly one site, and no --full")
    }
    guard (1 << 20...CentreLimits.volumeSize).contains(volumeSize) else {
      throw ValidationError("--volume-size takes 1048576 to \(CentreLimits.volumeSize) bytes")
    }
  }

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let records = try sites.map { text throws(Refusal) in
      try profile.ledger.site(try Given.site(text))
    }
    let ring = passphrase.ring(of: profile)
    let exporter = try Exporter(
      from: profile, keys: ring, to: FilePath(to), volumeSize: volumeSize, effort: effort,
      at: SystemClock.now(), progress: console.progress)
    Interruption.listen()
    var results: [Exporter.Result] = []
    var failures: [(SiteID, Refusal)] = []
    for site in records {
      do throws(Refusal) {
        results.append(try export(site, with: exporter, profile, console))
      } catch {
        failures.append((site.id, error))
        try profile.ledger.log(
          "export.refused",
          ["site": site.id.text, "code": error.code, "subject": error.subject],
          at: SystemClock.now())
        if error.isInterruption { break }
      }
    }
    return outcome(results, failures)
  }

  private func export(
    _ site: SiteRecord, with exporter: Exporter, _ profile: CentreProfile, _ console: Console
  ) throws(Refusal) -> Exporter.Result {
    if let again {
      console.note("Writing bundle \(again) of \(site.id) again …")
      return try exporter.repeat(again, of: site)
    }
    let plan = try ExportPlan(for: site, isFull: full, in: profile)
    console.note(
      "Writing a bundle for \(site.id): \(plan.intents.count) intents, \(plan.fileCount) files, "
        + ByteCount.text(plan.plain) + " …")
    return try exporter.export(plan)
  }

  private func outcome(
    _ results: [Exporter.Result], _ failures: [(SiteID, Refusal)]
  ) -> Outcome {
    var lines: [String] = []
    for result in results {
      lines += [
        "Bundle \(result.number) for \(result.site): \(result.folder.string)",
        "  \(result.fileCount) files, \(ByteCount.text(result.plain)), as "
          + "\(ByteCount.text(result.stored)) in \(result.volumeCount) volumes",
        "  fingerprint \(result.fingerprint)",
        "  valid until \(result.expires) (\(result.expiresFirst))",
        "  Written, synced and read again: safe to remove.",
      ]
    }
    for (site, refusal) in failures.dropFirst() {
      lines.append("\(site): \(refusal.code) \(refusal)")
    }
    let gravest = ExitCode.gravest(failures.map(\.1.exit))
    return Outcome(
      exit: failures.isEmpty ? .done : results.isEmpty ? gravest : .waiting,
      refusal: failures.first?.1, lines: lines,
      facts: [
        ("bundles", .array(results.map(\.json))),
        (
          "refused",
          .array(
            failures.map { site, refusal -> JSONValue in
              [
                "site": .string(site.text), "code": .string(refusal.code),
                "exit": .integer(Int64(refusal.exit.rawValue)),
                "subject": .string(refusal.subject),
              ]
            })
        ),
      ])
  }
}

extension Effort: ExpressibleByArgument {}

extension Exporter.Result {
  var json: JSONValue {
    [
      "site": .string(site.text), "n": .integer(number), "folder": .string(folder.string),
      "fingerprint": .string(fingerprint.hex), "expires": .string(expires.description),
      "expires_first": .string(expiresFirst), "files": .integer(fileCount),
      "plain_bytes": .integer(plain), "stored_bytes": .integer(stored),
      "volumes": .integer(volumeCount),
    ]
  }
}
