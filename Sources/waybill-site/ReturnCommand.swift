// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Intents
import Site
import SystemPackage
import Terminal
import Trust

struct ReturnCommand: LongCommand {
  static let configuration = CommandConfiguration(
    commandName: "return", abstract: "Write the signed report for the centre to a medium.",
    discussion: """
      The report carries the whole current state and every event since the last report that the centre is \
      known to have. It is signed and kept before the medium is touched: run again without news, the same \
      bytes are written. Remove the medium when the command says that it was read back.

      Where policy wants reports reviewed, nothing is written at first: people run `approve`, then this goes on.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var passphrase: SitePassphraseOptions

  @Option(help: ArgumentHelp("The folder of the medium.", valueName: "medium"))
  var to: String

  func perform(_ console: Console) throws -> Outcome {
    let (site, lock) = try state.openLocked(console, passphrase)
    defer { withExtendedLifetime(lock) {} }
    console.note("writing the report of \(site.profile.site) to \(to)")
    Interruption.listen()
    let written = try Reporter(site, clock: .now, voice: console.voice).run(to: FilePath(to))
    let again = written.isRepeat ? ", as written before" : ""
    return Outcome(
      lines: Rehearsal.lines(site.profile) + [
        "report \(written.seq)\(again): \(written.folder)",
        "  hash: \(written.digest)",
        "  \(ByteCount.text(written.length)) written and read back; safe to remove",
      ],
      facts: [
        Rehearsal.fact(site.profile), ("seq", .integer(written.seq)),
        ("sha256", .string(written.digest.hex)), ("folder", .string(written.folder.string)),
        ("repeated", .bool(written.isRepeat)), ("length", .integer(written.length)),
        ("changed", .string("the medium")),
      ])
  }
}
