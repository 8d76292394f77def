// SPDX-License-Identifier: Apache-2.0
import Terminal
import Testing

/// What is told of how far work is, and in which form.
@Suite struct ProgressTextTests {
  @Test(
    "a terminal gets a bar, another place lines, a program that reads the result nothing it did not ask for",
    arguments: [
      (.auto, false, true, .bar), (.auto, false, false, .plain), (.auto, true, true, nil),
      (.auto, true, false, nil), (.bar, false, false, .bar), (.plain, false, true, .plain),
      (.json, true, false, .json), (.json, false, true, .json), (.plain, true, false, .plain),
      (.silent, false, true, nil), (.silent, true, false, nil),
    ] as [(ProgressForm, Bool, Bool, ProgressPrinter.Style?)])
  func forms(form: ProgressForm, isJSON: Bool, isTerminal: Bool, style: ProgressPrinter.Style?) {
    #expect(form.style(isJSON: isJSON, isTerminal: isTerminal) == style)
  }

  @Test(
    "the bar tells phase, bytes, rate and time left as far as the terminal is wide enough",
    arguments: [
      (
        200,
        "packing [###############---------------] 50 %  1.0 GB of 2.0 GB  100 MB/s  ETA 0:10"
      ),
      (80, "packing [#############-------------] 50 %  1.0 GB of 2.0 GB  100 MB/s  ETA 0:10"),
      (60, "packing [#############-------------] 50 %  1.0 GB of 2.0 GB"),
      (30, "packing [#######-------] 50 %"), (20, "50 % packing"), (7, "50 % p"), (0, ""),
    ])
  func widths(columns: Int, text: String) {
    var printer = ProgressPrinter(.bar)
    printer.columns = columns
    _ = printer.step("packing", done: 0, of: 2_000_000_000, at: .seconds(5))
    let shown = printer.step("packing", done: 1_000_000_000, of: 2_000_000_000, at: .seconds(15))
    #expect(shown == "\r\(text)\u{1B}[K")
    #expect(text.count < max(columns, 1))
  }

  @Test(
    "rate and time left are those of the last quarter of a minute, and unknown when it stood still",
    arguments: [
      // Steady, then ten times as fast, then nothing at all; a second each.
      (seconds: 10, rate: 100, eta: "9990"), (30, 1000, "979"), (40, 1000, "969"),
      (60, 0, "null"),
    ])
  func rates(seconds: Int64, rate: Int64, eta: String) {
    var printer = ProgressPrinter(.json)
    var shown: String?
    var done: Int64 = 0
    for second in 0...seconds {
      if second > 0 { done += second <= 10 ? 100 : second <= 42 ? 1000 : 0 }
      shown = printer.step("packing", done: done, of: 1_000_000, at: .seconds(second))
    }
    #expect(shown == progressObject("packing", done, 1_000_000, rate: rate, eta: eta))
  }

  @Test("the time left is told in minutes, in hours, or not at all when it is only a guess")
  func timesLeft() {
    let hour: Int64 = 3600
    for (total, left) in [
      (61, "1:00 left"), (hour, "59:59 left"), (hour + 1, "1:00:00 left"),
      (99 * hour + 1, "99:00:00 left"), (99 * hour + 2, nil),
    ] as [(Int64, String?)] {
      var printer = ProgressPrinter(.plain)
      // A byte a second: what is left in bytes is left in seconds.
      _ = printer.step("packing", done: 0, of: total + 59, at: .zero)
      let line = printer.step("packing", done: 60, of: total + 59, at: .seconds(60)) ?? ""
      #expect(line.hasSuffix(left.map { ", \($0)\n" } ?? ", 1 B/s\n"), "\(total): \(line)")
    }
  }
}
