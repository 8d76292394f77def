// SPDX-License-Identifier: Apache-2.0

/// How fast a phase is: over all of it, and of late.
struct ProgressRate: Sendable {
  private struct Sample: Sendable {
    let time: Duration
    let done: Int64
  }

  private let first: Sample
  private var samples: [Sample]

  /// - Parameter done: bytes that were done when the phase began.
  init(from done: Int64, at time: Duration) {
    first = Sample(time: time, done: done)
    samples = [first]
  }

  mutating func note(_ done: Int64, at time: Duration) {
    guard let last = samples.last, time - last.time >= ProgressLimits.samplePause else { return }
    samples.append(Sample(time: time, done: done))
    if samples.count > ProgressLimits.samples { samples.removeFirst() }
  }

  /// Bytes a second of late; nil as long as that is unknown.
  func recent(_ done: Int64, at time: Duration) -> Double? {
    guard let oldest = samples.first, time - oldest.time >= ProgressLimits.shortestMeasure else {
      return nil
    }
    return ProgressRate.between(oldest, done, time)
  }

  /// Bytes a second of the whole phase; nil when it took no time.
  func overall(_ done: Int64, at time: Duration) -> Double? {
    time > first.time ? ProgressRate.between(first, done, time) : nil
  }

  private static func between(_ start: Sample, _ done: Int64, _ time: Duration) -> Double {
    Double(done - start.done) / ((time - start.time) / .seconds(1))
  }
}
