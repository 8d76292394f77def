// SPDX-License-Identifier: Apache-2.0
import Intents

/// The keys that may sign for a role, and how many of them must.
package struct RoleKeys: Sendable, Hashable {
  /// At least 1, at most the number of distinct keys.
  package let threshold: Int
  package let keys: [PublicKey]

  /// For roles that we make; `threshold` must be one that the keys can meet, or every reader refuses them.
  package init(threshold: Int, keys: [PublicKey]) {
    self.threshold = threshold
    self.keys = keys
  }

  /// Reads `keyids` and `threshold` of a role.
  ///
  /// A key id that `table` does not have cannot sign and counts for nothing.
  /// - Throws: `TrustReason.repeatedKeyID`, `.impossibleThreshold`, `.tooManyKeys`.
  init(_ field: JSONField, among table: [KeyID: PublicKey]) throws(Refusal) {
    let listed = try field["keyids"].array()
    guard listed.count <= TrustLimits.keysOfRole else {
      throw Refusal(
        TrustReason.tooManyKeys, field.place, seen: "\(listed.count)",
        expected: "at most \(TrustLimits.keysOfRole)")
    }
    var keys: [PublicKey] = []
    var seen: Set<[UInt8]> = []
    for entry in listed {
      let keyid = try entry.string()
      guard seen.insert(Array(keyid.utf8)).inserted else {
        throw Refusal(
          TrustReason.repeatedKeyID, field.place, seen: "\(keyid) twice", expected: "once")
      }
      if let key = KeyID(keyid).flatMap({ table[$0] }) { keys.append(key) }
    }
    let wanted = try field["threshold"].integer(
      in: -TrustLimits.jsonInteger...TrustLimits.jsonInteger)
    let distinct = Set(keys.map(\.material)).count
    guard wanted >= 1, wanted <= Int64(distinct) else {
      throw Refusal(
        TrustReason.impossibleThreshold, field.place, seen: "\(wanted) of \(distinct) keys",
        expected: "at least 1 and at most the number of different keys")
    }
    threshold = Int(wanted)
    self.keys = keys
  }

  /// Counts the distinct keys of this role that signed `file`.
  package func tally(_ file: MetadataFile) -> SignatureTally {
    var tally = SignatureTally(threshold: threshold)
    for signature in file.signatures {
      guard let id = KeyID(signature.keyid), let key = keys.first(where: { $0.id == id }) else {
        continue
      }
      tally.count(key, signature.bytes ?? [], over: file.signedBytes)
    }
    return tally
  }

  /// Whether those who stayed from `self` cannot sign for `newer`: then nothing that these keys signed
  /// alone is valid any more, and no number that they reached need hold.
  package func isReplaced(by newer: RoleKeys) -> Bool {
    let before = Set(keys.map(\.material))
    let stayed = Set(newer.keys.map(\.material)).intersection(before)
    return stayed.count < newer.threshold
  }

  var json: JSONValue {
    [
      "keyids": .array(keys.map { .string($0.id.hex) }), "threshold": .integer(Int64(threshold)),
    ]
  }

  /// Reads an object `keys`: each id must be that of its key.
  ///
  /// - Throws: `TrustReason.otherKeyID`, `.tooManyKeys`.
  static func table(_ field: JSONField) throws(Refusal) -> [KeyID: PublicKey] {
    let members = try field.members()
    guard members.count <= TrustLimits.keysOfFile else {
      throw Refusal(
        TrustReason.tooManyKeys, field.place, seen: "\(members.count)",
        expected: "at most \(TrustLimits.keysOfFile)")
    }
    var table: [KeyID: PublicKey] = [:]
    for member in members {
      let key = try PublicKey(member.field, listedAs: member.key)
      table[key.id] = key
    }
    return table
  }

  /// The object `keys` for several roles.
  static func table(of roles: [RoleKeys]) -> JSONValue {
    let keys = Set(roles.flatMap(\.keys))
    return .object(JSONObject(keys.map { ($0.id.hex, $0.json) }))
  }
}
