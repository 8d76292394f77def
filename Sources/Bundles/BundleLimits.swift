// SPDX-License-Identifier: Apache-2.0

/// Every limit of this module, with its unit and reason.
package enum BundleLimits {
  /// Bytes of a line of a listing, its LF included (FORMAT.md, 2): what a reader must hold at once.
  package static let listingLine = 1 << 20
}
