// SPDX-License-Identifier: Apache-2.0
import Trust

/// What to print of how far long work is, and when: steps and times in, text out. It knows neither clock nor terminal.
package struct ProgressPrinter: Sendable {
  package enum Style: Sendable {
    /// One line that is rewritten, and gone when its phase ends.
    case bar
    /// A line now and then, none for a phase of some seconds.
    case plain
    /// An object a line: some a second, and the last of each phase.
    case json
  }

  private struct Phase {
    let name: String
    let total: Int64
    let begun: Duration
    var done: Int64
    var rate: ProgressRate
    /// Tenths of the work that the last plain line of the phase told of; nil when there was none yet.
    var tenths: Int?
  }

  /// Of the terminal.
  package var columns = ProgressLimits.columns
  package let style: Style
  private var phase: Phase?
  private var shownAt: Duration?
  /// Whether the bar stands on the terminal's last line.
  private var isDrawn = false

  package init(_ style: Style) { self.style = style }

  /// Takes one step.
  ///
  /// - Parameters:
  ///   - done: bytes.
  ///   - total: bytes; where there is nothing to do there is nothing to show.
  ///   - time: since any moment that stays the same.
  /// - Returns: what to print now, line feeds and all; nil for nothing.
  package mutating func step(
    _ name: String, done: Int64, of total: Int64, at time: Duration
  ) -> String? {
    guard total > 0 else { return nil }
    let done = min(max(done, 0), total)
    var phase = current(name, done, total, time)
    phase.done = done
    phase.rate.note(done, at: time)
    let isLast = done == total
    let rate = isLast ? phase.rate.overall(done, at: time) : phase.rate.recent(done, at: time)
    let reading = ProgressReading(name, done: done, of: total, rate: rate)
    let text = isDue(reading, in: phase, at: time) ? show(reading, at: time) : nil
    if text != nil { phase.tenths = ProgressPrinter.tenths(reading) }
    self.phase = isLast ? nil : phase
    return text
  }

  /// What to print before anything else goes to the terminal. The next step shows the bar again.
  package mutating func clear() -> String? {
    guard isDrawn else { return nil }
    isDrawn = false
    shownAt = nil
    return "\r\u{1B}[K"
  }

  /// The phase that goes on, or the one that begins.
  private func current(
    _ name: String, _ done: Int64, _ total: Int64, _ time: Duration
  ) -> Phase {
    if let phase, phase.name == name, phase.total == total, phase.done <= done { return phase }
    return Phase(
      name: name, total: total, begun: time, done: done, rate: ProgressRate(from: done, at: time))
  }

  private func isDue(_ reading: ProgressReading, in phase: Phase, at time: Duration) -> Bool {
    let isLast = reading.done == reading.total
    let pause = shownAt.map { time - $0 }
    switch style {
    case .bar: return isLast ? isDrawn : pause.map { $0 >= ProgressLimits.barPause } ?? true
    case .json: return isLast || pause.map { $0 >= ProgressLimits.objectPause } ?? true
    case .plain:
      if isLast { return phase.tenths != nil }
      let silence = min(time - phase.begun, pause ?? time - phase.begun)
      guard silence >= ProgressLimits.linePause else { return false }
      return ProgressPrinter.tenths(reading) > phase.tenths ?? 0
        || silence >= ProgressLimits.longestSilence
    }
  }

  private mutating func show(_ reading: ProgressReading, at time: Duration) -> String? {
    if style == .bar, reading.done == reading.total { return clear() }
    shownAt = time
    switch style {
    case .bar:
      isDrawn = true
      return "\r\(reading.bar(columns: columns))\u{1B}[K"
    case .plain: return reading.line + "\n"
    case .json: return String(decoding: reading.json.encoded, as: UTF8.self) + "\n"
    }
  }

  private static func tenths(_ reading: ProgressReading) -> Int { reading.percent / 10 }
}
