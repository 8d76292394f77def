// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

extension FuzzTarget {
  /// One Zstandard frame (FORMAT.md, 7), decoded to the length that it claims, twice.
  static let frame = FuzzTarget("frame", seeds: { try Samples.frames() }) { bytes in
    let decoder = try FrameDecoder()
    let first = try digest(of: bytes, by: decoder)
    let second = try must("decode it again") { try digest(of: bytes, by: decoder) }
    try promise("the same bytes", first == second)
  }

  private static func digest(of bytes: [UInt8], by decoder: FrameDecoder) throws(Refusal) -> Digest
  {
    try bytes.withBytes { (stored) throws(Refusal) in
      let plain = try ZstdFrame(stored, named: "frame").contentSize ?? 1
      let encoding = FrameEncoding.zstd(window: BundleLimits.zstdWindows.upperBound)
      return try decoder.decode(stored, encoding, plain: plain, named: "frame") { .sha256($0) }
    }
  }
}
