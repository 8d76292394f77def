// SPDX-License-Identifier: Apache-2.0
import Bundles
import TestKit
import Testing

@Suite struct ReferencePlacesTests {
  private static let reference = ForgedContent.noise("reference", 4 << 20).map { $0 & 0x3F }
  private static let length = Int64(reference.count)

  private static func places(
    of bytes: [UInt8] = reference, most: Int = DeltaLimits.places
  ) -> ReferencePlaces {
    var places = ReferencePlaces(of: Int64(bytes.count), most: most)
    bytes.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: 1 << 20) {
        let end = min(start + 1 << 20, bytes.count)
        places.add(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), at: Int64(start))
      }
    }
    return places
  }

  private static func window(
    _ part: [UInt8], in places: ReferencePlaces, width: Int64 = 400_000
  ) -> (from: Int64, count: Int)? {
    part.withUnsafeBytes { places.votes(of: $0) }.window(of: width, in: length)
  }

  @Test("a part is found wherever it lies in the reference", arguments: [0, 1_234_567, 3_900_001])
  func found(at place: Int) throws {
    let part = Array(Self.reference[place..<min(place + 200_000, Self.reference.count)])
    let window = try #require(Self.window(part, in: Self.places()))
    #expect(window.from <= place)
    #expect(window.from + 400_000 >= place + part.count)
    #expect(window.count >= part.count / 512)
  }

  @Test("of two places the one is taken that more of the part is from")
  func majority() throws {
    let part = Self.reference[3_000_000..<3_150_000] + Self.reference[100_000..<160_000]
    let window = try #require(Self.window(Array(part), in: Self.places()))
    #expect((2_600_000...3_000_000).contains(window.from))
  }

  @Test("a small table finds it too, and what is repeated all over does not outvote it")
  func bounded() throws {
    let filler = Array(ForgedContent.noise("filler", 3000).map { $0 & 0x3F })
    let repeated = Array([[UInt8]](repeating: filler, count: 100).joined())
    let reference = repeated + Self.reference[repeated.count...]
    let part = repeated + reference[2_000_000..<2_100_000]
    let places = Self.places(of: Array(reference), most: 2048)
    let window = try #require(Self.window(part, in: places))
    #expect((1_700_000...2_000_000).contains(window.from))
  }

  @Test("what is like nothing in the reference, or is padding, has no place in it")
  func none() {
    let other = ForgedContent.noise("other", 200_000).map { $0 & 0x3F }
    #expect(Self.window(other, in: Self.places()) == nil)
    #expect(Self.window([UInt8](repeating: 0, count: 200_000), in: Self.places()) == nil)
    #expect(Self.window([], in: Self.places()) == nil)
  }
}
