// SPDX-License-Identifier: Apache-2.0

/// A few hashes of what a file holds. Files share about as many of them as they share of all their bytes, wherever those
/// lie (min-wise sampling: of each sixteenth of all hashes the smallest).
package struct ContentFeatures: Hashable, Sendable {
  /// At most `DeltaLimits.features`; none where nothing in the file is worth telling.
  package let values: [UInt64]

  fileprivate init(values: [UInt64]) { self.values = values }

  /// 8 bytes each, the lowest first.
  package var bytes: [UInt8] {
    values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value &>> ($0 * 8)) } }
  }

  /// nil for anything but what `bytes` can be.
  package init?(bytes: [UInt8]) {
    guard bytes.count.isMultiple(of: 8), bytes.count <= 8 * DeltaLimits.features else { return nil }
    values = stride(from: 0, to: bytes.count, by: 8).map { start in
      bytes[start..<start + 8].reversed().reduce(0) { $0 &<< 8 | UInt64($1) }
    }
  }
}

/// Finds the features of a file from one pass over its bytes, at some 3 GB/s.
package struct FeatureSampler: Sendable {
  private var least = [UInt64](repeating: .max, count: DeltaLimits.features)

  package init() {}

  /// Takes the next bytes, many at a time: what lies across two calls is not seen.
  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    ContentSampling.each(in: bytes) { _, feature in
      let slot = Int(truncatingIfNeeded: feature % UInt64(DeltaLimits.features))
      if feature < least[slot] { least[slot] = feature }
    }
  }

  package mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

  package var features: ContentFeatures {
    ContentFeatures(values: least.filter { $0 != .max })
  }
}
