// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

extension Samples {
  /// What the frames of the target `delta` build on.
  static let referenceBytes: [UInt8] = (0..<100).flatMap { Digest.sha256([$0]).bytes }

  static let reference = FrameReference(
    file: .sha256(referenceBytes), from: 0, length: Int64(referenceBytes.count),
    of: Int64(referenceBytes.count))

  /// A frame of each encoding, behind the byte that says which.
  static func deltas() throws -> [[UInt8]] {
    let held = try ReferenceBytes(count: referenceBytes.count) {
      $0.copyBytes(from: referenceBytes)
    }
    var changed = referenceBytes
    for index in stride(from: 7, to: changed.count, by: 50) { changed[index] &+= 1 }
    changed.insert(contentsOf: Array("some new words".utf8), at: 900)
    let encoder = try DeltaEncoder(effort: .normal)
    var samples: [[UInt8]] = []
    for table in [AnchorTable(held, effort: .normal), nil] {
      _ = try changed.withBytes { (plain) throws(Refusal) in
        try encoder.encode(plain, against: held, reference, table: table) { (encoding, stored) in
          samples.append([encoding.name == "zstd-add" ? 1 : 0] + Array(stored))
        }
      }
    }
    return samples
  }

  /// What the frame's own headers claim, so that most inputs come past the first check of lengths.
  static func plainLength(
    ofDelta stored: UnsafeRawBufferPointer, _ encoding: FrameEncoding
  ) throws(Refusal) -> Int64 {
    if case .reference = encoding {
      return try ZstdFrame(stored, named: "frame").contentSize ?? 1
    }
    let lengths = try AdditiveStreams(stored, named: "frame").contentSizes
    let (sum, overflows) = lengths.differences.addingReportingOverflow(lengths.literals)
    return overflows ? .max : sum
  }
}
