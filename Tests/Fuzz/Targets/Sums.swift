// SPDX-License-Identifier: Apache-2.0
import Bundles

extension FuzzTarget {
  /// `SHA256SUMS` (FORMAT.md, 13).
  static let sums = FuzzTarget("sums", seeds: { [Samples.sums.bytes] }) { bytes in
    try promise("the same text", try SumsFile(parsing: bytes).bytes == bytes)
  }
}
