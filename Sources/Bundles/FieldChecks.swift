// SPDX-License-Identifier: Apache-2.0
import Intents
import Trust

extension JSONField {
  /// An integer from 0 on: above `limit` it is refused as a limit (22), any other value as malformed (10).
  func integer(upTo limit: Int64) throws(Refusal) -> Int64 {
    let number = try integer(in: 0...TrustLimits.jsonInteger)
    guard number <= limit else {
      throw Refusal(
        BundleReason.valueAboveLimit, place, seen: "\(number)", expected: "at most \(limit)")
    }
    return number
  }

  /// Checks `_type` and `format` of a document of ours; a higher format needs a newer program (16).
  func expectType(_ type: String, format: Int64) throws(Refusal) {
    let typeField = try self["_type"]
    guard try typeField.string() == type else { throw typeField.wrong(type) }
    let formatField = try self["format"]
    let seen = try formatField.integer(in: format...TrustLimits.jsonInteger)
    guard seen == format else {
      throw Refusal(
        BundleReason.formatNewer, formatField.place, seen: "format \(seen)",
        expected: "format \(format)")
    }
  }

  /// The refusal of this value for `reason`, with a short form of what was seen.
  func invalid(_ reason: BundleReason, _ expected: String) -> Refusal {
    let plain = wrong(expected)
    return Refusal(reason, plain.subject, seen: plain.seen, expected: expected)
  }
}
