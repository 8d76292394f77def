// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Intents
import SystemPackage
import Terminal
import Trust

struct Check: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Say what lies on a medium and whether every byte is undamaged.",
    discussion: """
      With --key it also checks that the list of digests was signed by the centre's courier key. Exit codes:
      0 undamaged, 10 damaged, 11 wrong or missing signature, 16 newer than this program, 20 incomplete or
      nothing there, 22 too much to look at.
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The medium's folder.") var medium: String
  @Option(
    help: ArgumentHelp(
      "The centre's courier key: its file, or the text beginning with RW.", valueName: "key"))
  var key: String?

  func perform(_ console: Console) throws -> Outcome {
    guard FileQuery.isFolder(FilePath(medium)) else {
      throw Refusal(
        CourierReason.nothingFound, medium, seen: "no folder", expected: "the medium's folder")
    }
    let key = try key.map { text throws(Refusal) in try Check.key(text) }
    let scan = try MediumScan(FilePath(medium))
    let bundles = try FoundBundle.all(in: scan)
    guard !bundles.isEmpty else {
      throw Refusal(
        CourierReason.nothingFound, medium, seen: "\(scan.files.count) other files",
        expected: "the folder of a bundle")
    }
    var findings: [Finding] = []
    for bundle in bundles {
      console.note("Checking \(bundle.folder.string) …")
      findings.append(Finding(bundle, key: key))
    }
    let exits = findings.map { $0.refusal?.exit ?? .done }
    return Outcome(
      exit: ExitCode.gravest(exits), refusal: findings.compactMap(\.refusal).first,
      lines: findings.flatMap(\.lines),
      facts: [("bundles", .array(findings.map(\.json)))])
  }

  private static func key(_ text: String) throws(Refusal) -> MinisignPublicKey {
    if text.hasPrefix("RW") { return try MinisignPublicKey(text) }
    return try MinisignPublicKey(file: try FileQuery.contents(of: FilePath(text), cap: 4096))
  }
}
