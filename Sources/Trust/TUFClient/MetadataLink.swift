// SPDX-License-Identifier: Apache-2.0
import Intents

/// What timestamp and snapshot list of another file. Length and hashes may be missing in repositories of
/// others. TUF 1.0.31, 4.4.
package struct MetadataLink: Sendable, Hashable {
  package let version: Int64
  /// Bytes.
  package let length: Int64?
  package let hashes: FileHashes?

  init(_ field: JSONField) throws(Refusal) {
    version = try field["version"].integer(in: 1...TrustLimits.jsonInteger)
    length = try field.optional("length")?.integer(in: 1...TrustLimits.jsonInteger)
    if let listed = try field.optional("hashes") {
      hashes = try FileHashes(listed)
    } else {
      hashes = nil
    }
  }

  /// Refuses bytes that are not those listed, as far as that can be told without reading them.
  ///
  /// - Throws: `TrustReason.otherLength`, `.otherHash`.
  func check(_ bytes: [UInt8], named name: String) throws(Refusal) {
    if let length, Int64(bytes.count) != length {
      throw Refusal(
        TrustReason.otherLength, name, seen: "\(bytes.count) bytes", expected: "\(length) bytes")
    }
    try hashes?.check(bytes, named: name)
  }

  /// - Throws: `TrustReason.otherVersion`.
  func check(_ header: SignedHeader, named name: String) throws(Refusal) {
    guard header.version == version else {
      throw Refusal(
        TrustReason.otherVersion, name, seen: "version \(header.version)",
        expected: "version \(version), as its parent lists")
    }
  }
}
