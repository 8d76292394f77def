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
    commandName: "key", abstract: "Keys of the people who approve.",
    subcommands: [KeyGenerateCommand.self])
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
