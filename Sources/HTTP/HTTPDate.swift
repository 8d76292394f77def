// SPDX-License-Identifier: Apache-2.0
package import Intents

/// The one form of a moment that HTTP servers send today: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
package enum HTTPDate {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Nil for any other form, and for the two obsolete ones. The name of the day is not compared.
  package static func instant(_ text: some StringProtocol) -> Instant? {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0].utf8.count == 4, parts[0].hasSuffix(","), parts[5] == "GMT",
      let month = months.firstIndex(of: String(parts[2]))
    else { return nil }
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    return Instant("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
  }
}

/// What a server says with `Retry-After`: seconds, or a moment (RFC 9110, 10.2.3).
package enum RetryAfter {
  /// Seconds to wait from `now` on, 0 or more; nil when the text is neither.
  package static func seconds(_ text: String, at now: Instant) -> Int64? {
    if (1...9).contains(text.utf8.count),
      text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    {
      return Int64(text)
    }
    return HTTPDate.instant(text).map { max(0, $0.seconds - now.seconds) }
  }
}
