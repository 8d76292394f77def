// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Intents
import Site
import SystemPackage
import Terminal
import Trust

struct HistoryCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show what happened at this site.",
    discussion: """
      Prints the audit log, oldest line first. Each line holds the hash of the line before: a line that was \
      edited, moved or taken away is found while reading, and the command ends with 10.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions

  func perform(_ console: Console) throws -> Outcome {
    let site = try state.open(console)
    var table = Table("LINE", "AT", "EVENT", "FACTS")
    var events: [JSONValue] = []
    try site.history { event in
      let facts = event.facts.sorted { $0.key < $1.key }
      table.add(
        "\(event.seq)", event.at.description, event.event,
        facts.map { "\($0.key)=\($0.value)" }.joined(separator: " "))
      events.append([
        "seq": .integer(event.seq), "at": .string(event.at.description),
        "event": .string(event.event),
        "facts": .object(JSONObject(facts.map { ($0.key, .string($0.value)) })),
        "hash": .string(event.digest.hex),
      ])
    }
    return Outcome(
      lines: Rehearsal.lines(site.profile) + table.lines,
      facts: [Rehearsal.fact(site.profile), ("events", .array(events))])
  }
}
