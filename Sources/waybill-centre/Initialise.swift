// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct Initialise: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a rehearsal centre in one step.",
    discussion: """
      With --rehearsal everything lies in one folder and one person holds every key: to try Waybill, to
      train, to test. A rehearsal is marked in its root and can never become production. Production is set up with
      `trust init`.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var passphrase: PassphraseOptions
  @Flag(help: "Make a rehearsal: test keys in one folder, one operator.")
  var rehearsal = false
  @Option(
    help: ArgumentHelp(
      "Whom START-HERE.html on every medium tells people to call.", valueName: "text"))
  var contact: String?
  @Flag(help: "Encrypt the key files of the rehearsal with a passphrase.")
  var encryptKeys = false

  func perform(_ console: Console) throws -> Outcome {
    guard rehearsal else {
      throw Refusal(
        CentreReason.productionNotReady, "init", seen: "no --rehearsal",
        expected: "--rehearsal, or `trust init` with the public keys of the holders")
    }
    let phrase = encryptKeys || passphrase.passphraseFd != nil ? try passphrase.read() : nil
    let profile = try CentreSetup.rehearse(
      in: centre.folder, contact: contact, passphrase: phrase, at: SystemClock.now())
    let root = try Repository(of: profile).root()
    return Outcome(
      lines: [
        "Made a centre in \(centre.folder.string). REHEARSAL: never for production.",
        "Root 1, fingerprint \(root.fingerprint)",
        "Next: waybill-centre root show --to root.json, and carry it to each site.",
      ],
      facts: [
        ("state", .string(centre.folder.string)), ("rehearsal", true),
        ("root_version", .integer(root.role.version)),
        ("root_fingerprint", .string(root.fingerprint.hex)),
      ])
  }
}
