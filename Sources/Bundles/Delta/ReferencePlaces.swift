// SPDX-License-Identifier: Apache-2.0

/// Where sampled bytes of a long reference lie, to tell where a part of another file comes from. Built once, from one
/// pass over the reference; some 8 MiB, however long that is.
package struct ReferencePlaces: Sendable {
  private var places: [UInt64: Int64] = [:]
  private let most: Int
  /// Samples count whose features have none of these bits: the longer the reference, the fewer.
  private let mask: UInt64

  /// - Parameters:
  ///   - length: bytes of the whole reference.
  ///   - most: places that are kept; about half as many are used.
  package init(of length: Int64, most: Int = DeltaLimits.places) {
    self.most = most
    let samples = length / Int64(ContentSampling.period)
    var bits = 0
    while samples >> bits > most / 2 { bits += 1 }
    mask = (1 << bits) - 1
    places.reserveCapacity(min(most, Int(clamping: samples >> bits)))
  }

  /// Takes the bytes from `position` on. Of bytes that come more than once the first place is kept.
  package mutating func add(_ bytes: UnsafeRawBufferPointer, at position: Int64) {
    ContentSampling.each(in: bytes) { place, feature in
      guard feature & mask == 0, places.count < most, places[feature] == nil else { return }
      places[feature] = position + Int64(place)
    }
  }

  /// Where in the reference bytes of `part` are, one vote for each that the reference has, however often it comes.
  package func votes(of part: UnsafeRawBufferPointer) -> PlaceVotes {
    var found: Set<Int64> = []
    ContentSampling.each(in: part) { _, feature in
      if feature & mask == 0, let place = places[feature] { found.insert(place) }
    }
    return PlaceVotes(found)
  }
}

/// Places in a reference that bytes of a part of another file point to.
package struct PlaceVotes: Sendable {
  /// Ascending.
  private let places: [Int64]

  package static let none = PlaceVotes([])

  package init(_ places: Set<Int64>) { self.places = places.sorted() }

  package func count(in range: Range<Int64>) -> Int { places.count(where: range.contains) }

  /// The range of `width` bytes with the most votes, and these in its middle; nil without votes.
  ///
  /// - Parameter length: bytes of the reference, at least `width`.
  package func window(of width: Int64, in length: Int64) -> (from: Int64, count: Int)? {
    var best: (first: Int, last: Int)?
    var first = 0
    for (last, place) in places.enumerated() {
      while place - places[first] >= width { first += 1 }
      if last - first > best.map({ $0.last - $0.first }) ?? -1 { best = (first, last) }
    }
    guard let best else { return nil }
    let middle = (places[best.first] + places[best.last]) / 2
    return (max(0, min(middle - width / 2, length - width)), best.last - best.first + 1)
  }
}
