// SPDX-License-Identifier: Apache-2.0
package import Bundles

/// Which bytes of which held file a part of a new one is made against.
package struct ReferenceWindow: Hashable, Sendable {
  package let file: HeldFile
  package let from: Int64
  package let length: Int64

  /// All of a file that is short enough. Of a longer one the range that most samples of the part are from; or, where
  /// the same place in the file has as many or there are too few to tell, what lies around that.
  ///
  /// - Parameters:
  ///   - part: where the part lies in a file of `total` bytes.
  ///   - votes: where in `file` bytes of the part are.
  package init(
    of file: HeldFile, for part: Range<Int64>, of total: Int64, votes: PlaceVotes,
    _ bounds: DeltaBounds
  ) {
    self.file = file
    guard file.length > bounds.window else {
      (from, length) = (0, file.length)
      return
    }
    let same = ReferenceWindow.samePlace(of: part, in: file, total, bounds)
    let width = min(Int64(part.count) + 2 * bounds.margin, bounds.window)
    guard let best = votes.window(of: width, in: file.length),
      best.count >= CentreLimits.placeVotes, best.count > votes.count(in: same)
    else {
      (from, length) = (same.lowerBound, Int64(same.count))
      return
    }
    (from, length) = (best.from, width)
  }

  /// What lies around the same place, reckoned from the start or, where that would end behind it, from the end.
  private static func samePlace(
    of part: Range<Int64>, in file: HeldFile, _ total: Int64, _ bounds: DeltaBounds
  ) -> Range<Int64> {
    // A file that grew mostly grew somewhere before its end: both ways of reckoning lie inside.
    let shift = file.length - total
    let low = min(part.lowerBound, part.lowerBound + shift) - bounds.margin
    let high = max(part.upperBound, part.upperBound + shift) + bounds.margin
    let width = min(high - low, bounds.window)
    let from = max(0, min(low, file.length - width))
    return from..<from + min(width, file.length - from)
  }
}
