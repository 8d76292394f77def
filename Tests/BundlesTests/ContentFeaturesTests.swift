// SPDX-License-Identifier: Apache-2.0
import Bundles
import TestKit
import Testing

@Suite struct ContentFeaturesTests {
  /// Not compressible, 6 bits a byte as machine code is.
  private static func code(_ name: String, _ count: Int) -> [UInt8] {
    ForgedContent.noise(name, count).map { $0 & 0x3F }
  }

  private static func features(_ bytes: [UInt8], chunk: Int = 1 << 20) -> ContentFeatures {
    var sampler = FeatureSampler()
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      sampler.add(Array(bytes[start..<min(start + chunk, bytes.count)]))
    }
    return sampler.features
  }

  private static func shared(_ left: [UInt8], _ right: [UInt8]) -> Int {
    Set(features(left).values).intersection(features(right).values).count
  }

  private static let old = code("old", 3 << 20)

  @Test("most features stay when a mebibyte is put in front, or what is behind moves to the front")
  func moved() {
    #expect(Self.shared(Self.old, Self.code("front", 1 << 20) + Self.old) >= 8)
    let half = Self.old.count / 2 + 7
    #expect(Self.shared(Self.old, Array(Self.old[half...] + Self.old[..<half])) >= 14)
    #expect(Self.shared(Self.old, Array(Self.old.dropFirst())) >= 14)
  }

  @Test("features outlive addresses that change all over")
  func addresses() {
    var new = Self.old
    for index in stride(from: 9, to: new.count, by: 41) { new[index] &+= 5 }
    #expect(Self.shared(Self.old, new) >= 3)
  }

  @Test("files of other bytes share no feature, and padding is none")
  func unlike() {
    #expect(Self.shared(Self.old, Self.code("other", 3 << 20)) == 0)
    for byte in 0...UInt8.max {
      #expect(Self.features([UInt8](repeating: byte, count: 4096)).values.isEmpty)
    }
    #expect(Self.features([]).values.isEmpty)
  }

  @Test("how the bytes come makes no difference to speak of")
  func chunks() {
    let whole = Set(Self.features(Self.old, chunk: 1 << 24).values)
    #expect(whole.intersection(Self.features(Self.old, chunk: 65_536).values).count >= 14)
  }

  @Test("features go to the ledger as bytes and come back")
  func stored() {
    let features = Self.features(Self.old)
    #expect(features.values.count == DeltaLimits.features)
    #expect(ContentFeatures(bytes: features.bytes) == features)
    #expect(ContentFeatures(bytes: [])?.values == [])
    #expect(ContentFeatures(bytes: Array(features.bytes.dropLast())) == nil)
    #expect(ContentFeatures(bytes: features.bytes + features.bytes) == nil)
  }
}
