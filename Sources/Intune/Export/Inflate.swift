// SPDX-License-Identifier: Apache-2.0

/// Unpacks DEFLATE (RFC 1951) into at most as many bytes as were announced.
///
/// Of our own, over checked arrays: what is read here comes from a server of files, libarchive's zip reader would
/// bring a dozen formats with it into a static program, and one table of a few megabytes a day needs no speed.
struct Inflate {
  /// Why packed bytes are none.
  struct Damage: Error {
    let what: String
  }

  private let input: ArraySlice<UInt8>
  private let size: Int
  private var position: Int
  /// Bits that are taken from `input` and not used, lowest first.
  private var bits: UInt32 = 0
  private var held = 0
  private var output: [UInt8] = []

  /// - Throws: `Damage`, also when there are more or fewer bytes than `size`, or bytes behind the end.
  static func unpack(_ input: ArraySlice<UInt8>, to size: Int) throws(Damage) -> [UInt8] {
    var inflate = Inflate(input, size)
    return try inflate.run()
  }

  private init(_ input: ArraySlice<UInt8>, _ size: Int) {
    self.input = input
    self.size = size
    position = input.startIndex
  }

  private mutating func run() throws(Damage) -> [UInt8] {
    var isLast = false
    while !isLast {
      isLast = try take(1) == 1
      switch try take(2) {
      case 0: try copyStored()
      case 1: try copyCoded(Codes.fixed, Codes.fixedDistances)
      case 2:
        let (literals, distances) = try readCodes()
        try copyCoded(literals, distances)
      default: throw Damage(what: "a block of the reserved type")
      }
    }
    guard output.count == size else { throw Damage(what: "\(output.count) bytes") }
    guard position == input.endIndex else { throw Damage(what: "bytes behind the end") }
    return output
  }

  private mutating func take(_ count: Int) throws(Damage) -> Int {
    while held < count {
      guard position < input.endIndex else { throw Damage(what: "the end inside a block") }
      bits |= UInt32(input[position]) << UInt32(held)
      position += 1
      held += 8
    }
    let value = Int(bits & (1 << UInt32(count) - 1))
    bits >>= UInt32(count)
    held -= count
    return value
  }

  private mutating func append(_ byte: UInt8) throws(Damage) {
    guard output.count < size else { throw Damage(what: "more than \(size) bytes") }
    output.append(byte)
  }

  private mutating func copyStored() throws(Damage) {
    // What is left of the byte is not used (3.2.4).
    bits = 0
    held = 0
    let length = try take(16)
    guard try take(16) == length ^ 0xFFFF else { throw Damage(what: "a stored block's length") }
    guard length <= input.endIndex - position, length <= size - output.count else {
      throw Damage(what: "a stored block beyond the end")
    }
    output += input[position..<position + length]
    position += length
  }

  private mutating func symbol(_ codes: Codes) throws(Damage) -> Int {
    var code = 0
    var first = 0
    var index = 0
    for length in 1...Codes.longest {
      code |= try take(1)
      let count = codes.counts[length]
      if code - first < count { return codes.symbols[index + code - first] }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw Damage(what: "a code that stands for nothing")
  }

  private mutating func copyCoded(_ literals: Codes, _ distances: Codes) throws(Damage) {
    while true {
      let symbol = try symbol(literals)
      if symbol < 256 {
        try append(UInt8(truncatingIfNeeded: symbol))
        continue
      }
      if symbol == 256 { return }
      guard symbol - 257 < Ranges.lengths.count else { throw Damage(what: "length \(symbol)") }
      let length = try value(Ranges.lengths[symbol - 257])
      let code = try self.symbol(distances)
      guard code < Ranges.distances.count else { throw Damage(what: "distance \(code)") }
      let distance = try value(Ranges.distances[code])
      guard distance <= output.count else { throw Damage(what: "a distance before the start") }
      guard length <= size - output.count else { throw Damage(what: "more than \(size) bytes") }
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
  }

  private mutating func value(_ range: Ranges.Range) throws(Damage) -> Int {
    range.base + (range.extra > 0 ? try take(range.extra) : 0)
  }

  /// The two codes of a dynamic block (3.2.7).
  private mutating func readCodes() throws(Damage) -> (Codes, Codes) {
    let literalCount = try take(5) + 257
    let distanceCount = try take(5) + 1
    let lengthCount = try take(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else { throw Damage(what: "too many codes") }
    var own = [Int](repeating: 0, count: 19)
    for place in Codes.order.prefix(lengthCount) { own[place] = try take(3) }
    let codes = try Codes(own, isWholeNeeded: true)
    var lengths: [Int] = []
    while lengths.count < literalCount + distanceCount {
      let symbol = try symbol(codes)
      switch symbol {
      case 0...15: lengths.append(symbol)
      case 16:
        guard let last = lengths.last else { throw Damage(what: "a repetition of nothing") }
        lengths += [Int](repeating: last, count: try take(2) + 3)
      case 17: lengths += [Int](repeating: 0, count: try take(3) + 3)
      default: lengths += [Int](repeating: 0, count: try take(7) + 11)
      }
    }
    guard lengths.count == literalCount + distanceCount, lengths[256] > 0 else {
      throw Damage(what: "lengths of codes")
    }
    return (
      try Codes(Array(lengths[..<literalCount]), isWholeNeeded: false),
      try Codes(Array(lengths[literalCount...]), isWholeNeeded: false)
    )
  }
}

/// A canonical Huffman code (3.2.2): how many codes there are of each length, and what they stand for in order.
private struct Codes {
  static let longest = 15
  /// In which order a dynamic block gives the lengths of the code of lengths.
  static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  private(set) var counts = [Int](repeating: 0, count: longest + 1)
  private(set) var symbols: [Int] = []

  /// - Parameters:
  ///   - lengths: 0 to 15 bits for each symbol, 0 for one that does not occur.
  ///   - isWholeNeeded: whether every run of bits must stand for something. Elsewhere one code alone may leave
  ///     half of them unused.
  init(_ lengths: [Int], isWholeNeeded: Bool) throws(Inflate.Damage) {
    for length in lengths where length > 0 { counts[length] += 1 }
    var left = 1
    for length in 1...Codes.longest {
      left = left << 1 - counts[length]
      guard left >= 0 else { throw Inflate.Damage(what: "more codes than there is room for") }
    }
    let used = counts.reduce(0, +)
    guard left == 0 || !isWholeNeeded && used <= 1 else {
      throw Inflate.Damage(what: "an incomplete code")
    }
    for length in 1...Codes.longest where counts[length] > 0 {
      symbols += lengths.indices.filter { lengths[$0] == length }
    }
  }

  private init(fixed lengths: [Int]) {
    for length in lengths { counts[length] += 1 }
    for length in 1...Codes.longest {
      symbols += lengths.indices.filter { lengths[$0] == length }
    }
  }

  /// The codes of a fixed block (3.2.6).
  static let fixed = Codes(
    fixed: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
  static let fixedDistances = Codes(fixed: [Int](repeating: 5, count: 30))
}

/// What the symbols for lengths and distances begin at, and how many bits are added (3.2.5).
private enum Ranges {
  struct Range {
    let base: Int
    let extra: Int
  }

  /// 3 to 257 in 28 steps, every fourth step with one more bit after the first eight, then 258.
  static let lengths = ranges(from: 3, count: 28, each: 4) + [Range(base: 258, extra: 0)]
  static let distances = ranges(from: 1, count: 30, each: 2)

  private static func ranges(from start: Int, count: Int, each: Int) -> [Range] {
    var base = start
    return (0..<count).map { step in
      let range = Range(base: base, extra: max(0, step / each - 1))
      base += 1 << range.extra
      return range
    }
  }
}
