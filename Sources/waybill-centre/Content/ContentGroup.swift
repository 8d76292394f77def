// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct ContentGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "content", abstract: "Software in the depot.",
    subcommands: [
      ContentAdd.self, ContentReleaseCommand.self, ContentFloor.self, ContentDelist.self,
      ContentList.self,
    ])
}

struct ContentAdd: LongCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Take a package source folder into the depot.",
    discussion: """
      Every distinct file is stored once, compressed. The content file says what the software is and how it
      is run and detected; its schema is docs/schemas/content.schema.json. Nothing can be deployed before
      `content release` has signed it.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var centre: CentreOptions
  @Argument(help: "The folder (or the one file) as a package source would hold it.")
  var source: String
  @Option(help: ArgumentHelp("The content file (YAML).", valueName: "yaml")) var manifest: String

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let description = try ContentDescription(
      parsing: try Given.text(of: manifest), file: manifest)
    let folder = try SourceFolder(FilePath(source))
    console.note(
      "Adding \(description.name) \(description.version): \(folder.items.count) files, "
        + ByteCount.text(folder.totalLength))
    Interruption.listen()
    let intake = ContentIntake(
      to: profile, at: SystemClock.now(), progress: console.progress)
    let result = try intake.add(folder, as: description)
    let content = result.content
    let next =
      content.releasedVersion == nil ? ["Next: waybill-centre content release \(content.id)"] : []
    guard !result.wasThere else {
      return Outcome(
        lines: [
          "\(content.name) \(content.version) is there already, as content \(content.id): nothing changed"
        ] + next, facts: facts(result))
    }
    return Outcome(
      lines: [
        "Added \(result.content.name) \(result.content.version) as content \(result.content.id)",
        "New in the depot: \(result.newFiles) files, \(ByteCount.text(result.storedBytes)) stored",
      ] + next, facts: facts(result))
  }

  private func facts(_ result: ContentIntake.Result) -> [(String, JSONValue)] {
    [
      ("content", result.content.json), ("new_files", .integer(result.newFiles)),
      ("stored_bytes", .integer(result.storedBytes)), ("was_there", .bool(result.wasThere)),
    ]
  }
}

struct ContentReleaseCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Sign content, so that sites accept it.",
    discussion: """
      Without an id, all content that is not released yet. Where the keys of role content are with the release
      signers this writes a request to carry to them and ends with 15; `trust merge` takes what they signed.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var requests: RequestOptions
  @Argument(help: "Content ids, as `content list` shows them.") var ids: [String] = []

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let all = try profile.ledger.contents()
    var chosen = try ids.map { id throws(Refusal) in try all.called(id) }
    if ids.isEmpty { chosen = all.filter { $0.releasedVersion == nil } }
    if chosen.isEmpty {
      return Outcome(
        lines: ["All content is released; nothing was changed."],
        facts: [("released", []), ("changed", false)])
    }
    let standing = try ContentRelease.release(
      chosen, in: profile, keys: passphrase.ring(of: profile), at: SystemClock.now())
    let version = standing.ceremony.drafts.versions[.content] ?? 0
    return try requests.outcome(
      of: standing, in: profile,
      done: chosen.map { "Released \($0.name) \($0.version) (\($0.id))" } + [
        "Signed content \(version)."
      ],
      facts: [
        ("content_version", .integer(version)),
        ("released", .array(chosen.map { .string($0.id.text) })),
      ])
  }
}

struct ContentList: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the content versions.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions

  func perform(_ console: Console) throws -> Outcome {
    let contents = try centre.open(console).ledger.contents()
    var table = Table("NAME", "VERSION", "COUNTER", "FILES", "SIZE", "RELEASED", "CONTENT ID")
    for content in contents {
      table.add(
        content.name, content.version, String(content.counter), String(content.fileCount),
        ByteCount.text(content.totalLength),
        content.delistedVersion.map { "delisted in content \($0)" }
          ?? content.releasedVersion.map { "in content \($0)" } ?? "no", content.id.text)
    }
    return Outcome(
      lines: contents.isEmpty ? ["No content yet."] : table.lines,
      facts: [("contents", .array(contents.map(\.json)))])
  }
}

extension ContentRecord {
  var json: JSONValue {
    [
      "id": .string(id.text), "manifest": .string(manifest.hex), "name": .string(name),
      "version": .string(version), "counter": .integer(counter), "line": .string(line.text),
      "files": .integer(fileCount), "bytes": .integer(totalLength),
      "added_at": .string(addedAt.description),
      "released_version": releasedVersion.map { .integer($0) } ?? .null,
      "delisted_version": delistedVersion.map { .integer($0) } ?? .null,
      "floor": .integer(floor),
    ]
  }
}
