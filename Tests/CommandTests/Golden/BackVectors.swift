// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import TestKit
import Trust

/// Returns that the centre does not book.
enum BackVectors {
  static func all() throws -> [GoldenVector] { try damaged() + forged() }

  private static func damaged() throws -> [GoldenVector] {
    var volume = try Golden.report().files()["volume-001.tar"] ?? []
    volume[600] ^= 1
    let folder = try Golden.report().name.text
    func other(
      _ name: String, _ about: String, _ code: String, changing files: [String: [UInt8]] = [:],
      without: [String] = []
    ) -> GoldenVector {
      .other(name, about, of: "back-first", code, changing: files) {
        $0.run = Expectation.ingests
        $0.folder = folder
        $0.without = without
      }
    }
    return [
      other(
        "back-volume-changed", "R10 One bit of the evidence.", "WB1035",
        changing: ["volume-001.tar": volume]),
      other(
        "back-volume-missing", "R10 The evidence is missing.", "WB2031", without: ["volume-001.tar"]
      ),
    ]
  }

  private static func back(
    _ name: String, _ about: String, _ code: String, key: GoldenKey = .site, after: [String] = [],
    _ edit: (inout ReturnForge) throws -> Void = { _ in }
  ) throws -> GoldenVector {
    let forge = try Golden.report(key: key) { report in
      report.evidence = [:]
      report.auditHead = AuditEvent.origin
      try edit(&report)
    }
    var vector = GoldenVector(
      name: name, expect: Expectation(about: about),
      files: try forge.files().filter { GoldenVector.Extent.pieces.has($0.key) })
    vector.expect.run = Expectation.ingests
    vector.expect.folder = forge.name.text
    vector.expect.after = after
    vector.refuse(code)
    return vector
  }

  private static func forged() throws -> [GoldenVector] {
    try [
      back(
        "back-of-a-stranger", "R08 Signed by a key of no enrolled site.", "WB1161", key: .stranger),
      back(
        "back-signature-false", "R08 A stranger signs under the site's key id.", "WB1101",
        key: .stranger
      ) {
        let site = try GoldenKey.site.secret().id.hex
        let stranger = try GoldenKey.stranger.secret().id.hex
        $0.bends.envelope = { $0 = $0.replacing(stranger, with: site) }
      },
      back("back-signature-not-canonical", "T30 The same signature with another S.", "WB1101") {
        $0.bends.envelope = { bytes in
          let envelope = try JSONValue(parsing: bytes, named: "report.dsse.json")
          bytes = DisguiseVectors.malleated(envelope: envelope).encoded
        }
      },
      back("back-envelope", "H23 An envelope with a field too many.", "WB1004") {
        $0.bends.envelope = { $0 = $0.replacing("{\"payload\"", with: "{\"more\":1,\"payload\"") }
      },
      back("back-base64", "H23 A payload in no strict base64.", "WB1003") {
        $0.bends.envelope = { $0 = $0.replacing("\"payload\":\"", with: "\"payload\":\"-") }
      },
      back("back-payload-type", "H23 A payload of another type.", "WB1013") {
        $0.payloadType = "text/plain"
      },
      back("back-subject-differs", "T26 The state is not what the statement says.", "WB1063") {
        $0.bends.statement = { statement in
          guard case .array(let subjects)? = statement.member("subject") else { return }
          let others = subjects.map { subject in
            subject.member("name") == "state.json"
              ? subject.setting("digest sha256", to: .string(Digest.sha256([1]).hex)) : subject
          }
          statement = statement.setting("subject", to: .array(others))
        }
      },
      back(
        "back-fork", "R04 Another report under a number that is booked.", "WB4160",
        after: ["back-first"]
      ) {
        $0.results = []
      },
      back("back-base-unknown", "R22 Builds on a report that the centre has not booked.", "WB4060")
      {
        $0.seq = 5
        $0.base = .init(seq: 4, digest: .sha256([4]))
      },
      back(
        "back-restored", "R06 The new life of a restored site, before officers accept it.", "WB1564"
      ) {
        let before = $0.epoch.text
        $0.epoch = ForgedContent.id("restored")
        $0.bends.statement = {
          $0 = $0.setting("predicate restored_from", to: .string(before))
        }
      },
      back("back-next-key", "R19 A new key that did not sign itself.", "WB1168") {
        let next = try GoldenKey.stranger.secret().publicKey.json
        $0.bends.statement = { $0 = $0.setting("predicate next_key", to: next) }
      },
      back("back-production", "P12 A production return at a rehearsal centre.", "WB3264") {
        $0.isRehearsal = false
      },
    ]
  }
}
