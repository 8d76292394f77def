// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Centre
import Intents
import Terminal
import Trust

struct IntentGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "intent", abstract: "What each site shall have.",
    subcommands: [IntentApply.self, IntentWithdraw.self, IntentList.self, IntentShow.self])
}

struct IntentApply: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Make an intent file part of the desired state of its sites.",
    discussion: """
      All of its sites, or none. The same file again changes nothing; a changed one is a new revision. The
      schema is docs/schemas/intent.schema.json.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Option(name: .shortAndLong, help: ArgumentHelp("The intent file (YAML).", valueName: "yaml"))
  var file: String

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let description = try IntentDescription(parsing: try Given.text(of: file), file: file)
    let results = try IntentIntake.apply(description, to: profile, at: SystemClock.now())
    return Outcome(
      lines: results.map { result in
        result.isNew
          ? "Intent \(description.id) is revision \(result.revision) at \(result.site) now."
          : "Intent \(description.id) is this already at \(result.site); nothing was changed."
      },
      facts: [
        ("intent", .string(description.id.text)),
        (
          "sites",
          .array(
            results.map { result -> JSONValue in
              [
                "site": .string(result.site.text), "revision": .integer(result.revision),
                "changed": .bool(result.isNew),
              ]
            })
        ),
      ])
  }
}

struct IntentWithdraw: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw", abstract: "Take an intent out of the desired state of a site.",
    discussion: "The site shows it as `would be removed` and waits for approval.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Argument(help: "The intent's id.") var id: String
  @Option(help: "The site's id.") var site: String

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let site = try profile.ledger.site(try Given.site(site)).id
    try profile.ledger.withdraw(try Given.name(id), from: site, at: SystemClock.now())
    return Outcome(
      lines: ["Intent \(id) is no longer desired at \(site)."],
      facts: [("intent", .string(id)), ("site", .string(site.text))])
  }
}

struct IntentList: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the intents in force.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Option(help: "Only of this site.") var site: String?

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let site = try site.map { text throws(Refusal) in
      try profile.ledger.site(try Given.site(text)).id
    }
    let intents = try profile.ledger.intents(site: site, currentOnly: true)
    var table = Table("SITE", "INTENT", "REVISION", "CONTENT", "PROGRAM", "COLLECTION", "PURPOSE")
    for record in intents {
      table.add(
        record.site.text, record.intent.id.text, String(record.intent.revision),
        record.intent.content.text, record.intent.program.text, record.intent.collection.text,
        record.intent.purpose.rawValue)
    }
    return Outcome(
      lines: intents.isEmpty ? ["No intents."] : table.lines,
      facts: [("intents", .array(intents.map(\.json)))])
  }
}

struct IntentShow: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show all revisions of an intent.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Argument(help: "The intent's id.") var id: String

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let all = try profile.ledger.intents(currentOnly: false)
    let found = all.filter { $0.intent.id.text == id }
    guard !found.isEmpty else {
      let known = Set(all.map(\.intent.id.text)).sorted().joined(separator: ", ")
      throw Refusal(
        CentreReason.unknownIntent, id, seen: id,
        expected: known.isEmpty ? "an intent; there is none yet" : "one of \(known)")
    }
    var table = Table("SITE", "REVISION", "IN FORCE", "CONTENT", "PROGRAM", "COLLECTION", "APPLIED")
    for record in found {
      table.add(
        record.site.text, String(record.intent.revision), record.isCurrent ? "yes" : "no",
        record.intent.content.text, record.intent.program.text, record.intent.collection.text,
        record.appliedAt.description)
    }
    return Outcome(lines: table.lines, facts: [("revisions", .array(found.map(\.json)))])
  }
}

extension IntentRecord {
  var json: JSONValue {
    [
      "site": .string(site.text), "id": .string(intent.id.text),
      "revision": .integer(intent.revision), "manifest": .string(intent.manifest.hex),
      "content": .string(intent.content.text), "program": .string(intent.program.text),
      "collection": .string(intent.collection.text), "purpose": .string(intent.purpose.rawValue),
      "scope": .array(intent.scope.map(\.text).sorted().map { .string($0) }),
      "available_from": intent.availableFrom.map { .string($0.description) } ?? .null,
      "deadline": intent.deadline.map { .string($0.description) } ?? .null,
      "rollback": .bool(intent.isRollback), "current": .bool(isCurrent),
      "applied_at": .string(appliedAt.description),
    ]
  }
}
