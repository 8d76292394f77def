// SPDX-License-Identifier: Apache-2.0

/// A moment in UTC, to the second, written `YYYY-MM-DDTHH:MM:SSZ` and no other way (TUF 1.0.31, 4.2.2).
package struct Instant: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Seconds since 1970-01-01T00:00:00Z. From year 1970 to year 9999.
  package let seconds: Int64

  package static let latest = Instant(clamping: 253_402_300_799)

  /// Moves a value outside 1970…9999 to the nearer end.
  package init(clamping seconds: Int64) { self.seconds = min(max(seconds, 0), 253_402_300_799) }

  /// Nil unless `text` is exactly 20 characters of the form above and names a real moment.
  package init?(_ text: some StringProtocol) {
    let utf8 = Array(String(text).utf8)
    guard utf8.count == 20, utf8[4] == 45, utf8[7] == 45, utf8[10] == 84, utf8[13] == 58,
      utf8[16] == 58, utf8[19] == 90
    else { return nil }
    func number(_ range: Range<Int>) -> Int64? {
      var value: Int64 = 0
      for byte in utf8[range] {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int64(byte - 48)
      }
      return value
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
      year >= 1970, (1...12).contains(month), (1...Instant.days(in: month, of: year)).contains(day),
      hour < 24, minute < 60, second < 60
    else { return nil }
    seconds =
      Instant.daysSince1970(year: year, month: month, day: day) * 86400 + hour * 3600 + minute * 60
      + second
  }

  package var description: String {
    let (year, month, day) = Instant.date(daysSince1970: seconds / 86400)
    let rest = seconds % 86400
    return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T"
      + "\(pad(rest / 3600, 2)):\(pad(rest / 60 % 60, 2)):\(pad(rest % 60, 2))Z"
  }

  package static func < (left: Instant, right: Instant) -> Bool { left.seconds < right.seconds }

  /// Later (or earlier) by `days`, kept inside 1970…9999.
  package func adding(days: Int64) -> Instant { Instant(clamping: seconds + days * 86400) }
  package func adding(seconds more: Int64) -> Instant { Instant(clamping: seconds + more) }

  /// Whole days from `other` to this, negative when this is earlier.
  package func days(since other: Instant) -> Int64 {
    let difference = seconds - other.seconds
    return difference >= 0 ? difference / 86400 : -((-difference + 86399) / 86400)
  }

  private func pad(_ value: Int64, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  private static func isLeap(_ year: Int64) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  private static func days(in month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: isLeap(year) ? 29 : 28
    default: 31
    }
  }

  /// Days from civil and back, after Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms".
  private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = y / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private static func date(daysSince1970 days: Int64) -> (Int64, Int64, Int64) {
    let z = days + 719_468
    let era = z / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let m = (5 * dayOfYear + 2) / 153
    let month = m < 10 ? m + 3 : m - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * m + 2) / 5 + 1)
  }
}
