// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intents
import Terminal
import Trust

struct PlanCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what the next bundle for a site would carry.",
    discussion:
      "Changes nothing. What the site has receipted is left out; --full leaves nothing out.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Argument(help: "The site's id.") var site: String
  @Flag(help: "Count every file, whatever the site holds.") var full = false

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let site = try profile.ledger.site(try Given.site(site))
    let plan = try ExportPlan(for: site, isFull: full, in: profile)
    var table = Table("CONTENT", "VERSION", "FILES TO SEND", "SIZE", "HELD AT THE SITE")
    for share in plan.shares {
      table.add(
        share.content.name, share.content.version, String(share.fileCount),
        ByteCount.text(share.plain), String(share.heldCount))
    }
    let counted = plan.isFull ? "every file" : "what it lacks since report \(plan.acknowledged.seq)"
    return Outcome(
      lines: [
        "Next bundle for \(site.id): \(plan.intents.count) intents; \(counted):"
      ] + table.lines + [
        "Together \(plan.fileCount) files, \(ByteCount.text(plan.plain)) before compression."
      ]
        + (plan.asked.isEmpty
          ? []
          : [
            "For officers to approve: "
              + plan.asked.map { "\($0.intent) (\($0.why))" }.joined(separator: ", "),
            "Export plan digest \(plan.digest)",
          ]),
      facts: [
        ("site", .string(site.id.text)), ("full", .bool(plan.isFull)),
        ("intents", .array(plan.intents.map { .string($0.id.text) })),
        ("base_seq", .integer(plan.acknowledged.seq)), ("files", .integer(plan.fileCount)),
        ("bytes", .integer(plan.plain)), ("plan_digest", .string(plan.digest.hex)),
        ("critical", .array(plan.critical.map { .string($0.text) })),
        ("asked", .array(plan.asked.map { .string($0.intent.text) })),
        (
          "contents",
          .array(
            plan.shares.map { share -> JSONValue in
              [
                "content": .string(share.content.id.text), "name": .string(share.content.name),
                "version": .string(share.content.version), "files": .integer(share.fileCount),
                "bytes": .integer(share.plain), "held": .integer(share.heldCount),
              ]
            })
        ),
      ])
  }
}
