// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Intents
import Site
import SystemPackage
import Terminal
import Trust

struct KeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Keys of the people who approve, and of the site itself.",
    subcommands: [KeyGenerateCommand.self, KeyRenewCommand.self])
}

struct KeyRenewCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "renew", abstract: "Replace the key that signs this site's reports.",
    discussion: """
      Makes a new key. The next reports are signed by both, the old and the new one; once a bundle has \
      acknowledged one of them, the new key signs alone and the old one is destroyed. So write a `return`, \
      and import the next bundle. A second run before that changes nothing.

      A key that others may have seen is not renewed but revoked: call the centre, which runs `site revoke`, \
      and set the site up anew.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var passphrase: SitePassphraseOptions

  func perform(_ console: Console) throws -> Outcome {
    var (site, lock) = try state.openLocked(console)
    defer { withExtendedLifetime(lock) {} }
    let phrase = site.profile.isRehearsal ? nil : try passphrase.read()
    if let phrase { site.passphrase = { phrase } }
    let done = try KeyRenewal(site, clock: .now).run(try .generate(), protectedBy: phrase)
    return Outcome(
      lines: Rehearsal.lines(site.profile) + [
        done.isRepeat ? "a new key waits already; nothing was changed" : "new signing key made",
        "  in force:        \(done.old)", "  to take over:    \(done.new)",
        "next: `waybill-site return --to MEDIUM`, and import the next bundle",
      ],
      facts: [
        Rehearsal.fact(site.profile), ("key_id", .string(done.old.hex)),
        ("next_key_id", .string(done.new.hex)), ("repeated", .bool(done.isRepeat)),
        ("changed", .string(done.isRepeat ? "nothing" : "the state")),
      ])
  }
}

struct KeyGenerateCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Make your own key.",
    discussion: """
      Writes two files: FILE holds your secret, encrypted by your passphrase, and is for you alone; FILE.pub \
      holds your name and public key, and is given to `init --operator` or to `waybill-centre officer add`. \
      It needs no site.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var passphrase: PassphraseOptions
  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var to: String
  @Option(help: ArgumentHelp("Your name, such as \"A. Berg\".", valueName: "name"))
  var name: String
  @Flag(help: "Leave the key without a passphrase; only rehearsals take it.")
  var rehearsal = false

  func perform(_ console: Console) throws -> Outcome {
    guard let person = PersonName(name) else {
      throw Refusal(SiteReason.wrongOption, "--name", seen: name, expected: PersonName.rule)
    }
    if rehearsal { console.note(Rehearsal.line) }
    let phrase = rehearsal ? nil : try passphrase.readNew()
    let made = try PersonKeyFile.generate(person, to: FilePath(to), passphrase: phrase)
    let open = PersonKeyFile.openFile(FilePath(to))
    return Outcome(
      lines: [
        "key of \(person): \(made.key.id)", "  secret, for you alone: \(to)",
        "  open, to be enrolled:  \(open)",
      ],
      facts: [
        ("name", .string(person.text)), ("key_id", .string(made.key.id.hex)),
        ("file", .string(to)), ("open_file", .string(open.string)),
      ])
  }
}
