// SPDX-License-Identifier: Apache-2.0
package import Bundles
import Intents

/// Finds held files by what is in them, for files that come under a new name or as another kind.
package struct SimilarFiles {
  private struct Entry {
    let feature: UInt64
    /// Which of `files` has it.
    let file: Int
  }

  private let files: [HeldFile]
  /// Ascending by feature, then file: 16 bytes each, 16 a file.
  private let entries: [Entry]

  package init(_ held: [(file: HeldFile, features: ContentFeatures)]) {
    let held = held.sorted { $0.file.digest < $1.file.digest }
    files = held.map(\.file)
    entries = held.enumerated().flatMap { index, held in
      held.features.values.map { Entry(feature: $0, file: index) }
    }.sorted { ($0.feature, $0.file) < ($1.feature, $1.file) }
  }

  /// The held file that shares most features with a file of `length` bytes, of several the one of the nearest length;
  /// nil when none shares at least `CentreLimits.sharedFeatures`.
  package func nearest(to features: ContentFeatures, length: Int64) -> HeldFile? {
    var shared: [Int: Int] = [:]
    for feature in features.values {
      for entry in entries[firstIndex(of: feature)...].prefix(CentreLimits.filesOfFeature) {
        guard entry.feature == feature else { break }
        shared[entry.file, default: 0] += 1
      }
    }
    return shared.filter { $0.value >= CentreLimits.sharedFeatures }.min { left, right in
      (-left.value, abs(files[left.key].length - length), left.key)
        < (-right.value, abs(files[right.key].length - length), right.key)
    }.map { files[$0.key] }
  }

  /// Where entries of `feature` begin, or would.
  private func firstIndex(of feature: UInt64) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].feature < feature { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
