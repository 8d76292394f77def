// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
import SystemPackage
import Trust

/// The file at a library's root that says that Waybill made it, and for which site.
package struct LibraryMarker: Hashable, Sendable {
  package let id: Name
  package let siteCode: SiteCode

  package init(id: Name, siteCode: SiteCode) {
    self.id = id
    self.siteCode = siteCode
  }

  var encoded: [UInt8] {
    let value: JSONValue = [
      "_type": "waybill-library", "format": 1, "id": .string(id.text),
      "site_code": .string(siteCode.text),
    ]
    return value.encoded
  }

  /// Reads the marker of a library; nil when there is none.
  static func read(_ layout: LibraryLayout) throws(Refusal) -> LibraryMarker? {
    guard FileQuery.status(layout.marker) != nil else { return nil }
    let bytes = try FileQuery.contents(of: layout.marker, cap: DistributionLimits.record)
    let root = try JSONField(parsing: bytes, named: layout.marker.text)
    _ = try root["_type"].parsed("waybill-library") { $0 == "waybill-library" ? $0 : nil }
    _ = try root["format"].integer(in: 1...1)
    return LibraryMarker(
      id: try root["id"].parsed("a name: \(Name.rule)") { Name($0) },
      siteCode: try root["site_code"].parsed("a site code: \(SiteCode.rule)") { SiteCode($0) })
  }
}
