// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// A person who may approve, by name and public key: an operator of a site or an officer of the centre
/// (FORMAT.md, 12). Also what stands in the open file beside that person's key file.
package struct Approver: Hashable, Sendable {
  package let name: PersonName
  package let key: PublicKey

  package init(name: PersonName, key: PublicKey) {
    self.name = name
    self.key = key
  }

  /// As it stands in an enrolment.
  package var json: JSONValue { ["name": .string(name.text), "key": key.json] }

  /// - Throws: `TrustReason.malformedField`, `.unsupportedKeyTypes`.
  package init(_ field: JSONField) throws(Refusal) {
    name = try field["name"].parsed("a name: \(PersonName.rule)") { PersonName($0) }
    key = try PublicKey(try field["key"])
    guard key.isSupported else {
      throw Refusal(
        TrustReason.unsupportedKeyTypes, try field["key"].place, seen: "another type of key",
        expected: "ed25519")
    }
  }

  /// The open file of a person's key: what is handed to `init` and `officer add`.
  package var file: [UInt8] {
    JSONValue.object(
      JSONObject(
        DocumentHeader.members(type: "waybill-person") + [
          ("name", .string(name.text)), ("key", key.json),
        ])
    ).encoded
  }

  package init(parsing bytes: [UInt8], named name: String) throws(Refusal) {
    let document = try JSONField(parsing: bytes, named: name)
    try DocumentHeader.check(document, type: "waybill-person")
    try self.init(document)
  }

  /// Whether the two are one person: by name, or by the bytes of the key, whatever ids they go by (P02).
  package func isSamePerson(as other: Approver) -> Bool {
    name == other.name || key.material == other.key.material
  }

  /// Refuses a list in which one person stands twice.
  ///
  /// - Parameter place: what the list is.
  /// - Throws: `DocumentReason.samePersonTwice`, with what the two have in common.
  package static func requireDifferent(
    _ people: [Approver], in place: String
  ) throws(Refusal) {
    for (index, person) in people.enumerated() {
      guard let twin = people[..<index].first(where: { person.isSamePerson(as: $0) }) else {
        continue
      }
      let seen =
        person.name == twin.name
        ? "\(person.name) twice" : "\(twin.name) and \(person.name) with one key, \(person.key.id)"
      throw Refusal(
        DocumentReason.samePersonTwice, place, seen: seen,
        expected: "different names and different keys")
    }
  }
}
