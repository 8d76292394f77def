// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct KitCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "kit", abstract: "Write what a new site needs: root, agent, and a page to print.",
    discussion: """
      The folder `medium` goes on a medium, the folder `paper` is printed and travels another way: whoever can
      change both can put in a root of their own.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Argument(help: "The id that the site will have.") var site: String
  @Option(help: ArgumentHelp("An empty folder.", valueName: "folder")) var to: String
  @Option(help: ArgumentHelp("The agent's program, taken along.", valueName: "file"))
  var agent: String?

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let kit = try SiteKit(for: try Given.site(site), in: profile)
    let digest = try kit.write(to: FilePath(to), agent: agent.map { FilePath($0) })
    return Outcome(
      lines: [
        "Kit for \(kit.site): root \(kit.rootVersion) in \(to)/medium",
        "Print \(to)/paper and send it another way.", "Fingerprint \(kit.rootFingerprint)",
      ] + (digest.map { ["Agent SHA-256 \($0)"] } ?? []),
      facts: [
        ("site", .string(kit.site.text)), ("folder", .string(to)),
        ("root_version", .integer(kit.rootVersion)),
        ("root_fingerprint", .string(kit.rootFingerprint.hex)),
        ("agent_sha256", digest.map { .string($0.hex) } ?? .null),
        ("rehearsal", .bool(kit.isRehearsal)),
      ])
  }
}
