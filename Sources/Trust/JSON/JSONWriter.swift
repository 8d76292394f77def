// SPDX-License-Identifier: Apache-2.0
import Intents

extension JSONValue {
  /// The text that we put in files: compact, keys sorted by UTF-8 bytes, only what RFC 8259 demands escaped.
  package var encoded: [UInt8] {
    var output: [UInt8] = []
    write(to: &output, escaping: .standard)
    return output
  }

  /// OLPC canonical JSON, what signatures are made over: as `encoded`, but only `"` and `\` are escaped.
  ///
  /// Source: wiki.laptop.org, "Canonical JSON"; securesystemslib `encode_canonical` is the reference.
  package var canonical: [UInt8] {
    var output: [UInt8] = []
    write(to: &output, escaping: .canonical)
    return output
  }

  enum Escaping { case standard, canonical }

  private func write(to output: inout [UInt8], escaping: Escaping) {
    switch self {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): output.append(contentsOf: String(value).utf8)
    case .string(let value): JSONValue.write(value, to: &output, escaping: escaping)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        element.write(to: &output, escaping: escaping)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let object):
      output.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        JSONValue.write(member.key, to: &output, escaping: escaping)
        output.append(UInt8(ascii: ":"))
        member.value.write(to: &output, escaping: escaping)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  private static func write(_ text: String, to output: inout [UInt8], escaping: Escaping) {
    output.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { bytes in
      var start = 0
      for (index, byte) in bytes.enumerated() where mustEscape(byte, escaping) {
        output.append(contentsOf: bytes[start..<index])
        escape(byte, to: &output)
        start = index + 1
      }
      output.append(contentsOf: bytes[start...])
    }
    output.append(UInt8(ascii: "\""))
  }

  private static func mustEscape(_ byte: UInt8, _ escaping: Escaping) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 32 && escaping == .standard
  }

  private static func escape(_ byte: UInt8, to output: inout [UInt8]) {
    if byte < 32 {
      output.append(contentsOf: "\\u00\(Hex.encode([byte]))".utf8)
    } else {
      output.append(UInt8(ascii: "\\"))
      output.append(byte)
    }
  }
}
