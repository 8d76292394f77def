// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct Ingest: LongCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest", abstract: "Book the returns that lie on a medium.",
    discussion: """
      Every return is verified before anything of it is believed, and booked once, in any order. A return
      that contradicts an earlier one, or whose log does, is kept aside and moves nothing. What it claims and
      this centre cannot know is booked with a note.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var passphrase: PassphraseOptions
  @Argument(help: "The medium's folder.") var medium: String

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let ingester = Ingester(
      into: profile, keys: passphrase.ring(of: profile), at: SystemClock.now(),
      progress: console.progress)
    Interruption.listen()
    let returns = try ingester.ingest(FilePath(medium))
    var lines: [String] = []
    for item in returns { lines += item.lines }
    let refusals = returns.compactMap(\.refusal)
    let gravest = ExitCode.gravest(refusals.map(\.exit))
    // Some done and some waiting is 3; a fork or damage is told as what it is, whatever lies beside it.
    let isSomeDone = returns.contains { [.booked, .filled].contains($0.standing) }
    return Outcome(
      exit: isSomeDone && gravest.isRetryable ? .waiting : gravest,
      refusal: refusals.first { $0.exit == gravest },
      lines: lines, facts: [("returns", .array(returns.map(\.json)))])
  }
}

extension Ingester.Return {
  var lines: [String] {
    let why = refusal.map { ["  \($0.code) \($0)"] } ?? []
    guard let site, let seq else { return ["\(place): refused."] + why }
    let name = "Return \(seq) of \(site)"
    let rest = why + notes.map { "  note: \($0)" }
    switch standing {
    case .booked:
      return [
        "\(name), as of \(asOf?.description ?? "unknown"): booked. "
          + "\(intents) intents, \(devices) device records."
      ] + rest
    case .known: return ["\(name): already ingested \(since?.description ?? ""), identical."] + rest
    case .filled: return ["\(name): late, fills the history; the newest state stands."] + rest
    case .provisional, .held: return ["\(name): kept, moves nothing yet."] + rest
    case .quarantined: return ["\(name): quarantined; the site's state stays as it was."] + rest
    case .refused: return ["\(name): refused."] + rest
    }
  }

  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("place", .string(place)), ("standing", .string(standing.rawValue)),
      ("site", site.map { .string($0.text) } ?? .null), ("seq", seq.map { .integer($0) } ?? .null),
      ("as_of", asOf.map { .string($0.description) } ?? .null), ("intents", .integer(intents)),
      ("devices", .integer(devices)), ("notes", .array(notes.map { .string($0) })),
      ("times_doubtful", .bool(hasDoubtfulTimes)),
      ("exit", .integer(Int64((refusal?.exit ?? .done).rawValue))),
    ]
    if let refusal {
      members += [
        ("code", .string(refusal.code)), ("subject", .string(refusal.subject)),
        ("seen", .string(refusal.seen)), ("expected", .string(refusal.expected)),
      ]
    }
    return .object(JSONObject(members))
  }
}
