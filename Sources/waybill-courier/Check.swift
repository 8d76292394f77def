// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Intents
import SystemPackage
import Terminal
import Trust

struct Check: LongCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Say what lies on a medium and whether every byte is undamaged.",
    discussion: """
      Bundles are found by what is in their files, whatever these are called. With --key it also checks that the
      list of digests was signed by the centre's courier key. Exit codes: 0 undamaged, 10 damaged, 11 wrong or
      missing signature, 16 newer than this program, 20 incomplete or nothing there, 22 too much to look at.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var progress: ProgressOptions
  @Argument(help: "The medium's folder.") var medium: String
  @Option(
    help: ArgumentHelp(
      "The centre's courier key: its file, or the text beginning with RW.", valueName: "key"))
  var key: String?

  /// Strangers that people are told of by name.
  private static let strangersShown = 20

  func perform(_ console: Console) throws -> Outcome {
    let key = try key.map { text throws(Refusal) in try Check.key(text) }
    guard FileQuery.isFolder(FilePath(medium)) else {
      throw Refusal(
        CourierReason.nothingFound, medium, seen: "no folder", expected: "the medium's folder")
    }
    let checked = try CheckedMedium(FilePath(medium), key: key) { bundle, total in
      console.note("Checking \(bundle) …")
      return PhaseMeter("reading", of: total, console.progress)
    }
    let findings = checked.findings
    guard !findings.isEmpty else {
      throw Refusal(
        CourierReason.nothingFound, medium, seen: "\(checked.strangers.count) other files",
        expected: "the folder of a bundle")
    }
    let exit = ExitCode.gravest(findings.map { $0.refusal?.exit ?? .done })
    return Outcome(
      exit: exit, refusal: findings.compactMap(\.refusal).first { $0.exit == exit },
      lines: findings.flatMap(\.lines) + lines(of: checked.strangers),
      facts: [
        ("bundles", .array(findings.map(\.json))),
        ("strangers", .array(checked.strangers.map { .string($0) })),
      ])
  }

  private func lines(of strangers: [String]) -> [String] {
    var lines = strangers.prefix(Check.strangersShown).map { "belongs to no bundle: \($0)" }
    if strangers.count > lines.count {
      lines.append("and \(strangers.count - lines.count) more that belong to no bundle")
    }
    return lines
  }

  private static func key(_ text: String) throws(Refusal) -> MinisignPublicKey {
    do throws(Refusal) {
      if text.hasPrefix("RW") { return try MinisignPublicKey(text) }
      return try MinisignPublicKey(file: try FileQuery.contents(of: FilePath(text), cap: 4096))
    } catch {
      throw Refusal(
        CourierReason.keyUnusable, "--key \(text)", seen: error.seen, expected: error.expected)
    }
  }
}
