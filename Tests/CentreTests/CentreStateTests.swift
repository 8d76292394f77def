// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

private let now = Instant(clamping: 1_790_000_000)

private func rehearse(_ scratch: Scratch) throws -> CentreProfile {
  try CentreSetup.rehearse(
    in: scratch["centre"], contact: nil, passphrase: nil, at: now)
}

@Test func P08_keyFilesOfANewCentreAreForTheirOwnerAlone() throws {
  let scratch = try Scratch()
  _ = try rehearse(scratch)
  let keys = scratch["centre"].appending("keys")
  #expect(FileQuery.status(keys)?.mode == 0o700)
  for name in try FileQuery.names(in: keys) {
    #expect(FileQuery.status(keys.appending(name))?.mode == 0o600, "\(name)")
  }
}

@Test func P08_aKeyFileThatOthersCanReadIsNotOpened() throws {
  let scratch = try Scratch()
  let profile = try rehearse(scratch)
  let path = scratch["centre"].appending("keys").appending("content.json")
  try FilePermissions([.ownerReadWrite, .groupRead]).set(on: path)
  let ring = KeyRing(of: profile) { () throws(Refusal) in
    throw Refusal(CentreReason.keyFileOpen, "", seen: "", expected: "")
  }
  let refusal = refusal { () throws(Refusal) in _ = try ring.signer(.content) }
  #expect(refusal?.code == "WB6467")
  #expect(refusal?.seen == "mode 640")
}

@Test func aCentreIsMadeOnceAndItsRolesVerify() throws {
  let scratch = try Scratch()
  let profile = try rehearse(scratch)
  let roles = try Repository(of: profile).roles()
  #expect(roles.root.isRehearsal)
  #expect(roles.content.header.version == 1)
  let again = refusal { () throws(Refusal) in
    _ = try CentreSetup.rehearse(
      in: scratch["centre"], contact: nil, passphrase: nil, at: now)
  }
  #expect(again != nil)
}

@Test func S21_aSecondProcessIsToldWhoHoldsTheCentre() throws {
  let scratch = try Scratch()
  let profile = try rehearse(scratch)
  let second = refusal { () throws(Refusal) in
    _ = try CentreProfile(opening: scratch["centre"], at: now)
  }
  #expect(second?.code == "WB0360")
  #expect(second?.seen.contains("since \(now)") == true)
  _ = profile.isRehearsal
}

@Test(arguments: [
  ("aux.txt", "device name"), ("ends in dot.", "dot or blank"), ("what?.txt", "character ?"),
])
func C17_aNameThatWindowsCannotHoldIsRefusedOnEntry(name: String, why: String) throws {
  let scratch = try Scratch()
  try scratch.write("source/\(name)", "x")
  let refusal = refusal { () throws(Refusal) in _ = try SourceFolder(scratch["source"]) }
  #expect(refusal?.code == "WB3262")
  #expect(refusal?.seen.contains(why) == true)
}

@Test func C17_namesThatDifferOnlyByCaseAreRefusedOnEntry() throws {
  let scratch = try Scratch()
  try scratch.write("source/Readme.txt", "x")
  try scratch.write("source/README.TXT", "y")
  let refusal = refusal { () throws(Refusal) in _ = try SourceFolder(scratch["source"]) }
  #expect(refusal?.seen == "README.TXT and Readme.txt")
}

@Test(arguments: [true, false])
func `P07: a production site with a test-only key is not enrolled`(isRehearsal: Bool) throws {
  guard let site = SiteID("fjord-3"), let epoch = RandomID(bytes: [UInt8](repeating: 1, count: 16))
  else { return }
  let envelope = ReturnForge.enrolment(
    site: site, epoch: epoch, root: .sha256([1]), key: try GoldenKey.site.secret(),
    recipient: try StockAge.identity().recipient, asOf: now,
    isRehearsal: isRehearsal)
  let refusal = refusal { () throws(Refusal) in
    _ = try SiteEnrolment(parsing: envelope.encoded, named: "enrolment")
  }
  #expect(refusal?.code == (isRehearsal ? nil : TrustReason.testOnlyKey.code))
}
