// SPDX-License-Identifier: Apache-2.0

/// Which names a Windows file system can hold (Microsoft Learn, "Naming Files, Paths, and Namespaces").
package enum WindowsName {
  /// Longest relative path that is taken, in UTF-16 units: leaves room under MAX_PATH (260) for the source
  /// folder at the site.
  package static let longestPath = 150

  private static let devices: Set<String> = [
    "con", "prn", "aux", "nul", "conin$", "conout$", "clock$",
    "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
    // Windows takes these for the digits that they look like.
    "com\u{B9}", "com\u{B2}", "com\u{B3}", "lpt\u{B9}", "lpt\u{B2}", "lpt\u{B3}",
  ]

  /// Whether the part before the first dot, blanks at its end left out, is a device name, in any case.
  package static func isReserved(_ name: some StringProtocol) -> Bool {
    // By scalars, as Windows does: a dot with a mark beside it is no `Character` of its own.
    var stem = String(String.UnicodeScalarView(name.unicodeScalars.prefix { $0 != "." }))
    while stem.unicodeScalars.last == " " { stem.unicodeScalars.removeLast() }
    return devices.contains(stem.lowercased())
  }

  /// Why one component of a path cannot be used, or nil when it can.
  package static func defect(ofComponent name: some StringProtocol) -> String? {
    if name.isEmpty { return "empty name" }
    if name == "." || name == ".." { return "relative step" }
    if let last = name.unicodeScalars.last, last == "." || last == " " {
      return "ends in a dot or blank"
    }
    if isReserved(name) { return "device name of Windows" }
    for scalar in name.unicodeScalars {
      if scalar.value < 32 || scalar.value == 127 { return "control character" }
      if "<>:\"|?*\\/".unicodeScalars.contains(scalar) { return "character \(scalar)" }
    }
    if name.utf8.count > 255 { return "longer than 255 bytes" }
    return nil
  }

  /// Why a relative path with `/` between its parts cannot be used, or nil when it can.
  package static func defect(ofPath path: some StringProtocol) -> String? {
    if path.utf8.withContiguousStorageIfAvailable(isPlain) == true { return nil }
    if path.utf16.count > longestPath { return "longer than \(longestPath) UTF-16 units" }
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
      if let defect = defect(ofComponent: part) { return defect }
    }
    return nil
  }

  /// Whether nothing needs to be asked of a path: letters, digits, `-` and `_`, with dots inside, and no part that begins
  /// as a device name might. Most paths are so, and a manifest has them by the hundred thousand.
  private static func isPlain(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
    guard (1...longestPath).contains(path.count) else { return false }
    var start = path.startIndex
    for index in path.indices {
      switch path[index] {
      case UInt8(ascii: "/"):
        guard isPlainPart(path[start..<index]) else { return false }
        start = index + 1
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."):
        break
      default: return false
      }
    }
    return isPlainPart(path[start...])
  }

  private static func isPlainPart(_ part: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    guard let first = part.first, let last = part.last, last != UInt8(ascii: ".") else {
      return false
    }
    // Every device name without a `$` has three or four characters and begins so, in either case.
    guard (3...4).contains(part.prefix { $0 != UInt8(ascii: ".") }.count) else { return true }
    return !"cpanl".utf8.contains(first | 0x20)
  }
}
