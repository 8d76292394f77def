// SPDX-License-Identifier: Apache-2.0
package import Intents

/// One file that a role vouches for. FORMAT.md, 3 and 5.
package struct TargetEntry: Sendable, Hashable {
  /// Its target path, such as `sites/fjord-3/intents.json`.
  package let name: String
  /// Bytes.
  package let length: Int64
  package let digest: Digest

  package init(name: String, length: Int64, digest: Digest) {
    self.name = name
    self.length = length
    self.digest = digest
  }

  /// The entry for a file as it is.
  package init(name: String, of bytes: [UInt8]) {
    self.init(name: name, length: Int64(bytes.count), digest: .sha256(bytes))
  }

  /// Where it lies in `orders.tar`: `targets/<folder>/<sha256>.<base name>`.
  package var storedName: String {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.dropLast().map { "\($0)/" }.joined()
    return "targets/\(folder)\(digest.hex).\(parts.last ?? "")"
  }

  var json: [(String, JSONValue)] {
    [("length", .integer(length)), ("hashes", ["sha256": .string(digest.hex)])]
  }
}

/// A content manifest that release signers vouch for.
package struct Release: Sendable, Hashable {
  package let target: TargetEntry
  /// The product, and its place in the order of the product's releases (1 upwards).
  package let line: RandomID
  package let counter: Int64

  package var id: ContentID { ContentID(manifest: target.digest) }

  package init(manifest: Digest, length: Int64, line: RandomID, counter: Int64) {
    let name = "content/\(ContentID(manifest: manifest)).json"
    target = TargetEntry(name: name, length: length, digest: manifest)
    self.line = line
    self.counter = counter
  }

  init(_ target: TargetEntry, _ field: JSONField) throws(Refusal) {
    self.target = target
    guard let custom = try field.optional("custom"), let line = try custom.optional("line"),
      let counter = try custom.optional("counter")
    else {
      throw Refusal(
        TrustReason.incompleteEntry, field.place, seen: field.wrong("").seen,
        expected: "custom with line and counter")
    }
    self.line = try line.randomID()
    self.counter = try counter.integer(in: 1...TrustLimits.jsonInteger)
  }

  var json: JSONValue {
    let custom: JSONValue = ["line": .string(line.text), "counter": .integer(counter)]
    return .object(JSONObject(target.json + [("custom", custom)]))
  }
}

/// How the three delegated roles list their targets.
enum TargetList {
  /// Reads `targets`: every name must begin with `folder` and go on with one part of `[a-z0-9.-]`.
  ///
  /// - Throws: `TrustReason.overreachingRole` for names outside `folder`, and when the role delegates.
  static func read(
    _ signed: JSONField, under folder: String
  ) throws(Refusal) -> [(entry: TargetEntry, field: JSONField)] {
    if let delegations = try signed.optional("delegations"),
      try !delegations["roles"].array().isEmpty
    {
      throw Refusal(
        TrustReason.overreachingRole, delegations.place, seen: delegations.wrong("").seen,
        expected: "no delegations")
    }
    let targets = try signed["targets"]
    var list: [(entry: TargetEntry, field: JSONField)] = []
    for member in try targets.members() {
      guard member.key.utf8.starts(with: folder.utf8) else {
        throw Refusal(
          TrustReason.overreachingRole, targets.place, seen: member.key, expected: "\(folder)…")
      }
      let base = member.key.utf8.dropFirst(folder.utf8.count)
      guard !base.contains(UInt8(ascii: "/")) else {
        throw Refusal(
          TrustReason.overreachingRole, targets.place, seen: member.key,
          expected: "\(folder) and one part")
      }
      guard isBaseName(base) else { throw member.field.wrong("a name of a-z, 0-9, . and -") }
      let (length, digest) = try MetaEntry.lengthAndDigest(member.field)
      let entry = TargetEntry(name: member.key, length: length, digest: digest)
      list.append((entry, member.field))
    }
    return list
  }

  /// 64 digits and a dot go before it, and 100 bytes is what a tar header holds (FORMAT.md, 5).
  private static func isBaseName(_ name: Substring.UTF8View) -> Bool {
    (1...35).contains(name.count) && name.first != UInt8(ascii: ".")
      && name.allSatisfy { byte in
        (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 || byte == 46
      }
  }
}
