// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Trust

/// What holds of a line when its keys or its clock change.
enum LineVectors {
  static func all() throws -> [GoldenVector] { try keys() + clock() }

  /// A number that a thief of the exporter's key chose, near the last that JSON can say.
  private static let driven: Int64 = 9_007_199_254_740_000

  private static func keys() throws -> [GoldenVector] {
    let next = try GoldenKey.exporterNext.secret()
    let half = try Golden.bare(n: 3) { forge in
      forge.papers.signers[.timestamp]?.keys = [next]
      try forge.papers.addRoot()
    }
    return try [
      .out(
        "line-driven-up", "T15 A thief of the exporter's key drives N up.", nil, .orders,
        finds: [#""state":"taken""#], try Golden.bare(n: driven)),
      .out(
        "line-recovered", "T15 All keys of the line are replaced: N starts anew.", nil, .orders,
        after: ["line-driven-up"], finds: ["starts anew after \(driven)"],
        try GoodVectors.rotated(n: 3)),
      .out(
        "line-one-key", "T15 Only the key of timestamp is replaced: N holds.", "WB1380", .papers,
        after: ["line-driven-up"], half),
    ]
  }

  private static func clock() throws -> [GoldenVector] {
    let behind = "1970-01-01T00:10:00Z"
    var late = try GoldenVector.out(
      "line-in-june", "S10 A bundle of June 2027, and a clock that says 1970.", nil, .orders,
      try Golden.bare { $0.papers.now = Golden.moment("2027-06-01T00:00:00Z") })
    var revived = try GoldenVector.out(
      "line-revived", "S12 It expired in January, and a clock turned back does not revive it.",
      "WB1401", .papers, after: ["line-in-june"], finds: ["source: floor"],
      try Golden.bare(n: 2) { forge in
        for role in [MetadataRole.targets, .content, .policy] { forge.papers.versions[role] = 2 }
      })
    late.expect.at = behind
    revived.expect.at = behind
    return [late, revived]
  }
}
