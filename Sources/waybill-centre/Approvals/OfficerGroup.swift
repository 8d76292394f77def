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
    subcommands: [OfficerAdd.self, OfficerVouch.self, OfficerList.self])
}

struct OfficerAdd: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Enrol an officer with their public key.",
    discussion: """
      The file is the open one (.pub) that `waybill-site key generate` wrote for them. Nobody makes themselves an officer:
      outside a rehearsal the holders of role policy vouch for them, as many as that role asks for, or two officers that
      there are already. Each runs `officer vouch` and hands in what it writes.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Argument(help: "The officer's name, as in the file.") var name: String
  @Argument(help: ArgumentHelp("Their open key file.", valueName: "pubfile")) var file: String
  @Option(
    help: ArgumentHelp("What `officer vouch` wrote for them; several times.", valueName: "file"))
  var vouched: [String] = []

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let officer = try Given.officer(name, file)
    var statements: [Envelope] = []
    for path in vouched { statements += try ApprovalFile.read(FilePath(path)) }
    try OfficerDesk(of: profile, at: SystemClock.now()).enrol(officer, vouchedFor: statements)
    return Outcome(
      lines: ["Officer \(officer.name), key \(officer.key.id)"],
      facts: [
        ("name", .string(officer.name.text)), ("key_id", .string(officer.key.id.hex)),
      ])
  }
}

struct OfficerVouch: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "vouch", abstract: "Say with your own key that somebody may become an officer.",
    discussion: """
      For holders of role policy, on their own machines, and for officers. Ask the person to read their key id to you over
      another channel than the one their file came by. It needs no centre and counts for 30 days.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var signing: SigningOptions
  @Argument(help: "The person's name, as in the file.") var name: String
  @Argument(help: ArgumentHelp("Their open key file.", valueName: "pubfile")) var file: String
  @Option(help: ArgumentHelp("The file to write.", valueName: "file")) var to: String

  func validate() throws {
    guard signing.key != nil else { throw ValidationError("--key names your own key file") }
  }

  func perform(_ console: Console) throws -> Outcome {
    let officer = try Given.officer(name, file)
    let digest = OfficerVouching.digest(of: officer)
    try signing.ask(
      "officer", ["that \(officer.name) becomes an officer", "  key \(officer.key.id)"], digest,
      console)
    let statement = OfficerVouching.statement(
      for: officer, by: try signing.secretKey(isRehearsal: false), at: SystemClock.now())
    try ApprovalFile.write([statement], to: FilePath(to))
    return Outcome(
      lines: [
        "Vouched for \(officer.name): \(to)", "Next: hand it to the centre's `officer add`.",
      ],
      facts: [
        ("name", .string(officer.name.text)), ("key_id", .string(officer.key.id.hex)),
        ("digest", .string(digest.hex)), ("file", .string(to)),
      ])
  }
}

extension Given {
  /// A person by name and open key file.
  static func officer(_ name: String, _ file: String) throws(Refusal) -> Approver {
    guard let name = PersonName(name) else { throw wrong("name", name, PersonName.rule) }
    return try PersonKeyFile.person(name, in: FilePath(file))
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
