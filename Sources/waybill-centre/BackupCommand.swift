// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct BackupCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Write all that this centre cannot make again into one file.",
    discussion: """
      Ledger, key files as they lie (encrypted where they are), and the last numbers drawn. Without --with-depot the
      content is left out; it can be added again from its source folders.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Option(help: ArgumentHelp("Write the backup there; it must be new.", valueName: "file"))
  var to: String
  @Flag(help: "Take the content along.") var withDepot = false

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let result = try Backup.write(
      profile, to: FilePath(to), withDepot: withDepot, at: SystemClock.now())
    return Outcome(
      lines: [
        "Backed up \(result.fileCount) files, \(ByteCount.text(result.length)): \(to)",
        "SHA-256 \(result.digest)", "Keep it as safe as the keys in it.",
      ],
      facts: [
        ("file", .string(to)), ("files", .integer(Int64(result.fileCount))),
        ("bytes", .integer(result.length)), ("sha256", .string(result.digest.hex)),
        ("depot", .bool(withDepot)),
      ])
  }
}

struct RestoreCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Bring a centre back from a backup, and say so to its numbers.",
    discussion: """
      The state folder must be free. Every line goes on 1000 above all that is known of it, so that no number is used
      twice whatever was sent since the backup. With --declare and without a file it does the same to a state folder
      that was copied or restored by other means. The other copy must never be used again.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Argument(help: "The backup.") var file: String?
  @Flag(help: "Declare that this state folder was copied or restored by other means.")
  var declare = false

  func validate() throws {
    guard (file == nil) == declare else {
      throw ValidationError("restore takes a backup file, or --declare")
    }
  }

  func perform(_ console: Console) throws -> Outcome {
    let now = SystemClock.now()
    let restored =
      if let file { try Restore.restore(FilePath(file), to: centre.folder, at: now) } else {
        try Restore.declare(try centre.open(console), at: now)
      }
    return Outcome(
      lines: [
        file == nil ? "Declared restored." : "Restored into \(centre.folder.string)."
      ] + restored.map { "\($0.site): the next bundle is above \($0.now), before \($0.before)" } + [
        "Roles published since the backup are missing here: run trust adopt with the papers of the newest bundle."
      ],
      facts: [
        ("state", .string(centre.folder.string)),
        (
          "sites",
          .array(
            restored.map { line -> JSONValue in
              [
                "site": .string(line.site.text), "before": .integer(line.before),
                "n": .integer(line.now),
              ]
            })
        ),
      ])
  }
}
