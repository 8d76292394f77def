// SPDX-License-Identifier: Apache-2.0
import Intents
import Testing
import Trust

struct TrustReasonTests {
  @Test(
    "P13: every code of Trust is unique, names an exit code and says what to do",
    arguments: TrustReason.allCases)
  func codes(reason: TrustReason) {
    #expect(reason.code.count == 6 && reason.code.hasPrefix("WB"))
    #expect(Int(reason.code.suffix(2)).map { (1...29).contains($0) } == true)
    #expect(Int(reason.code.dropFirst(2).prefix(2)) == reason.exit.rawValue)
    #expect(TrustReason.allCases.filter { $0.code == reason.code }.count == 1)
    #expect(!reason.summary.hasSuffix(".") && !reason.hint.hasSuffix("."))
    #expect(reason.summary.first?.isUppercase == false || reason.summary.hasPrefix("DSSE"))
    #expect(TrustReason.allCases.filter { $0.summary == reason.summary }.count == 1)
  }
}
