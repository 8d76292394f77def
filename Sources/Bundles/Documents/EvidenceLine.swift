// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// One line of an evidence file (FORMAT.md, 12).
package enum EvidenceLine {
  package static let devices = "devices.ndjson"
  package static let counts = "counts.ndjson"
  package static let events = "events.ndjson"
  /// All that this version knows.
  package static let names: Set<String> = [devices, counts, events]

  /// With its line feed.
  package static func encoded(_ record: ComplianceRecord) -> [UInt8] {
    var members: [(String, JSONValue)] = [
      ("device", .string(record.device)), ("intent", .string(record.intent.text)),
      ("revision", .integer(record.revision)), ("state", .string(record.state.rawValue)),
      ("as_of", .instant(record.asOf)),
    ]
    if let code = record.exitCode { members.append(("exit_code", .integer(code))) }
    return JSONValue.object(JSONObject(members)).encoded + [10]
  }

  package static func record(_ field: JSONField) throws(Refusal) -> ComplianceRecord {
    ComplianceRecord(
      device: try field["device"].string(), intent: try field["intent"].name(),
      revision: try field["revision"].integer(in: 1...TrustLimits.jsonInteger),
      state: try field["state"].choice(ComplianceRecord.State.self),
      exitCode: try field.optional("exit_code")?.integer(
        in: -TrustLimits.jsonInteger...TrustLimits.jsonInteger),
      asOf: try field["as_of"].instant())
  }
}
