// SPDX-License-Identifier: Apache-2.0

/// One random change of a bundle's folder.
struct Change {
  let text: String
  /// Any of these in the output names it.
  let names: Set<String>
  /// Whether orders or volumes lack bytes that they need: then the bundle cannot be taken.
  let damagesContent: Bool

  /// Files of which the papers, or the other copy, say what is in them: one that is intact is never blamed.
  static let vouched = ["papers.tar", "papers-copy.tar", "orders.tar", "volume-001.tar"]

  private static let papers: Set = ["papers.tar", "papers-copy.tar"]

  /// Half of the changes of papers hit both copies.
  static func random(_ files: inout [String: [UInt8]], using random: inout Seeded) -> Change {
    let names = files.keys.sorted()
    let name = names[Int(random.next() % UInt64(names.count))]
    let kind = random.next() % 7
    let place = Int(random.next() % UInt64(files[name]?.count ?? 1))
    let other = Int(random.next() % UInt64(files[name]?.count ?? 1))
    if kind == 5 {
      let stranger = "stranger-\(place).bin"
      files[stranger] = Array((files[name] ?? []).prefix(place))
      return Change(text: "\(stranger) added", names: [stranger], damagesContent: false)
    }
    let second = names[other % names.count]
    if kind == 6, files[second] != files[name] {
      (files[name], files[second]) = (files[second], files[name])
      return Change(
        text: "\(name) and \(second) under each other's names", names: [name, second],
        damagesContent: false)
    }
    let isInBoth = papers.contains(name) && random.next() % 2 == 0
    var text = ""
    for changed in isInBoth ? Array(papers) : [name] {
      text = change(&files[changed], kind: kind, place, other)
    }
    return Change(
      text: (isInBoth ? "both papers " : "\(name) ") + text, names: isInBoth ? papers : [name],
      damagesContent: name == "orders.tar" || name.hasPrefix("volume-"))
  }

  private static func change(
    _ file: inout [UInt8]?, kind: UInt64, _ place: Int, _ other: Int
  ) -> String {
    guard var bytes = file else { return "left as they are" }
    defer { file = kind == 1 ? nil : bytes }
    switch kind {
    case 0:
      bytes = Array(bytes[..<place])
      return "cut to \(place)"
    case 1: return "deleted"
    case 2:
      bytes += bytes.prefix(1 + other)
      return "with \(1 + other) bytes appended"
    case 3:
      let before = bytes
      bytes.swapAt(place, other)
      if bytes == before { bytes[place] ^= 0x20 }
      return "with bytes \(place) and \(other) swapped"
    default:
      bytes[place] ^= 1 << UInt8(other & 7)
      return "with byte \(place) flipped"
    }
  }
}

/// A small seeded generator, so that a failure can be repeated.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
