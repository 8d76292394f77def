// SPDX-License-Identifier: Apache-2.0
import Intents
import Trust

/// `_type` and `format`, which every document of ours begins with.
enum DocumentHeader {
  /// The only format so far.
  static let format: Int64 = 1

  /// Refuses a document of another kind (damaged) or of a newer format (unsupported).
  static func check(_ document: JSONField, type: String) throws(Refusal) {
    let found = try document["_type"].string()
    guard found == type else { throw try document["_type"].wrong("\"\(type)\"") }
    let format = try document["format"].integer(in: 1...TrustLimits.jsonInteger)
    guard format == self.format else {
      throw Refusal(
        DocumentReason.newerDocument, document.place, seen: "format \(format)",
        expected: "format \(self.format)")
    }
  }

  /// The members that begin a document of ours.
  static func members(type: String) -> [(String, JSONValue)] {
    [("_type", .string(type)), ("format", .integer(format))]
  }
}

extension JSONValue {
  static func digest(_ digest: Digest) -> JSONValue { .string(digest.hex) }
  static func instant(_ instant: Instant) -> JSONValue { .string(instant.description) }

  /// The strings of a set, sorted.
  static func sorted(_ texts: some Sequence<String>) -> JSONValue {
    .array(texts.sorted().map { .string($0) })
  }
}

extension JSONField {
  func digests() throws(Refusal) -> [Digest] {
    var digests: [Digest] = []
    for element in try array() { digests.append(try element.digest()) }
    return digests
  }

  func tags() throws(Refusal) -> Set<Tag> {
    var tags: Set<Tag> = []
    for element in try array() {
      tags.insert(try element.parsed("a tag: \(Tag.rule)") { Tag($0) })
    }
    return tags
  }

  func name() throws(Refusal) -> Name { try parsed("a name: \(Name.rule)") { Name($0) } }

  func collection() throws(Refusal) -> CollectionName {
    try parsed("a collection: \(CollectionName.rule)") { CollectionName($0) }
  }

  func count() throws(Refusal) -> Int64 { try integer(in: 0...TrustLimits.jsonInteger) }

  /// One of the raw values of `Choice`.
  func choice<Choice>(_: Choice.Type) throws(Refusal) -> Choice
  where Choice: CaseIterable & RawRepresentable, Choice.RawValue == String {
    let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    return try parsed("one of \(names)") { Choice(rawValue: $0) }
  }
}
