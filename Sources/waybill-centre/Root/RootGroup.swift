// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct RootGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "root", abstract: "The root of trust that every site pins.",
    subcommands: [RootShow.self])
}

struct RootShow: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the current root, or write it to a file.",
    discussion: "The fingerprint goes to the site on paper, never beside the file.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Option(help: ArgumentHelp("Write the root file there.", valueName: "file"))
  var to: String?

  func perform(_ console: Console) throws -> Outcome {
    let root = try Repository(of: try centre.open(console)).root()
    var lines = [
      "Root \(root.role.version), valid until \(root.role.header.expires)",
      "Fingerprint \(root.fingerprint)",
    ]
    if let to {
      try DurableFile.write(
        root.bytes, to: FilePath(to),
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      lines.append("Written to \(to)")
    }
    return Outcome(
      lines: lines,
      facts: [
        ("root_version", .integer(root.role.version)),
        ("root_fingerprint", .string(root.fingerprint.hex)),
        ("expires", .string(root.role.header.expires.description)),
        ("rehearsal", .bool(root.role.isRehearsal)), ("written", to.map { .string($0) } ?? .null),
      ])
  }
}
