// SPDX-License-Identifier: Apache-2.0
package import Intents

/// One metadata file: its bytes, and the tree that was parsed from them once. What is typed later is read
/// from the same tree that the signatures were checked over. FORMAT.md, 3.
package struct MetadataFile: Sendable {
  /// One entry of `signatures`; `bytes` is nil when it is malformed, which is no more than not valid.
  package struct Signature: Sendable, Hashable {
    package let keyid: String
    package let bytes: [UInt8]?
  }

  /// The file's name, such as `42.snapshot.json`.
  package let name: String
  package let bytes: [UInt8]
  package let signed: JSONField
  /// OLPC canonical JSON of `signed`: what signatures are over.
  package let signedBytes: [UInt8]
  package let signatures: [Signature]

  package var digest: Digest { .sha256(bytes) }
  package var signedDigest: Digest { .sha256(signedBytes) }

  /// Parses `bytes`, checking the shape but no signature.
  ///
  /// - Throws: what strict JSON refuses, `TrustReason.repeatedKeyID`, `.tooManyKeys`.
  package init(parsing bytes: [UInt8], named name: String) throws(Refusal) {
    try self.init(JSONField(parsing: bytes, named: name), bytes: bytes, named: name)
  }

  /// Takes a tree that was parsed from `bytes`.
  init(_ tree: JSONField, bytes: [UInt8], named name: String) throws(Refusal) {
    self.name = name
    self.bytes = bytes
    signed = try tree["signed"]
    _ = try signed.object()
    signedBytes = signed.value.canonical
    signatures = try MetadataFile.signatures(try tree["signatures"])
  }

  /// Refuses bytes that are more than their role may have, before any of them is parsed.
  ///
  /// - Throws: `TrustReason.roleTooLarge`.
  static func checkSize(_ bytes: [UInt8], cap: Int64, named name: String) throws(Refusal) {
    guard Int64(bytes.count) > cap else { return }
    throw Refusal(
      TrustReason.roleTooLarge, name, seen: "\(bytes.count) bytes", expected: "at most \(cap)")
  }

  /// Refuses a file whose `_type` is not that of `role`.
  ///
  /// - Throws: `TrustReason.otherRole`.
  package func require(_ role: MetadataRole) throws(Refusal) {
    try require(type: role.type, of: role.rawValue)
  }

  /// Refuses a file whose `_type` is not `type`, as that of the role called `name` must be.
  ///
  /// - Throws: `TrustReason.otherRole`.
  func require(type: String, of role: String) throws(Refusal) {
    let seen = try signed["_type"].string()
    guard seen == type else {
      throw Refusal(
        TrustReason.otherRole, name, seen: "a file of type \(seen)",
        expected: "\(role) (type \(type))")
    }
  }

  /// A file around `signed`, signed by each of `keys`.
  package static func signed(
    _ signed: JSONValue, by keys: [SecretKey], named name: String
  ) throws(Refusal) -> MetadataFile {
    let message = signed.canonical
    let entries = keys.map { key -> JSONValue in
      ["keyid": .string(key.id.hex), "sig": .string(Hex.encode(key.sign(message)))]
    }
    let file: JSONValue = ["signatures": .array(entries), "signed": signed]
    return try MetadataFile(parsing: file.encoded, named: name)
  }

  /// This file with a further signature, or with that of the same key replaced: how several people sign one
  /// file one after the other.
  package func adding(signatureBy key: SecretKey) throws(Refusal) -> MetadataFile {
    let own = Signature(keyid: key.id.hex, bytes: key.sign(signedBytes))
    return try with(signatures.filter { $0.keyid != own.keyid } + [own])
  }

  /// This file with `more` signatures by keys that have not signed it yet.
  func adding(_ more: [Signature]) throws(Refusal) -> MetadataFile {
    let known = Set(signatures.map(\.keyid))
    return try with(signatures + more.filter { !known.contains($0.keyid) })
  }

  /// This file with those of its signatures that `isWanted` takes, ascending by key id.
  func keeping(_ isWanted: (Signature) -> Bool) throws(Refusal) -> MetadataFile {
    try with(signatures.filter(isWanted).sorted { $0.keyid < $1.keyid })
  }

  /// Whether one of the signatures is validly by `key`.
  package func isSigned(by key: PublicKey) -> Bool {
    signatures.contains { signature in
      signature.keyid == key.id.hex && key.isValid(signature.bytes ?? [], over: signedBytes)
    }
  }

  private func with(_ signatures: [Signature]) throws(Refusal) -> MetadataFile {
    var entries: [JSONValue] = []
    for signature in signatures {
      guard let bytes = signature.bytes else { continue }
      entries.append(["keyid": .string(signature.keyid), "sig": .string(Hex.encode(bytes))])
    }
    let file: JSONValue = ["signatures": .array(entries), "signed": signed.value]
    return try MetadataFile(parsing: file.encoded, named: name)
  }

  private static func signatures(_ field: JSONField) throws(Refusal) -> [Signature] {
    let entries = try field.array()
    guard entries.count <= TrustLimits.keysOfRole else {
      throw Refusal(
        TrustReason.tooManyKeys, field.place, seen: "\(entries.count)",
        expected: "at most \(TrustLimits.keysOfRole)")
    }
    var signatures: [Signature] = []
    var ids: Set<[UInt8]> = []
    for entry in entries {
      guard case .object(let object) = entry.value, case .string(let keyid)? = object["keyid"]
      else {
        continue  // Malformed: not counted.
      }
      guard ids.insert(Array(keyid.utf8)).inserted else {
        throw Refusal(
          TrustReason.repeatedKeyID, field.place, seen: "\(keyid) twice", expected: "once")
      }
      let hex: String? = if case .string(let text)? = object["sig"] { text } else { nil }
      signatures.append(Signature(keyid: keyid, bytes: hex.flatMap { Hex.decode($0) }))
    }
    return signatures
  }
}
