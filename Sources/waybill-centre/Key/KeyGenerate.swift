// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct KeyGenerate: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Make a key of one holder, on the holder's own machine.",
    discussion: """
      Needs no centre and no network. Writes the key file, encrypted with a passphrase, and FILE.pub.json, which is
      handed in. The key file stays with its holder.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var passphrase: PassphraseOptions
  @Option(help: ArgumentHelp("Write the key file there; it must be new.", valueName: "file"))
  var to: String
  @Option(help: ArgumentHelp("Whose key it is, in a few words.", valueName: "text")) var label = ""
  @Flag(help: "Leave the key file open when no passphrase is named; for rehearsals only.")
  var rehearsal = false

  func perform(_ console: Console) throws -> Outcome {
    let label = try PublicKeyFile.label(label, at: "--label")
    let file = FilePath(to)
    let open = FilePath(to + ".pub.json")
    for path in [file, open] where FileQuery.status(path) != nil {
      throw Refusal(CentreReason.alreadyThere, path.text, seen: "a file", expected: "a new file")
    }
    let isEncrypted = !rehearsal || passphrase.passphraseFd != nil
    let phrase = isEncrypted ? try passphrase.readNew() : nil
    let key = try SecretKey.generate()
    try KeyRing.write(key, to: file, passphrase: phrase)
    try DurableFile.write(
      PublicKeyFile(key: key.publicKey, label: label).encoded, to: open,
      permissions: [.ownerReadWrite, .groupRead, .otherRead])
    return Outcome(
      lines: [
        "Key \(key.id)" + (label.isEmpty ? "" : " of \(label)"),
        "Secret: \(file.string)" + (isEncrypted ? ", encrypted" : ", OPEN: for a rehearsal only"),
        "Public: \(open.string): hand this in, and read the key id to the centre over another channel.",
      ],
      facts: [
        ("keyid", .string(key.id.hex)), ("label", .string(label)), ("file", .string(file.string)),
        ("public", .string(open.string)), ("encrypted", .bool(isEncrypted)),
      ])
  }
}

struct KeyShow: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the id of a public key that a holder handed in.")

  @OptionGroup var common: CommonOptions
  @Argument(help: ArgumentHelp("What `key generate` wrote.", valueName: "file.pub.json"))
  var file: String

  func perform(_ console: Console) throws -> Outcome {
    let key = try Given.publicKey(file)
    return Outcome(
      lines: ["Key \(key.key.id)", "Label, as the holder wrote it: \(key.label)"],
      facts: [
        ("keyid", .string(key.key.id.hex)), ("label", .string(key.label)), ("key", key.key.json),
      ])
  }
}
