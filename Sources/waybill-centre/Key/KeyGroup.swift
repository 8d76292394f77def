// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Centre
import Intents
import SystemPackage
import Bundles
import Terminal
import Trust

struct KeyGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Keys: those of holders, and the key files of this centre.",
    subcommands: [
      KeyGenerate.self, KeyShow.self, KeyList.self, KeyProtect.self, KeyCourier.self,
    ])
}

struct KeyList: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the keys: name, id, encrypted or not.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let entries = try PassphraseOptions().ring(of: profile).entries()
    var table = Table("NAME", "ENCRYPTED", "KEY ID")
    for entry in entries {
      table.add(entry.name, entry.isEncrypted ? "yes" : "no", entry.keyID)
    }
    let list = entries.map { entry -> JSONValue in
      [
        "name": .string(entry.name), "keyid": .string(entry.keyID),
        "encrypted": .bool(entry.isEncrypted),
      ]
    }
    return Outcome(lines: table.lines, facts: [("keys", .array(list))])
  }
}

struct KeyProtect: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "protect", abstract: "Encrypt a key file with a passphrase.",
    discussion: "Argon2id and XChaCha20-Poly1305. The file is replaced in one step.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var passphrase: PassphraseOptions
  @Argument(help: "The name of the key, as `key list` shows it.") var name: String

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    try passphrase.ring(of: profile).protect(name)
    return Outcome(
      lines: ["Encrypted the key file \(name)."],
      facts: [("name", .string(name)), ("encrypted", true)])
  }
}

struct KeyCourier: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "courier", abstract: "Show or write the public key that couriers check with.",
    discussion:
      "A stock `minisign -V -p FILE` takes it too. It finds damage and mix-ups; it is no proof of trust."
  )

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Option(help: ArgumentHelp("Write the public key there.", valueName: "file"))
  var to: String?

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let key = try MinisignPublicKey(try profile.ledger.configuration("courier") ?? "")
    if let to {
      try DurableFile.write(
        key.file, to: FilePath(to), permissions: [.ownerReadWrite, .groupRead, .otherRead])
    }
    return Outcome(
      lines: ["Courier key \(key.text)"] + (to.map { ["Written to \($0)"] } ?? []),
      facts: [("courier", .string(key.text)), ("written", to.map { .string($0) } ?? .null)])
  }
}
