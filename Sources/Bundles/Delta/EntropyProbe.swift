// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Whether bytes are compressed or encrypted already: then nothing in them lines up, and aligning is time for nothing.
package enum EntropyProbe {
  private static let samples = 16
  private static let sampleLength = 4096
  /// Bits a byte. Compressed data has 7.95 and more in 64 KiB, machine code 6 to 7.
  private static let threshold = 7.9

  /// Looks at up to 64 KiB from all over `bytes`.
  package static func looksCompressed(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= samples * sampleLength else { return entropy(bytes[...]) > threshold }
    let step = (bytes.count - sampleLength) / (samples - 1)
    var counts = [Int](repeating: 0, count: 256)
    for sample in 0..<samples {
      for byte in bytes[sample * step..<sample * step + sampleLength] { counts[Int(byte)] += 1 }
    }
    return entropy(counts, total: samples * sampleLength) > threshold
  }

  private static func entropy(_ bytes: Slice<UnsafeRawBufferPointer>) -> Double {
    var counts = [Int](repeating: 0, count: 256)
    for byte in bytes { counts[Int(byte)] += 1 }
    return entropy(counts, total: bytes.count)
  }

  private static func entropy(_ counts: [Int], total: Int) -> Double {
    counts.reduce(0) { sum, count in
      guard count > 0 else { return sum }
      let share = Double(count) / Double(total)
      return sum - share * log2(share)
    }
  }
}
