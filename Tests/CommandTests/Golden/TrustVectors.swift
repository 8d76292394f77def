// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Trust

/// Papers that are well formed and not vouched for, or not in order.
enum TrustVectors {
  static func all() throws -> [GoldenVector] {
    try roots() + keys() + roles() + numbers() + times()
  }

  /// A bundle whose papers are bent.
  private static func papers(
    _ name: String, _ about: String, _ code: String, after: [String] = [], n: Int64 = 1,
    finds: [String] = [], _ edit: (inout PapersForge) throws -> Void
  ) throws -> GoldenVector {
    try .out(
      name, about, code, .papers, after: after, finds: finds,
      try Golden.bare(n: n) { try edit(&$0.papers) })
  }

  private static func roots() throws -> [GoldenVector] {
    try [
      papers(
        "root-by-new-keys-alone", "T01 Root 2 is signed by the new keys only.", "WB1102",
        finds: ["0 old keys and 1 new"]
      ) { forge in
        forge.signers[.root]?.keys = [try GoldenKey.stranger.secret()]
        try forge.addRoot()
      },
      papers(
        "root-gap", "T02 Root 3 without root 2.", "WB1103", finds: ["2.root.json"]
      ) { forge in
        try forge.addRoot()
        try forge.addRoot()
        forge.roots[2] = nil
      },
      papers(
        "root-withheld", "T03 The newest root is withheld.", "WB1104",
        finds: ["papers require root 2"]
      ) { $0.minRoot = 2 },
      papers(
        "other-root", "T18 Another root 1 than the one that is trusted.", "WB1109"
      ) { forge in
        forge.roots = [:]
        forge.issued[.root] = Golden.moment("2026-10-01T00:00:00Z")
        try forge.addRoot()
      },
      papers(
        "threshold-zero", "T04 Root 2 is content with no signature.", "WB1105"
      ) { forge in
        forge.edits[.root] = { $0.setting("roles timestamp threshold", to: 0) }
        try forge.addRoot()
      },
      papers(
        "before-key-change", "T27 Signed by keys that root 2 has replaced.", "WB1113",
        after: ["out-rotated"], n: 3
      ) { forge in
        forge = try GoodVectors.rotated(n: 3).papers
        for role in [MetadataRole.timestamp, .snapshot, .site] {
          forge.forgers[role] = [try GoldenKey.exporter.secret()]
        }
      },
      papers(
        "not-a-rehearsal", "P12 Root 2 leaves the rehearsal.", "WB3286"
      ) { forge in
        forge.isRehearsal = false
        try forge.addRoot()
      },
    ]
  }

  private static func keys() throws -> [GoldenVector] {
    try [
      papers(
        "signature-short", "T25 One of two signatures.", "WB1101", finds: ["1 of 2"]
      ) { forge in
        let one = try GoldenKey.content.secret()
        forge.signers[.content] = .init(threshold: 2, keys: [one, try GoldenKey.policy.secret()])
        forge.forgers[.content] = [one]
      },
      papers(
        "signature-false", "T25 Timestamp is signed by a stranger's key.", "WB1101",
        finds: ["0 of 1"]
      ) { $0.forgers[.timestamp] = [try GoldenKey.stranger.secret()] },
      papers(
        "key-twice", "T05 One public key under two ids for a threshold of 2.", "WB1105",
        finds: ["2 of 1 keys"]
      ) { forge in
        let twin = try GoldenKey.content.secret().publicKey.json.setting("twin", to: true)
        let id = KeyID(.sha256(twin.canonical)).hex
        forge.edits[.targets] = { targets in
          targets.setting("delegations keys \(id)", to: twin)
            .mappingDelegation("content") { role in
              role.setting("keyids", to: role.member("keyids")?.adding(.string(id)))
                .setting("threshold", to: 2)
            }
        }
      },
      papers(
        "key-id-repeated", "T06 A key id stands twice among the signatures.", "WB1106"
      ) { $0.damages[.timestamp] = { $0.mappingSignatures { $0 + $0 } } },
      papers(
        "key-id-wrong", "T07 A key id is not the SHA-256 of its key.", "WB1107"
      ) { forge in
        let key = try GoldenKey.content.secret().publicKey
        let id = Digest.sha256([]).hex
        forge.edits[.targets] = {
          $0.setting("delegations keys \(key.id)", to: nil)
            .setting("delegations keys \(id)", to: key.json)
        }
      },
      papers(
        "key-type-unknown", "T29 The threshold needs a key of an unknown type.", "WB1602"
      ) { forge in
        let key: JSONValue = [
          "keytype": "sphincs", "scheme": "sphincs-1", "keyval": ["public": "00"],
        ]
        let id = KeyID(.sha256(key.canonical)).hex
        forge.edits[.targets] = { targets in
          targets.setting("delegations keys \(id)", to: key)
            .mappingDelegation("content") { $0.setting("keyids", to: [.string(id)]) }
        }
        forge.damages[.content] = {
          $0.mappingSignatures { _ in [["keyid": .string(id), "sig": "00"]] }
        }
      },
      papers(
        "too-many-signatures", "More signatures than a role may have.", "WB2204"
      ) {
        $0.damages[.timestamp] = {
          $0.mappingSignatures { _ in Array(repeating: .object(JSONObject([])), count: 65) }
        }
      },
    ]
  }

  private static func roles() throws -> [GoldenVector] {
    try [
      papers(
        "other-role", "T08 A file of another role in the place of the snapshot.", "WB1108"
      ) { $0.edits[.snapshot] = { $0.setting("_type", to: "timestamp") } },
      papers(
        "other-delegations", "T22 Role content is given every path.", "WB1110"
      ) { forge in
        forge.edits[.targets] = {
          $0.mappingDelegation("content") { $0.setting("paths", to: ["*"]) }
        }
      },
      papers(
        "foreign-path", "T23 The site role lists content of its own.", "WB1111"
      ) { forge in
        let entry = TargetEntry(name: "content/0123456789abcdef012345.json", of: [])
        forge.siteTargets.append(entry)
        forge.edits[.site] = {
          $0.setting(
            "targets content/0123456789abcdef012345.json",
            to: ["length": 0, "hashes": ["sha256": .string(Digest.sha256([]).hex)]])
        }
      },
      papers(
        "role-unlisted", "T24 The snapshot does not list role policy.", "WB1112"
      ) { $0.edits[.snapshot] = { $0.setting("meta policy.json", to: nil) } },
      papers(
        "mixed-lines", "T38 The site role is of another site's line.", "WB1280"
      ) { $0.edits[.site] = { $0.setting("x-waybill site_id", to: "oslo-2") } },
      papers(
        "entry-incomplete", "T39 The timestamp lists no length.", "WB1012"
      ) { $0.edits[.timestamp] = { $0.setting("meta snapshot.json length", to: nil) } },
      papers(
        "specification-newer", "A role of another major version of TUF.", "WB1601"
      ) { $0.edits[.content] = { $0.setting("spec_version", to: "2.0.0") } },
    ]
  }

  private static func numbers() throws -> [GoldenVector] {
    try [
      papers(
        "version-differs", "T09 The version inside is not the one in the name.", "WB1010"
      ) { $0.edits[.targets] = { $0.setting("version", to: 7) } },
      papers(
        "numbers-differ", "T37 Timestamp 1 lists snapshot 2.", "WB1011"
      ) { $0.edits[.timestamp] = { $0.setting("meta snapshot.json version", to: 2) } },
      .out(
        "mixed-length", "T19 Role content of another bundle, longer than listed.", "WB1008",
        .papers,
        try mixed { $0.releases = [PapersForge.release("other", counter: 1)] }),
      .out(
        "mixed-hash", "T19 Role content of another bundle, of the same length.", "WB1009", .papers,
        try mixed { $0.expires[.content] = Golden.moment("2027-10-31T00:00:00Z") }),
      papers(
        "role-lowered", "T13 Role targets falls below the version that was seen.", "WB1302",
        after: ["out-rotated"], n: 3
      ) { $0 = try GoodVectors.rotated(n: 3, targets: 1).papers },
      papers(
        "role-dropped", "T13 The snapshot drops role content.", "WB1303", after: ["out-first"], n: 2
      ) { $0.edits[.snapshot] = { $0.setting("meta content.json", to: nil) } },
      papers(
        "equivocation", "T11 Another bundle under a number that was taken.", "WB4101",
        after: ["out-first"]
      ) { $0.issued[.timestamp] = Golden.moment("2026-11-01T01:00:00Z") },
    ]
  }

  /// A bundle with role content of another one in its papers.
  private static func mixed(_ edit: (inout PapersForge) -> Void) throws -> BundleForge {
    var other = try Golden.papers()
    edit(&other)
    let strange = try other.files().first { $0.name == "1.content.json" }
    return try Golden.bare { forge in
      forge.bends.metadata = { files in
        files = files.map { $0.name == strange?.name ? strange ?? $0 : $0 }
      }
    }
  }

  private static func times() throws -> [GoldenVector] {
    var ahead = try papers(
      "issued-far-ahead", "S14 Issued 800 days ahead of everything seen.", "WB1404",
      after: ["out-first"], n: 2
    ) { forge in
      forge.now = Golden.moment("2029-03-01T00:00:00Z")
      try forge.addRoot()
    }
    ahead.expect.at = "1970-01-01T00:10:00Z"
    return try [
      papers(
        "issued-after-expiry", "S29 Issued later than role content expires.", "WB1402"
      ) { $0.expires[.content] = Golden.moment("2026-10-31T00:00:00Z") },
      papers(
        "issued-ahead", "S13 Issued 40 days ahead of the clock.", "WB1403"
      ) { $0.now = Golden.moment("2026-12-12T00:00:00Z") }, ahead,
    ]
  }
}
