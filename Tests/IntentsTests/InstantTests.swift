// SPDX-License-Identifier: Apache-2.0
import Intents
import Testing

struct InstantTests {
  @Test(
    "a moment is read and written alike",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:01Z", 1),
      ("2000-02-29T12:34:56Z", 951_827_696),
      ("2026-11-22T21:30:00Z", 1_795_383_000), ("2100-03-01T00:00:00Z", 4_107_542_400),
      ("9999-12-31T23:59:59Z", 253_402_300_799),
    ])
  func known(text: String, seconds: Int64) {
    #expect(Instant(text)?.seconds == seconds)
    #expect(Instant(clamping: seconds).description == text)
  }

  @Test("every day from 1970 to 9999 comes back, one after the other")
  func everyDay() {
    var previous = ""
    for day in stride(from: Int64(0), through: 2_932_896, by: 1) where day % 7 == 0 || day < 30_000
    {
      let instant = Instant(clamping: day * 86_400 + day % 86_400)
      let text = instant.description
      #expect(Instant(text) == instant && text > previous)
      previous = text
    }
  }

  @Test(
    "H21: a text that is not exactly a moment is refused",
    arguments: [
      "", "2026-11-22", "2026-11-22T21:30:00", "2026-11-22T21:30:00z", "2026-11-22t21:30:00Z",
      "2026-11-22 21:30:00Z", "2026-11-22T21:30:00.0Z", "2026-11-22T21:30:00+00:00",
      "2026-11-22T21:30Z",
      "2026-02-29T00:00:00Z", "2026-02-30T00:00:00Z", "2100-02-29T00:00:00Z",
      "2026-04-31T00:00:00Z",
      "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
      "2026-01-32T00:00:00Z",
      "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z",
      "1969-12-31T23:59:59Z",
      "10000-01-01T00:00:00Z", "-026-01-01T00:00:00Z", "+026-01-01T00:00:00Z",
      " 2026-01-01T00:00:00Z",
      "2026-01-01T00:00:00Z ", "2026-1-01T000:00:00Z", "２026-01-01T00:00Z",
    ])
  func refused(text: String) {
    #expect(Instant(text) == nil)
  }

  @Test("moments stay inside 1970 to 9999")
  func clamped() {
    #expect(Instant(clamping: .max) == .latest && Instant(clamping: .min).seconds == 0)
    #expect(Instant.latest.adding(days: 1) == .latest)
    #expect(Instant(clamping: 0).adding(seconds: -1).seconds == 0)
  }

  @Test("days between moments are whole and rounded towards the past")
  func days() {
    let noon = Instant(clamping: 86_400 * 100 + 43_200)
    #expect(noon.adding(days: 3).days(since: noon) == 3)
    #expect(noon.adding(seconds: 86_399).days(since: noon) == 0)
    #expect(noon.days(since: noon.adding(seconds: 1)) == -1)
    #expect(noon.days(since: noon.adding(days: 2)) == -2)
  }
}
