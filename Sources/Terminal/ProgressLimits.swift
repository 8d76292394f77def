// SPDX-License-Identifier: Apache-2.0

/// How often and how exactly is shown how far long work is.
enum ProgressLimits {
  /// Between two drawings of the bar: smooth to the eye, and little for a slow line.
  static let barPause = Duration.milliseconds(100)
  /// Between two objects for a program, the last one of a phase aside.
  static let objectPause = Duration.milliseconds(250)
  /// Between two plain lines, and before the first one of a phase: work that ends sooner leaves logs as they are.
  static let linePause = Duration.seconds(5)
  /// Between two plain lines of work that needs longer for a tenth of it, so that a log shows that it goes on.
  static let longestSilence = Duration.seconds(60)
  /// The work of which a rate is told must have lasted so long: caches make the first moments fast.
  static let shortestMeasure = Duration.milliseconds(500)
  /// Between two moments that are remembered for the rate.
  static let samplePause = Duration.seconds(1)
  /// Moments that are remembered: the rate is that of the last quarter of a minute.
  static let samples = 16
  /// Seconds. A longer time left is a guess of no use: the work stands still, or has just begun.
  static let longestGuess = 99.0 * 3600
  /// Columns between the brackets of the bar.
  static let barColumns = 8...30
  /// Columns where no terminal says how wide it is.
  static let columns = 80
}
