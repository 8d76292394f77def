// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intents
import Terminal
import Trust

struct History: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show what was done here, from the hash-chained log.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Option(help: ArgumentHelp("How many of the newest lines.", valueName: "count")) var last = 50

  func validate() throws {
    guard (1...1_000_000).contains(last) else {
      throw ValidationError("--last takes a number from 1 to 1000000")
    }
  }

  func perform(_ console: Console) throws -> Outcome {
    let events = try centre.open(console).ledger.history(newest: last)
    return Outcome(
      lines: events.map { event in
        let facts = event.facts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return "\(event.at)  \(event.event)  \(facts.joined(separator: " "))"
      },
      facts: [
        (
          "events",
          .array(
            events.map { event -> JSONValue in
              [
                "seq": .integer(event.seq), "at": .string(event.at.description),
                "event": .string(event.event), "hash": .string(event.digest.hex),
                "facts": .object(
                  JSONObject(event.facts.map { ($0.key, JSONValue.string($0.value)) })),
              ]
            })
        )
      ])
  }
}
