// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct OfficerGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "officer", abstract: "The people of this centre who approve.",
    subcommands: [OfficerAdd.self, OfficerList.self])
}

struct OfficerAdd: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Enrol an officer with their public key.",
    discussion: "The file is the open one (.pub) that `waybill-site key generate` wrote for them.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Argument(help: "The officer's name, as in the file.") var name: String
  @Argument(help: ArgumentHelp("Their open key file.", valueName: "pubfile")) var file: String

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    guard let name = PersonName(name) else {
      throw Refusal(CentreReason.wrongField, "name", seen: name, expected: PersonName.rule)
    }
    let officer = try PersonKeyFile.person(name, in: FilePath(file))
    try profile.ledger.add(officer: officer, at: SystemClock.now())
    return Outcome(
      lines: ["Officer \(officer.name), key \(officer.key.id)"],
      facts: [
        ("name", .string(officer.name.text)), ("key_id", .string(officer.key.id.hex)),
      ])
  }
}

struct OfficerList: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the officers.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions

  func perform(_ console: Console) throws -> Outcome {
    let officers = try centre.open(console).ledger.officers()
    var table = Table("NAME", "KEY")
    for officer in officers { table.add(officer.name.text, officer.key.id.hex) }
    return Outcome(
      lines: officers.isEmpty ? ["No officers yet."] : table.lines,
      facts: [
        (
          "officers",
          .array(
            officers.map { ["name": .string($0.name.text), "key_id": .string($0.key.id.hex)] })
        )
      ])
  }
}
