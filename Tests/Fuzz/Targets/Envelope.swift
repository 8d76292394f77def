// SPDX-License-Identifier: Apache-2.0
import Bundles
import TestKit
import Trust

extension FuzzTarget {
  /// A DSSE envelope (FORMAT.md, 12).
  static let envelope = FuzzTarget(
    "envelope",
    seeds: { try Samples.statements().map { Envelope.sign(payload: $0, by: [try key]).encoded } }
  ) { bytes in
    let envelope = try Envelope(parsing: bytes, named: "envelope")
    let again = try must("read what was written") {
      try Envelope(parsing: envelope.encoded, named: "output")
    }
    try promise("the same payload", again.payloadDigest == envelope.payloadDigest)
    try promise("the same signatures", again.signatures == envelope.signatures)
    try check(statement: envelope.verified(by: [try key.publicKey]))
  }

  /// The payload of an envelope that verifies: a statement, and what a report or an enrolment says in it.
  static let statement = FuzzTarget("statement", seeds: { try Samples.statements() }) { bytes in
    let envelope = Envelope.sign(payload: bytes, by: [try key])
    try check(statement: envelope.verified(by: [try key.publicKey]))
  }

  private static var key: SecretKey { get throws { try PapersForge.key("site-0") } }

  private static func check(statement payload: [UInt8]) throws {
    let statement = try Statement(parsing: payload, named: "statement")
    let again = try must("read what was written") {
      try Statement(parsing: statement.encoded, named: "output")
    }
    try promise("the same statement", again.encoded == statement.encoded)
    if statement.predicateType == EnrolmentPredicate.type {
      let enrolment = try EnrolmentPredicate(statement.predicate)
      _ = try PublicKey(JSONField(enrolment.key, at: "key"))
      let again = try must("read the enrolment that was written") {
        try EnrolmentPredicate(JSONField(enrolment.json, at: "output"))
      }
      try promise("the same enrolment", again == enrolment)
    } else {
      let report = try ReportPredicate(statement.predicate)
      let again = try must("read the report that was written") {
        try ReportPredicate(JSONField(report.json, at: "output"))
      }
      try promise("the same report", again == report)
    }
  }
}
