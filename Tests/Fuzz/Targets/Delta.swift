// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

extension FuzzTarget {
  /// A frame against a reference (FORMAT.md, 7), decoded as `zstd-add` or, behind a first byte of 0, as `zstd-ref`.
  static let delta = FuzzTarget("delta", seeds: { try Samples.deltas() }) { bytes in
    let decoder = try FrameDecoder()
    let first = try digest(ofDelta: bytes, by: decoder)
    let second = try must("decode it again") { try digest(ofDelta: bytes, by: decoder) }
    try promise("the same bytes", first == second)
  }

  private static func digest(
    ofDelta bytes: [UInt8], by decoder: FrameDecoder
  ) throws(Refusal) -> Digest {
    let window = BundleLimits.referenceWindows.upperBound
    let encoding: FrameEncoding =
      bytes.first == 0
      ? .reference(window: window, Samples.reference) : .additive(window: window, Samples.reference)
    return try bytes.dropFirst().withBytes { (stored) throws(Refusal) in
      let plain = try Samples.plainLength(ofDelta: stored, encoding)
      return try Samples.referenceBytes.withBytes { (reference) throws(Refusal) in
        try decoder.decode(stored, encoding, plain: plain, reference: reference, named: "frame") {
          .sha256($0)
        }
      }
    }
  }
}
