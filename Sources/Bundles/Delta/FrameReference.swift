// SPDX-License-Identifier: Apache-2.0
package import Intents

/// The bytes of a held file that a frame was made against (FORMAT.md, 7). A reference is a whole file that the site
/// holds by receipt, never a frame: there are no chains.
package struct FrameReference: Hashable, Sendable {
  /// SHA-256 of the whole file.
  package let file: Digest
  /// Where the range begins in the file, bytes.
  package let from: Int64
  /// Bytes, 1 to `BundleLimits.referenceLength`.
  package let length: Int64
  /// Bytes of the whole file.
  package let of: Int64

  package init(file: Digest, from: Int64, length: Int64, of: Int64) {
    self.file = file
    self.from = from
    self.length = length
    self.of = of
  }
}
