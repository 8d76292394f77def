// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Intents
import Site
import Terminal
import Trust

struct TimeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "time", abstract: "See which time this site goes by; confirm a date.",
    subcommands: [TimeStatusCommand.self, TimeConfirmCommand.self])
}

struct TimeStatusCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show which time is used, and why.",
    discussion: """
      Nothing is believed that lies before the newest verified signature (the floor), nor a clock more than 400 \
      days after it. The clock of this host is never set.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions

  func perform(_ console: Console) throws -> Outcome {
    let site = try state.open(console)
    let time = try SiteTime(of: site, clock: .now)
    var lines =
      Rehearsal.lines(site.profile) + [
        "time used: \(time.reading)", "  because \(time.words)", "floor:     \(time.floor)",
        "a clock is believed until \(time.ceiling)",
      ]
    if let claim = time.claim {
      let names = claim.people.map(\.name.text).joined(separator: ", ")
      lines.append("date \(claim.date) confirmed by \(names)\(claim.isGranted ? "" : "; too few")")
    }
    return Outcome(
      lines: lines,
      facts: [
        Rehearsal.fact(site.profile), ("now", .string(time.reading.now.description)),
        ("source", .string(time.reading.source.rawValue)),
        ("clock", .string(time.reading.clock.description)),
        ("floor", .string(time.floor.description)), ("ceiling", .string(time.ceiling.description)),
        ("confirmed", time.confirmed.map { .string($0.description) } ?? .null),
      ])
  }
}

struct TimeConfirmCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "confirm", abstract: "Confirm with your own key that a date is today's.",
    discussion: """
      For a host whose clock cannot be believed, or a bundle issued very long after the last one. As many different people \
      as policy says run it with the same date, each with a key of their own. It counts for the next bundle, and for a day of this clock.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var signing: SigningOptions
  @Argument(help: "Today, as YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ.")
  var date: String

  func validate() throws {
    guard signing.key != nil else { throw ValidationError("give --key") }
  }

  func perform(_ console: Console) throws -> Outcome {
    guard let date = Instant(date) ?? Instant(date + "T00:00:00Z") else {
      throw Refusal(
        SiteReason.wrongOption, "date", seen: date, expected: "YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ")
    }
    let (site, lock) = try state.openLocked(console)
    defer { withExtendedLifetime(lock) {} }
    let desk = ApprovalDesk(site, clock: .now)
    let question = try desk.date(date)
    let (_, standing) = try signing.sign(question, desk, site, days: 1, console)
    try site.claim(date)
    return ApproveCommand.outcome([standing], site)
  }
}
