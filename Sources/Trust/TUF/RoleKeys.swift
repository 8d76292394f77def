// SPDX-License-Identifier: Apache-2.0
import Intents

/// The keys that may sign for a role, and how many of them must.
package struct RoleKeys: Sendable, Hashable {
  /// A key under the id that signatures name it by.
  private struct Signer: Sendable, Hashable {
    let id: String
    let key: PublicKey
  }

  /// At least 1. In our papers at most the number of distinct keys.
  package let threshold: Int
  private let signers: [Signer]

  package var keys: [PublicKey] { signers.map(\.key) }

  /// For roles that we make; `threshold` must be one that the keys can meet, or every reader refuses them.
  package init(threshold: Int, keys: [PublicKey]) {
    self.threshold = threshold
    signers = keys.map { Signer(id: $0.id.hex, key: $0) }
  }

  /// Reads `keyids` and `threshold` of a role.
  ///
  /// A key id that `table` does not have cannot sign and counts for nothing.
  /// - Throws: `TrustReason.repeatedKeyID`, `.impossibleThreshold`, `.tooManyKeys`.
  init(
    _ field: JSONField, among table: [String: PublicKey], rules: KeyRules = .papers
  ) throws(Refusal) {
    let listed = try field["keyids"].array()
    guard listed.count <= TrustLimits.keysOfRole else {
      throw Refusal(
        TrustReason.tooManyKeys, field.place, seen: "\(listed.count)",
        expected: "at most \(TrustLimits.keysOfRole)")
    }
    var signers: [Signer] = []
    var seen: Set<[UInt8]> = []
    for entry in listed {
      let keyid = try entry.string()
      guard seen.insert(Array(keyid.utf8)).inserted else {
        throw Refusal(
          TrustReason.repeatedKeyID, field.place, seen: "\(keyid) twice", expected: "once")
      }
      if let key = table[keyid] { signers.append(Signer(id: keyid, key: key)) }
    }
    let wanted = try field["threshold"].integer(
      in: -TrustLimits.jsonInteger...TrustLimits.jsonInteger)
    let most = rules == .papers ? RoleKeys.distinct(signers.map(\.key)) : Int.max
    guard wanted >= 1, wanted <= Int64(most) else {
      throw Refusal(
        TrustReason.impossibleThreshold, field.place,
        seen: "\(wanted) of \(RoleKeys.distinct(signers.map(\.key))) keys",
        expected: rules == .papers
          ? "at least 1 and at most the number of different keys" : "at least 1")
    }
    threshold = Int(wanted)
    self.signers = signers
  }

  /// Counts the distinct keys of this role that signed `file`.
  package func tally(_ file: MetadataFile) -> SignatureTally {
    var tally = SignatureTally(threshold: threshold)
    for signature in file.signatures {
      guard let signer = signers.first(where: { $0.id == signature.keyid }) else { continue }
      tally.count(signer.key, signature.bytes ?? [], over: file.signedBytes)
    }
    return tally
  }

  /// The keys of this role that validly signed `file`, in the order of their signatures.
  func keys(thatSigned file: MetadataFile) -> [PublicKey] {
    file.signatures.compactMap { signature in
      keys.first { key in
        key.id.hex == signature.keyid && key.isSupported
          && key.isValid(signature.bytes ?? [], over: file.signedBytes)
      }
    }
  }

  /// Whether those who stayed from `self` cannot sign for `newer`: then nothing that these keys signed
  /// alone is valid any more, and no number that they reached need hold.
  package func isReplaced(by newer: RoleKeys) -> Bool {
    let before = Set(keys.map(\.material))
    let stayed = Set(newer.keys.map(\.material)).intersection(before)
    return stayed.count < newer.threshold
  }

  /// Whether a key of `self` is none of `newer` any more.
  func losesKeys(to newer: RoleKeys) -> Bool {
    keys.contains { key in !newer.keys.contains { key.isSameKey(as: $0) } }
  }

  /// Unknown keys are told apart by id: what they are made of is not known.
  private static func distinct(_ keys: [PublicKey]) -> Int {
    Set(keys.filter(\.isSupported).map(\.material)).count
      + Set(keys.filter { !$0.isSupported }.map(\.id)).count
  }

  var json: JSONValue {
    [
      "keyids": .array(signers.map { .string($0.id) }), "threshold": .integer(Int64(threshold)),
    ]
  }

  /// Reads an object `keys`, by the ids that the file gives them.
  ///
  /// - Throws: `TrustReason.otherKeyID`, `.tooManyKeys`.
  static func table(
    _ field: JSONField, rules: KeyRules = .papers
  ) throws(Refusal) -> [String: PublicKey] {
    let members = try field.members()
    guard members.count <= TrustLimits.keysOfFile else {
      throw Refusal(
        TrustReason.tooManyKeys, field.place, seen: "\(members.count)",
        expected: "at most \(TrustLimits.keysOfFile)")
    }
    var table: [String: PublicKey] = [:]
    for member in members {
      table[member.key] = try PublicKey(member.field, listedAs: member.key, rules: rules)
    }
    return table
  }

  /// The object `keys` for several roles.
  static func table(of roles: [RoleKeys]) -> JSONValue {
    let keys = Set(roles.flatMap(\.keys))
    return .object(JSONObject(keys.map { ($0.id.hex, $0.json) }))
  }
}
