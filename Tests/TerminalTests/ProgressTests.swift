// SPDX-License-Identifier: Apache-2.0
import Terminal
import Testing

/// A step of made-up work at a made-up time, and what is printed then.
struct ProgressStep: Sendable {
  let milliseconds: Int
  let phase: String
  let done: Int64
  let total: Int64
  let printed: String?

  /// - Parameter done: bytes done and bytes in all.
  init(_ milliseconds: Int, _ phase: String, _ done: (Int64, Int64), _ printed: String?) {
    self.milliseconds = milliseconds
    self.phase = phase
    self.done = done.0
    total = done.1
    self.printed = printed
  }
}

extension ProgressPrinter {
  mutating func take(_ step: ProgressStep) -> String? {
    self.step(
      step.phase, done: step.done, of: step.total, at: .milliseconds(step.milliseconds))
  }
}

/// Takes all steps and compares what each of them prints.
private func expect(_ style: ProgressPrinter.Style, _ steps: [ProgressStep]) {
  var printer = ProgressPrinter(style)
  for step in steps {
    #expect(printer.take(step) == step.printed, "at \(step.milliseconds) ms")
  }
}

/// An object for a program, as it is printed.
func progressObject(
  _ phase: String, _ done: Int64, _ total: Int64, rate: Int64 = 0, eta: String = "null"
) -> String {
  #"{"done":\#(done),"eta_seconds":\#(eta),"phase":"\#(phase)","rate":\#(rate),"total":\#(total)}"#
    + "\n"
}

@Suite struct ProgressTests {
  @Test("the bar is drawn at once, ten times a second at most, and gone at the end")
  func bar() {
    let start = "\rpacking [------------------------------] 0 %  0 B of 100 B  ETA -:--\u{1B}[K"
    let third = "\rpacking [#########---------------------] 30 %  30 B of 100 B  ETA -:--\u{1B}[K"
    expect(
      .bar,
      [
        ProgressStep(0, "packing", (0, 100), start), ProgressStep(99, "packing", (20, 100), nil),
        ProgressStep(100, "packing", (30, 100), third),
        ProgressStep(150, "packing", (50, 100), nil),
        ProgressStep(160, "packing", (100, 100), "\r\u{1B}[K"),
        ProgressStep(170, "copying", (5, 5), nil),
      ])
  }

  @Test("what else is told takes the bar's place, and the next step draws it again")
  func clear() {
    var printer = ProgressPrinter(.bar)
    #expect(printer.clear() == nil)
    #expect(printer.step("packing", done: 0, of: 100, at: .zero) != nil)
    #expect(printer.clear() == "\r\u{1B}[K")
    #expect(printer.clear() == nil)
    #expect(printer.step("packing", done: 1, of: 100, at: .milliseconds(1)) != nil)
  }

  @Test("work of less than five seconds leaves no line in a log")
  func quickWork() {
    expect(
      .plain,
      (0..<50).flatMap { round in
        let phase = "phase \(round)"
        return [
          ProgressStep(round * 4_900, phase, (0, 100), nil),
          ProgressStep(round * 4_900 + 2_000, phase, (60, 100), nil),
          ProgressStep(round * 4_900 + 4_899, phase, (100, 100), nil),
        ]
      })
  }

  @Test(
    "a log gets a line for each tenth, five seconds apart, one a minute of slow work, and the end")
  func lines() {
    let (second, minute) = (1_000, 60_000)
    expect(
      .plain,
      [
        ProgressStep(0, "packing", (0, 1_000_000), nil),
        ProgressStep(4 * second, "packing", (90_000, 1_000_000), nil),
        ProgressStep(
          5 * second, "packing", (100_000, 1_000_000),
          "packing: 100 kB of 1.0 MB (10 %), 20.0 kB/s, 0:45 left\n"),
        ProgressStep(9 * second, "packing", (300_000, 1_000_000), nil),
        ProgressStep(
          10 * second, "packing", (320_000, 1_000_000),
          "packing: 320 kB of 1.0 MB (32 %), 32.0 kB/s, 0:22 left\n"),
        ProgressStep(20 * second, "packing", (399_999, 1_000_000), nil),
        ProgressStep(10 * second + minute - 1, "packing", (399_999, 1_000_000), nil),
        ProgressStep(
          10 * second + minute, "packing", (399_999, 1_000_000),
          "packing: 400 kB of 1.0 MB (39 %), 5.7 kB/s, 1:46 left\n"),
        ProgressStep(
          80 * second, "packing", (1_000_000, 1_000_000),
          "packing: 1.0 MB of 1.0 MB (100 %), 12.5 kB/s\n"),
      ])
  }

  @Test("a log of ten hours stays short")
  func longWork() {
    var printer = ProgressPrinter(.plain)
    let shown = (0...36_000).compactMap {
      printer.step("packing", done: $0 * 1000, of: 36_000_000, at: .seconds($0))
    }
    #expect(shown.count == 600)
    #expect(shown.last?.hasPrefix("packing: 36.0 MB of 36.0 MB (100 %)") == true)
  }

  @Test("a program gets four objects a second at most, and the last one of each phase")
  func objects() {
    expect(
      .json,
      [
        ProgressStep(0, "compressing", (0, 1000), progressObject("compressing", 0, 1000)),
        ProgressStep(249, "compressing", (100, 1000), nil),
        ProgressStep(250, "compressing", (200, 1000), progressObject("compressing", 200, 1000)),
        ProgressStep(
          500, "compressing", (400, 1000),
          progressObject("compressing", 400, 1000, rate: 800, eta: "1")),
        ProgressStep(
          510, "compressing", (1000, 1000),
          progressObject("compressing", 1000, 1000, rate: 1960, eta: "0")),
        ProgressStep(520, "packing", (0, 10), nil),
        ProgressStep(
          530, "packing", (10, 10), progressObject("packing", 10, 10, rate: 1000, eta: "0")),
      ])
  }

  @Test(
    "a step that cannot be never traps: it counts as the nearest one that can",
    arguments: [
      ((5, 0), nil), ((5, -1), nil), ((-5, 10), progressObject("packing", 0, 10)),
      ((15, 10), progressObject("packing", 10, 10, eta: "0")),
      ((Int64.max, Int64.max), progressObject("packing", .max, .max, eta: "0")),
    ] as [((Int64, Int64), String?)])
  func oddSteps(step: (Int64, Int64), printed: String?) {
    expect(.json, [ProgressStep(0, "packing", step, printed)])
  }

  @Test("a phase that begins again after it was refused has a rate of its own")
  func secondTry() {
    expect(
      .json,
      [
        ProgressStep(0, "packing", (0, 1000), progressObject("packing", 0, 1000)),
        ProgressStep(
          1000, "packing", (500, 1000), progressObject("packing", 500, 1000, rate: 500, eta: "1")),
        ProgressStep(2000, "packing", (0, 1000), progressObject("packing", 0, 1000)),
        ProgressStep(
          3000, "packing", (100, 1000), progressObject("packing", 100, 1000, rate: 100, eta: "9")),
      ])
  }
}
