// SPDX-License-Identifier: Apache-2.0
package import Bundles
import Glibc
import Intents
import Trust

/// Where a command speaks: results on standard output, everything else on standard error.
package struct Console: Sendable {
  /// Whether results are one JSON object.
  package let isJSON: Bool
  /// Whether standard error is for people, not for programs.
  private let isTelling: Bool
  private let display: ProgressDisplay?

  package init(json: Bool, progress: ProgressForm = .silent) {
    isJSON = json
    isTelling = !json && progress != .json
    display = progress.style(isJSON: json, isTerminal: ProgressDisplay.isTerminal)
      .map { ProgressDisplay($0) }
  }

  /// Tells people what happens, on standard error; silent with `--json`, and with `--progress json` too.
  package func note(_ line: String) {
    if isTelling { tell(Escaping.visible(line) + "\n") }
  }

  /// Shows how far long work is, in the form that `--progress` names.
  package var progress: PhaseProgress {
    let display = display
    return { phase, done, total in display?.step(phase, done, total) }
  }

  /// Prints the outcome: JSON or lines on standard output, a refusal for people on standard error.
  ///
  /// - Returns: whether standard output took it; what it did not take is told on standard error.
  package func finish(_ outcome: Outcome) -> Bool {
    // What was interrupted leaves its bar.
    display?.aside("")
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

  private func tell(_ text: String) {
    if let display { display.aside(text) } else { Console.write(text, to: STDERR_FILENO) }
  }

  @discardableResult
  static func write(_ text: String, to descriptor: Int32) -> Bool {
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
