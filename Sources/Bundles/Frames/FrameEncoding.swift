// SPDX-License-Identifier: Apache-2.0

/// How the bytes of a frame are stored (FORMAT.md, 7).
package enum FrameEncoding: Hashable, Sendable {
  /// The bytes themselves.
  case raw
  /// One Zstandard frame; a decoder must allow a window of 2^`window` bytes.
  case zstd(window: Int)
}
