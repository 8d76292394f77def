// SPDX-License-Identifier: Apache-2.0
import Trust

/// How far a phase is at one moment, and how that is written.
struct ProgressReading: Hashable, Sendable {
  let phase: String
  /// Bytes, 0 to `total`.
  let done: Int64
  /// Bytes, more than none.
  let total: Int64
  /// Bytes a second; nil while unknown.
  let rate: Int64?
  /// nil while unknown.
  let secondsLeft: Int64?

  /// - Parameter rate: bytes a second; nil while unknown.
  init(_ phase: String, done: Int64, of total: Int64, rate: Double?) {
    self.phase = phase
    self.done = done
    self.total = total
    // A total that a medium claims may be anything up to the largest number.
    self.rate = rate.map { Int64(min($0, 1e15)) }
    let seconds = rate.flatMap { $0 >= 1 ? (Double(total - done) / $0).rounded(.up) : nil }
    secondsLeft =
      done == total
      ? 0 : seconds.flatMap { $0 <= ProgressLimits.longestGuess ? Int64($0) : nil }
  }

  /// 100 only at the end.
  var percent: Int { done == total ? 100 : min(Int(fraction * 100), 99) }

  private var fraction: Double { Double(done) / Double(total) }
  private var amount: String { "\(ByteCount.text(done)) of \(ByteCount.text(total))" }
  private var speed: String? { rate.map { "\(ByteCount.text($0))/s" } }

  /// One line with a bar. Where it is too narrow, first rate and time left go, then the amount, then the bar.
  ///
  /// - Parameter columns: of the terminal; the last one stays free, as some begin a new line after it.
  func bar(columns: Int) -> String {
    let left = "ETA \(secondsLeft.map(ProgressReading.clock) ?? "-:--")"
    let facts = [
      ["\(percent) %", amount, speed, left], ["\(percent) %", amount], ["\(percent) %"],
    ]
    for facts in facts {
      let text = facts.compactMap(\.self).joined(separator: "  ")
      let room = columns - phase.count - text.count - " [] ".count - 1
      guard room >= ProgressLimits.barColumns.lowerBound else { continue }
      let width = min(room, ProgressLimits.barColumns.upperBound)
      let filled = min(Int(fraction * Double(width)), width)
      let bar =
        String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
      return "\(phase) [\(bar)] \(text)"
    }
    return String("\(percent) % \(phase)".prefix(max(columns - 1, 0)))
  }

  /// One line for a log.
  var line: String {
    let left = done == total ? nil : secondsLeft.map { "\(ProgressReading.clock($0)) left" }
    return (["\(phase): \(amount) (\(percent) %)", speed, left] as [String?])
      .compactMap(\.self).joined(separator: ", ")
  }

  /// One object for a program.
  var json: JSONValue {
    [
      "phase": .string(phase), "done": .integer(done), "total": .integer(total),
      "rate": .integer(rate ?? 0), "eta_seconds": secondsLeft.map { .integer($0) } ?? .null,
    ]
  }

  /// `m:ss` or `h:mm:ss`.
  private static func clock(_ seconds: Int64) -> String {
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (minutes, rest) = seconds.quotientAndRemainder(dividingBy: 60)
    return minutes < 60
      ? "\(minutes):\(two(rest))" : "\(minutes / 60):\(two(minutes % 60)):\(two(rest))"
  }
}
