// SPDX-License-Identifier: Apache-2.0

/// How the bytes of a frame are stored (FORMAT.md, 7).
package enum FrameEncoding: Hashable, Sendable {
  /// The bytes themselves.
  case raw
  /// One Zstandard frame; a decoder must allow a window of 2^`window` bytes.
  case zstd(window: Int)
  /// The same, with the reference as what comes before its first byte.
  case reference(window: Int, FrameReference)
  /// An additive delta: Zstandard frames of control, differences and literals; the last one has the reference
  /// before it. `window` is the largest of theirs.
  case additive(window: Int, FrameReference)

  /// What it was made against.
  package var reference: FrameReference? {
    switch self {
    case .raw, .zstd: nil
    case .reference(_, let reference), .additive(_, let reference): reference
    }
  }

  /// The word for it in `index.json`.
  package var name: String {
    switch self {
    case .raw: "raw"
    case .zstd: "zstd"
    case .reference: "zstd-ref"
    case .additive: "zstd-add"
    }
  }

  /// log2 of the decoder's window; nil for `raw`.
  package var window: Int? {
    switch self {
    case .raw: nil
    case .zstd(let window), .reference(let window, _), .additive(let window, _): window
    }
  }
}
