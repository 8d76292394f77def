// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What one path took in all: CPU seconds of this thread, bytes in and out.
struct Stopwatch {
  private(set) var seconds = 0.0
  private(set) var times = 0
  private(set) var bytes = 0
  private(set) var written = 0

  mutating func measure<Value>(_ bytes: Int, _ body: () throws -> Value) rethrows -> Value {
    let started = Stopwatch.now
    let value = try body()
    seconds += Stopwatch.now - started
    times += 1
    self.bytes += bytes
    return value
  }

  mutating func join(_ other: Stopwatch, wrote bytes: Int) {
    seconds += other.seconds
    times += other.times
    self.bytes += other.bytes
    written += bytes
  }

  /// A row: path, times, MB, MB a second, ratio of bytes.
  func row(_ path: String) -> String {
    let megabytes = Double(bytes) / 1e6
    let ratio = written > 0 ? fixed(Double(written) / Double(max(bytes, 1)), 3) : ""
    return "\(path) | \(times) | \(fixed(megabytes, 1)) | "
      + "\(fixed(megabytes / max(seconds, 1e-9), 0)) | \(ratio) |"
  }

  private func fixed(_ value: Double, _ places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = Int((value * scale).rounded())
    guard places > 0 else { return "\(scaled)" }
    let fraction = String(scaled % Int(scale))
    return "\(scaled / Int(scale))." + String(repeating: "0", count: places - fraction.count)
      + fraction
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
