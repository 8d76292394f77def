// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// Papers that are well formed (FORMAT.md, 4). Nothing in them is trusted yet.
package struct Papers: Sendable {
  package enum Kind: Sendable { case out, back }

  /// One entry and where its data lies in `bytes`.
  package struct Entry: Sendable {
    package let name: String
    package let range: Range<Int>
  }

  package let kind: Kind
  /// What `waybill-format` says; 1, as long as readers know no other.
  package let formatVersion: Int64
  /// Ascending by name, without `waybill-format`.
  package let entries: [Entry]
  /// The whole file.
  package let bytes: [UInt8]
  /// SHA-256 of the whole file: equal papers are one, wherever they lie.
  package let digest: Digest

  init(kind: Kind, formatVersion: Int64, entries: [Entry], bytes: [UInt8]) {
    self.kind = kind
    self.formatVersion = formatVersion
    self.entries = entries
    self.bytes = bytes
    digest = .sha256(bytes)
  }

  /// The data of the entry called `name`.
  package subscript(name: String) -> ArraySlice<UInt8>? {
    entries.first { $0.name == name }.map { bytes[$0.range] }
  }

  /// The names in `metadata/`, without that prefix.
  package var metadataNames: [String] {
    entries.filter { $0.name.hasPrefix("metadata/") }.map { String($0.name.dropFirst(9)) }
  }

  /// The file `name` of `metadata/`.
  package func metadata(_ name: String) -> ArraySlice<UInt8>? { self["metadata/\(name)"] }

  /// The files of `metadata/` without their versions, such as `snapshot`; of several roots, each.
  package var metadataByRole: [(role: String, bytes: [UInt8])] {
    metadataNames.map { name in
      let role = name.split(separator: ".").dropLast().last.map(String.init) ?? name
      return (role, metadata(name).map(Array.init) ?? [])
    }
  }

  /// The waybill, parsed; whether it is vouched for is another question.
  package func waybill() throws(Refusal) -> Waybill {
    guard let bytes = self["waybill.json"] else {
      throw Refusal(
        BundleReason.papersEntries, "papers", seen: "no waybill.json", expected: "waybill.json")
    }
    return try Waybill(parsing: Array(bytes), named: "waybill.json")
  }
}

extension Papers {
  /// Refuses any set of entries but the two that FORMAT.md, 4 names. That no root is left out is for whoever
  /// walks the roots.
  static func kind(ofEntries names: [String], in file: String) throws(Refusal) -> Kind {
    if names == ["report.dsse.json", "waybill.json"] { return .back }
    var seen: Set<String> = []
    for name in names {
      guard let role = role(ofEntry: name), role == "root" || seen.insert(role).inserted else {
        throw Refusal(
          BundleReason.papersEntries, file, seen: "entry \(name)",
          expected: "the metadata of one bundle and waybill.json, or report.dsse.json and it")
      }
      seen.insert(role)
    }
    for role in required where !seen.contains(role) {
      throw Refusal(
        BundleReason.papersEntries, file, seen: "no entry for \(role)", expected: "one")
    }
    return .out
  }

  private static let required = [
    "root", "timestamp", "snapshot", "targets", "content", "policy", "site", "waybill.json",
  ]
  private static let versioned: Set<String> = [
    "root", "snapshot", "targets", "content", "policy", "site",
  ]

  private static func role(ofEntry name: String) -> String? {
    if name == "waybill.json" { return name }
    if name == "metadata/timestamp.json" { return "timestamp" }
    guard name.hasPrefix("metadata/") else { return nil }
    let parts = name.dropFirst(9).split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2] == "json", versioned.contains(String(parts[1])),
      PlainNumber.parse(parts[0]) != nil
    else { return nil }
    return String(parts[1])
  }
}
