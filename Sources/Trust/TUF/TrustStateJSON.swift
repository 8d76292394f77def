// SPDX-License-Identifier: Apache-2.0
package import Intents

extension TrustState {
  /// The state as a site keeps it.
  package var json: JSONValue {
    let chain = roots.sorted { $0.key < $1.key }.map { JSONValue.string(Base64.encode($0.value)) }
    var members: [(String, JSONValue)] = [
      ("_type", "waybill-trust-state"), ("format", 1), ("roots", .array(chain)),
      ("targets", .integer(versions.targets)), ("content", .integer(versions.content)),
      ("policy", .integer(versions.policy)),
      ("floors", .object(JSONObject(floors.map { ($0.key.text, .integer($0.value)) }))),
      ("time_floor", .string(timeFloor.description)),
      ("newest_issued", .string(newestIssued.description)),
    ]
    if let line { members.append(("line", line.json)) }
    return .object(JSONObject(members))
  }

  /// Reads a kept state and verifies its chain of roots anew, from the pinned one on.
  ///
  /// - Throws: `TrustReason.malformedField`, and what the roots are refused with.
  package init(_ field: JSONField) throws(Refusal) {
    let chain = try field["roots"].array()
    guard let first = chain.first else { throw try field["roots"].wrong("the pinned root") }
    try self.init(pinnedRoot: TrustState.bytes(first))
    for element in chain.dropFirst() {
      let bytes = try TrustState.bytes(element)
      trust(try root.successor(bytes, named: "\(root.version + 1).root.json"), bytes)
    }
    let any = 0...TrustLimits.jsonInteger
    versions = TrustVersions(
      root: root.version, targets: try field["targets"].integer(in: any),
      content: try field["content"].integer(in: any), policy: try field["policy"].integer(in: any))
    for member in try field["floors"].members() {
      guard let line = RandomID(member.key) else { throw member.field.wrong("a line's random id") }
      floors[line] = try member.field.integer(in: any)
    }
    timeFloor = try field["time_floor"].instant()
    newestIssued = try field["newest_issued"].instant()
    line = try field.optional("line").map { (field) throws(Refusal) in try Line(field) }
    if let line, parsedRoots[line.root] == nil {
      throw try field["line"]["root"].wrong("a root of this state")
    }
  }

  private static func bytes(_ field: JSONField) throws(Refusal) -> [UInt8] {
    try field.parsed("base64") { Base64.decode($0) }
  }
}

extension TrustState.Line {
  var json: JSONValue {
    [
      "n": .integer(n), "fingerprint": .string(fingerprint.hex),
      "timestamp": .string(timestamp.hex), "snapshot": .string(snapshot.hex),
      "site": .string(site.hex), "root": .integer(root), "issued": .string(issued.description),
    ]
  }

  init(_ field: JSONField) throws(Refusal) {
    n = try field["n"].integer(in: 1...TrustLimits.jsonInteger)
    fingerprint = try field["fingerprint"].digest()
    timestamp = try field["timestamp"].digest()
    snapshot = try field["snapshot"].digest()
    site = try field["site"].digest()
    root = try field["root"].integer(in: 1...TrustLimits.jsonInteger)
    issued = try field["issued"].instant()
  }
}
