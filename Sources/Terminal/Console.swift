// SPDX-License-Identifier: Apache-2.0
import Glibc
import Intents
import Trust

/// Where a command speaks: results on standard output, everything else on standard error.
package struct Console: Sendable {
  /// Whether results are one JSON object and progress stays silent.
  package let isJSON: Bool
  private let isTerminal: Bool

  package init(json: Bool) {
    isJSON = json
    isTerminal = isatty(STDERR_FILENO) == 1
  }

  /// Tells people what happens, on standard error; silent with `--json`.
  package func note(_ line: String) {
    if !isJSON { Console.write(Escaping.visible(line) + "\n", to: STDERR_FILENO) }
  }

  /// Shows how far long work is: one line that is rewritten on a terminal, a line a phase elsewhere.
  package func progress(_ phase: String, done: Int64, of total: Int64) {
    guard !isJSON, isTerminal else { return }
    let percent = total > 0 ? Int(Double(done) / Double(total) * 100) : 100
    let text =
      "\r\u{1B}[K\(phase) \(ByteCount.text(done)) of \(ByteCount.text(total)) (\(percent) %)"
    Console.write(done >= total ? "\r\u{1B}[K" : text, to: STDERR_FILENO)
  }

  /// Prints the outcome: JSON or lines on standard output, a refusal for people on standard error.
  ///
  /// - Returns: whether standard output took it; what it did not take is told on standard error.
  package func finish(_ outcome: Outcome) -> Bool {
    var text = ""
    if isJSON {
      text = Escaping.json(String(decoding: outcome.json.encoded, as: UTF8.self)) + "\n"
    } else {
      for line in outcome.lines { text += Escaping.visible(line) + "\n" }
    }
    let isTold = Console.write(text, to: STDOUT_FILENO)
    if !isTold {
      Console.write(
        "standard output could not be written; the work itself ended with "
          + "\(outcome.exit.rawValue)\n", to: STDERR_FILENO)
    }
    for line in outcome.refusal?.lines ?? [] where !isJSON {
      Console.write(Escaping.visible(line) + "\n", to: STDERR_FILENO)
    }
    return isTold
  }

  @discardableResult
  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var text = text
    return text.withUTF8 { buffer in
      var rest = UnsafeRawBufferPointer(buffer)
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        // A reader that went away has what it wanted.
        guard count > 0 else { return errno == EPIPE }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
      return true
    }
  }
}

/// Byte counts for people, in powers of ten as disks and sticks are sold.
package enum ByteCount {
  package static func text(_ bytes: Int64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 1000, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    if unit == 0 { return "\(bytes) B" }
    let tenths = Int((value * 10).rounded())
    return tenths >= 1000
      ? "\(tenths / 10) \(units[unit])" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
