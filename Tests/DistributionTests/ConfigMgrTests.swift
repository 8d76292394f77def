// SPDX-License-Identifier: Apache-2.0
import Distribution
import Intents
import Testing

/// What is the same for every adapter to ConfigMgr.
@Suite struct ConfigMgrTests {
  @Test("a stamp is below 100 plain characters, and tells what it stands on")
  func stamps() throws {
    let longest = EffectKey(
      intent: try #require(Name(String(repeating: "a", count: 64))), revision: 9_007_199_254_740_991
    )
    let line = try #require(RandomID(Content.vector.line))
    let name = try #require(CollectionName(String(repeating: "N", count: 127)))
    let all = [
      Stamp.deployment(longest), .package(of: line), .collection(name),
      .program(of: try #require(PackageID("PS100001"))),
    ]
    for stamp in all {
      #expect(stamp.text.utf8.count < 100 && stamp.text.hasPrefix(Stamp.mark))
      #expect(PlainText(stamp.text) != nil)
    }
    #expect(Set(all).count == all.count)
    #expect(Stamp.deployment(all[0].text) == longest)
    #expect(Stamp.line(all[1].text) == line)
    #expect(Stamp.deployments(of: longest.intent) == String(all[0].text.dropLast(16)))
  }

  @Test(
    "no other text is a deployment's stamp",
    arguments: [
      "", "waybill:1:a", "waybill:1:a:", "waybill:1:a:r", "waybill:1:a:r-1", "waybill:1:a:r01",
      "waybill:1:a:r+1", "waybill:1:A:r1", "waybill:1::r1", "waybill:2:a:r1", "waybill:1:a:r1:x",
      "waybill:1:a:package", " waybill:1:a:r1",
    ])
  func otherTexts(text: String) {
    #expect(Stamp.deployment(text) == nil)
    #expect(Stamp.line(text) == nil)
  }

  @Test("A25: plain text has no character that means anything to a query, a script or a shell")
  func plainText() {
    for scalar in (0..<0x250).compactMap({ Unicode.Scalar($0) }) {
      let isPlain = PlainText("a\(Character(scalar))b") != nil
      let isKnown = scalar.isASCII && (Character(scalar).isLetter || Character(scalar).isNumber)
      #expect(isPlain == (isKnown || " ._-()+,:/".unicodeScalars.contains(scalar)), "\(scalar)")
    }
    #expect(PlainText(String(repeating: "a", count: 201)) == nil)
    for text in ["", " a", "a ", "a\u{2019}b", "a\u{FF07}b"] { #expect(PlainText(text) == nil) }
  }

  @Test(
    "A21: exit codes of a classic package mean what the client makes of them",
    arguments: [
      (0, ExitCodes.Meaning.success), (1707, .failure), (3010, .softReboot), (1641, .hardReboot),
      (1604, .softReboot), (3011, .softReboot), (1618, .retry), (1602, .failure), (1603, .failure),
      (5, .retry), (2250, .retry), (6, .failure), (-1, .failure),
    ] as [(Int64, ExitCodes.Meaning)])
  func exitCodes(code: Int64, meaning: ExitCodes.Meaning) {
    #expect(ClassicExitCodes.meaning(of: code) == meaning)
  }

  @Test("codes that a manifest takes otherwise than the client are named")
  func disagreements() {
    #expect(ClassicExitCodes.disagreements(with: .applicationDefaults) == [1707])
    #expect(
      ClassicExitCodes.disagreements(with: ExitCodes([0: .success, 3010: .hardReboot])).isEmpty)
    let odd = ExitCodes([3010: .failure, 7: .success, 1618: .retry, 0: .retry])
    #expect(ClassicExitCodes.disagreements(with: odd) == [0, 7, 3010])
  }

  @Test("flags and minutes of a program are those of a silent installer")
  func programFlags() {
    #expect(ProgramFlags.flags(of: .system).rawValue == 0x0910_A000)
    #expect(ProgramFlags.flags(of: .user).contains(.userContext))
    #expect(!ProgramFlags.flags(of: .user).contains(.adminRights))
  }

  @Test("requirements that are not met count for applications only")
  func deviceStates() {
    #expect(DeviceState.state(ofStatusType: 3, .application) == .notApplicable)
    #expect(DeviceState.state(ofStatusType: 3) == .unknown)
    #expect(DeviceState.state(ofStatusType: 1, .application) == .succeeded)
  }
}
