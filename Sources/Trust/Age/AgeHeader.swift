// SPDX-License-Identifier: Apache-2.0
import Intents

/// The text before the payload of an age file (C2SP age, "Header"): stanzas that wrap the file key, and a MAC
/// under it. Strict: one text for one header.
struct AgeHeader {
  /// One wrapping of the file key, of any recipient type.
  struct Stanza: Hashable {
    /// The type first; of printable ASCII without blanks, none empty.
    let arguments: [String]
    let body: [UInt8]
  }

  let stanzas: [Stanza]
  let mac: [UInt8]
  /// All bytes of the header, its last newline included.
  let length: Int
  /// What the MAC is over: the header up to `---`.
  let authenticated: [UInt8]

  static let version = "age-encryption.org/v1"
  private static let columns = 64

  /// Reads the header at the start of `bytes`.
  ///
  /// - Returns: nil when more bytes are needed to tell.
  /// - Throws: `TrustReason.malformedAge`, `.ageHeaderTooLarge`.
  init?(parsing bytes: [UInt8], named name: String) throws(Refusal) {
    var lines = AgeLines(bytes, name: name)
    guard let first = try lines.next() else { return nil }
    guard first == Self.version else { throw lines.malformed("\(Self.version)") }
    var stanzas: [Stanza] = []
    while let line = try lines.next() {
      if let rest = line.after("--- ") {
        guard let mac = AgeLines.decode(rest), mac.count == 32 else {
          throw lines.malformed("a MAC of 43 characters")
        }
        guard !stanzas.isEmpty else { throw lines.malformed("a stanza before the MAC") }
        self.stanzas = stanzas
        self.mac = mac
        length = lines.position
        authenticated = Array(bytes[..<(lines.start + 3)])
        return
      }
      guard let rest = line.after("-> ") else { throw lines.malformed("a stanza or the MAC") }
      let arguments = rest.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      guard arguments.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (33...126).contains($0) } })
      else { throw lines.malformed("arguments of printable ASCII") }
      guard let body = try Self.body(&lines) else { return nil }
      stanzas.append(Stanza(arguments: arguments, body: body))
      guard stanzas.count <= TrustLimits.ageStanzas else {
        throw Refusal(
          TrustReason.ageHeaderTooLarge, name, seen: "\(stanzas.count) stanzas",
          expected: "at most \(TrustLimits.ageStanzas)")
      }
    }
    return nil
  }

  /// The lines of a body: full ones, then a shorter one, which may be empty.
  private static func body(_ lines: inout AgeLines) throws(Refusal) -> [UInt8]? {
    var text = ""
    while let line = try lines.next() {
      guard line.utf8.count <= columns else { throw lines.malformed("at most 64 columns") }
      text += line
      if line.utf8.count < columns {
        guard let body = AgeLines.decode(text) else { throw lines.malformed("a body in base64") }
        return body
      }
    }
    return nil
  }

  /// The bytes up to `---`, for these stanzas.
  static func encoded(_ stanzas: [Stanza]) -> [UInt8] {
    var text = version + "\n"
    for stanza in stanzas {
      text += "-> " + stanza.arguments.joined(separator: " ") + "\n"
      var rest = AgeLines.encode(stanza.body)[...]
      while rest.utf8.count >= columns {
        text += rest.prefix(columns) + "\n"
        rest = rest.dropFirst(columns)
      }
      text += rest + "\n"
    }
    return Array((text + "---").utf8)
  }
}

/// The lines of a header, each of ASCII that ends with one newline.
struct AgeLines {
  private let bytes: [UInt8]
  private let name: String
  /// Where the line that was read last begins, and where it ended.
  private(set) var start = 0
  private(set) var position = 0

  init(_ bytes: [UInt8], name: String) {
    self.bytes = bytes
    self.name = name
  }

  /// The next line without its newline; nil when `bytes` end before it does.
  mutating func next() throws(Refusal) -> String? {
    start = position
    guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else {
      guard bytes.count < TrustLimits.ageHeader else {
        throw Refusal(
          TrustReason.ageHeaderTooLarge, name, seen: "no end in \(bytes.count) bytes",
          expected: "at most \(TrustLimits.ageHeader) bytes")
      }
      return nil
    }
    let line = bytes[position..<end]
    guard line.allSatisfy({ (32...126).contains($0) }) else { throw malformed("printable ASCII") }
    position = end + 1
    return String(decoding: line, as: UTF8.self)
  }

  /// The refusal of the line that was read last.
  func malformed(_ expected: String) -> Refusal {
    let line = bytes[start...].prefix(60).prefix { $0 != UInt8(ascii: "\n") }
    return Refusal(
      TrustReason.malformedAge, "\(name), header at byte \(start)",
      seen: String(decoding: line, as: UTF8.self), expected: expected)
  }

  /// Base64 without padding, strict.
  static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let count = text.utf8.count
    guard !text.utf8.contains(UInt8(ascii: "=")), count % 4 != 1 else { return nil }
    return Base64.decode(text + String(repeating: "=", count: (4 - count % 4) % 4))
  }

  static func encode(_ bytes: [UInt8]) -> String {
    String(Base64.encode(bytes).prefix { $0 != "=" })
  }
}

extension String {
  fileprivate func after(_ prefix: String) -> Substring? {
    hasPrefix(prefix) ? dropFirst(prefix.count) : nil
  }
}
