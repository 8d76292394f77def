// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Intents
import Site
import SystemPackage
import Terminal
import Trust

struct EnrolCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "enrol", abstract: "Write this site's enrolment for the centre.",
    discussion: """
      The file says who this site is and which key signs its reports. Carry it to the centre, and read the \
      fingerprint to the officer there over the phone: the centre adds the site only when both agree. Run \
      again, it writes the same bytes.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var passphrase: SitePassphraseOptions

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var to: String

  func perform(_ console: Console) throws -> Outcome {
    let (site, lock) = try state.openLocked(console, passphrase)
    defer { withExtendedLifetime(lock) {} }
    console.note("writing the enrolment of \(site.profile.site) to \(to)")
    let digest = try Enrolment(site, clock: .now).write(to: FilePath(to))
    return Outcome(
      lines: Rehearsal.lines(site.profile) + [
        "enrolment of \(site.profile.site) written to \(to)",
        "  fingerprint: \(digest)",
        "next: read the fingerprint to the officer at the centre",
      ],
      facts: [
        Rehearsal.fact(site.profile), ("file", .string(to)),
        ("fingerprint", .string(digest.hex)), ("site", .string(site.profile.site.text)),
        ("epoch", .string(site.profile.epoch.text)),
      ])
  }
}
