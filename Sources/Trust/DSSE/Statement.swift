// SPDX-License-Identifier: Apache-2.0
package import Intents

/// An in-toto Statement v1: a predicate about subjects that are named by SHA-256. FORMAT.md, 12.
package struct Statement: Sendable {
  /// One file that the statement is about.
  package struct Subject: Sendable, Hashable {
    package let name: String
    package let digest: Digest

    package init(name: String, digest: Digest) {
      self.name = name
      self.digest = digest
    }
  }

  package static let type = "https://in-toto.io/Statement/v1"

  package let subjects: [Subject]
  package let predicateType: String
  package let predicate: JSONField

  package init(subjects: [Subject], predicateType: String, predicate: JSONValue) {
    self.subjects = subjects
    self.predicateType = predicateType
    self.predicate = JSONField(predicate, at: "statement: predicate")
  }

  /// Reads a payload that an envelope gave out as verified. No subject twice.
  ///
  /// - Throws: `TrustReason.malformedField`, or what strict JSON refuses.
  package init(parsing payload: [UInt8], named name: String) throws(Refusal) {
    let root = try JSONField(parsing: payload, named: name)
    guard try root["_type"].string() == Statement.type else {
      throw try root["_type"].wrong(Statement.type)
    }
    var subjects: [Subject] = []
    var names: Set<String> = []
    for field in try root["subject"].array() {
      let subject = Subject(
        name: try field["name"].string(), digest: try field["digest"]["sha256"].digest())
      guard names.insert(subject.name).inserted else { throw field.wrong("each name once") }
      subjects.append(subject)
    }
    self.subjects = subjects
    predicateType = try root["predicateType"].string()
    predicate = try root["predicate"]
    _ = try predicate.object()
  }

  /// The digest of the subject called `name`, or nil when there is none.
  package func digest(ofSubject name: String) -> Digest? {
    subjects.first { $0.name == name }?.digest
  }

  /// The statement as compact JSON: the payload of an envelope.
  package var encoded: [UInt8] {
    let subjects = subjects.map { subject -> JSONValue in
      ["name": .string(subject.name), "digest": ["sha256": .string(subject.digest.hex)]]
    }
    let value: JSONValue = [
      "_type": .string(Statement.type), "subject": .array(subjects),
      "predicateType": .string(predicateType), "predicate": predicate.value,
    ]
    return value.encoded
  }
}
