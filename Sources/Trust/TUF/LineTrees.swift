// SPDX-License-Identifier: Apache-2.0
import Intents

/// The three files of a line, parsed once, before any signature: only to see whose they are. A file that
/// cannot be parsed is refused when its role has its turn.
struct LineTrees {
  static let timestampName = "timestamp.json"

  let timestamp: Result<JSONField, Refusal>
  let snapshot: Result<JSONField, Refusal>
  let site: Result<JSONField, Refusal>

  /// - Throws: `TrustReason.otherSite` when one of the three names another site or none (T38, M01); or why the
  ///   timestamp cannot be read, when none of the three can.
  init(_ papers: PapersMetadata, for expected: SiteID) throws(Refusal) {
    timestamp = LineTrees.parse(papers.timestamp, LineTrees.timestampName)
    snapshot = LineTrees.parse(papers.snapshot.bytes, papers.snapshot.name)
    site = LineTrees.parse(papers.site.bytes, papers.site.name)
    var isOurs = false
    for tree in [timestamp, snapshot, site] {
      guard case .success(let tree) = tree else { continue }
      let named = LineTrees.site(tree.value)
      guard let named, named.utf8.elementsEqual(expected.text.utf8) else {
        throw Refusal(
          TrustReason.otherSite, tree.place,
          seen: named.map { "a piece of \($0)'s line" } ?? "a piece of no site's line",
          expected: "of \(expected)'s line")
      }
      isOurs = true
    }
    if !isOurs { _ = try timestamp.get() }
  }

  private static func parse(_ bytes: [UInt8], _ name: String) -> Result<JSONField, Refusal> {
    Result { () throws(Refusal) in try JSONField(parsing: bytes, named: name) }
  }

  private static func site(_ tree: JSONValue) -> String? {
    guard case .object(let file) = tree, case .object(let signed)? = file["signed"],
      case .object(let own)? = signed["x-waybill"], case .string(let site)? = own["site_id"]
    else { return nil }
    return site
  }
}
