// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// Drafts that are signed by several people and published together, or not at all.
package struct Ceremony: Sendable {
  package let id: RandomID
  /// What it is for, in a few words.
  package let purpose: String
  package let draftedAt: Instant
  package let drafts: RoleDrafts

  package init(id: RandomID, purpose: String, draftedAt: Instant, drafts: RoleDrafts) {
    self.id = id
    self.purpose = purpose
    self.draftedAt = draftedAt
    self.drafts = drafts
  }

  func with(_ drafts: RoleDrafts) -> Ceremony {
    Ceremony(id: id, purpose: purpose, draftedAt: draftedAt, drafts: drafts)
  }

  package var isComplete: Bool { drafts.needs.allSatisfy(\.isMet) }

  /// The drafted roles with their versions, such as `root 2, targets 2`.
  package var title: String { Ceremony.title(drafts.versions) }

  package static func title(_ versions: [MetadataRole: Int64]) -> String {
    MetadataRole.shared.compactMap { role in versions[role].map { "\(role.rawValue) \($0)" } }
      .joined(separator: ", ")
  }

  /// SHA-256 over what is to be signed and nothing else: the same for every copy, whoever signed it. Its first 8
  /// digits are what a signer types.
  package var digest: Digest {
    let drafts = drafts.files.map { ($0.key.rawValue, $0.value.signed.value) }
    let signed: JSONValue = [
      "ceremony": .string(id.text), "drafts": .object(JSONObject(drafts)),
    ]
    return .sha256(signed.canonical)
  }

  /// Which keys must sign which draft, as they were when it was drafted: another digest later means that the keys
  /// have changed in between.
  var needsDigest: Digest {
    let needs = drafts.needs.map { need -> JSONValue in
      [
        "role": .string(need.role.rawValue), "before": .bool(need.isBefore),
        "threshold": .integer(Int64(need.keys.threshold)),
        "keys": .array(need.keys.keys.map(\.id.hex).sorted().map { .string($0) }),
      ]
    }
    return .sha256(JSONValue.array(needs).canonical)
  }
}

extension RoleDrafts.Need {
  /// Whose signatures these are, such as `root, keys of root 1`.
  package var title: String { isBefore ? "\(role.rawValue), by the keys before" : role.rawValue }
}
