// SPDX-License-Identifier: Apache-2.0
import Bundles

/// How much the work on deltas takes at once. Tests make it small.
package struct DeltaBounds: Sendable {
  /// Plain bytes of a part of a file, each a frame.
  package var part = CentreLimits.framePlain
  /// Bytes of a reference up to which all of it is used; of a longer one each part gets a range of at most so many.
  package var window = BundleLimits.referenceLength
  /// Bytes before and behind the place in a longer one that a part is like.
  package var margin = CentreLimits.referenceMargin
  /// Stored bytes of deltas that stay in the depot.
  package var kept = CentreLimits.keptDeltas

  package init() {}
}
