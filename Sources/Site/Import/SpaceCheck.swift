// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
package import Intents
import SystemPackage

/// Asks before the first byte whether there is room for all of it, at every place involved (F06).
package struct SpaceCheck {
  private let site: OpenedSite

  package init(site: OpenedSite) { self.site = site }

  /// - Parameters:
  ///   - store: bytes that come into the store.
  ///   - point: bytes that each content adds to the point.
  /// - Throws: `SiteReason.noSpaceForContent`, naming the place.
  package func check(store: Int64, point: [Int64]) throws(Refusal) {
    let atPoint = point.reduce(Int64(0)) { sum, next in
      let (total, overflows) = sum.addingReportingOverflow(next)
      return overflows ? Int64.max : total
    }
    let library = site.profile.library
    let isShared = try DiskSpace.isShared(site.folder.store, library)
    if isShared {
      let (both, overflows) = store.addingReportingOverflow(atPoint)
      try require(overflows ? .max : both, at: site.folder.store, for: "store and point")
    } else {
      try require(store, at: site.folder.store, for: "store")
      if case .success = site.point { try require(atPoint, at: library, for: "distribution point") }
    }
  }

  private func require(_ bytes: Int64, at place: FilePath, for what: String) throws(Refusal) {
    guard bytes > 0 else { return }
    let free = try DiskSpace.free(at: place)
    let (needed, overflows) = bytes.addingReportingOverflow(SiteLimits.spaceReserve)
    guard !overflows, needed <= free else {
      throw Refusal(
        SiteReason.noSpaceForContent, "\(what) at \(place.text)", seen: "\(free) bytes free",
        expected: "\(overflows ? Int64.max : needed) bytes")
    }
  }
}
