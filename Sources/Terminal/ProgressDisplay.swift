// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// Shows on standard error how far long work is; what may be printed is `ProgressPrinter`'s business.
final class ProgressDisplay: Sendable {
  private let begun = ContinuousClock.now
  private let printer: Mutex<ProgressPrinter>

  init(_ style: ProgressPrinter.Style) { printer = Mutex(ProgressPrinter(style)) }

  /// Whether standard error is a terminal that can rewrite a line.
  static var isTerminal: Bool {
    let kind = getenv("TERM").map { String(cString: $0) }
    return isatty(STDERR_FILENO) == 1 && kind != "dumb"
  }

  /// Takes one step, from any thread.
  func step(_ phase: String, _ done: Int64, _ total: Int64) {
    let time = ContinuousClock.now - begun
    printer.withLock { printer in
      if printer.style == .bar { printer.columns = ProgressDisplay.columns }
      if let text = printer.step(phase, done: done, of: total, at: time) {
        Console.write(text, to: STDERR_FILENO)
      }
    }
  }

  /// Takes the bar away, writes `text` in its place, and lets no other thread draw meanwhile.
  func aside(_ text: String) {
    printer.withLock { printer in
      let whole = (printer.clear() ?? "") + text
      if !whole.isEmpty { Console.write(whole, to: STDERR_FILENO) }
    }
  }

  /// How wide the terminal is now.
  private static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return ProgressLimits.columns
    }
    return Int(size.ws_col)
  }
}
