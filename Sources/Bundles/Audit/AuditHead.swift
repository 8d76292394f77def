// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// A place in a hash-chained log: a line by its number and hash (FORMAT.md, 12).
package struct AuditHead: Hashable, Sendable {
  /// 0 before the first line.
  package let seq: Int64
  package let digest: Digest

  package init(seq: Int64, digest: Digest) {
    self.seq = seq
    self.digest = digest
  }

  /// Where every log begins.
  package static let origin = AuditHead(seq: 0, digest: AuditEvent.origin)

  package init(_ field: JSONField) throws(Refusal) {
    seq = try field["seq"].count()
    digest = try field["sha256"].digest()
    guard seq > 0 || digest == AuditEvent.origin else {
      throw field.wrong("the hash of nothing with seq 0")
    }
  }

  package var json: JSONValue {
    ["seq": .integer(seq), "sha256": .string(digest.hex)]
  }
}

extension AuditHead: LosslessStringConvertible {
  /// As it is stored and read out: `412:9f86…`.
  package var description: String { "\(seq):\(digest)" }

  package init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let seq = parts[0] == "0" ? 0 : PlainNumber.parse(parts[0]),
      let digest = Digest(hex: String(parts[1])), seq > 0 || digest == AuditEvent.origin
    else { return nil }
    self.init(seq: seq, digest: digest)
  }
}
