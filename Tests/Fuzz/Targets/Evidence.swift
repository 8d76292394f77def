// SPDX-License-Identifier: Apache-2.0
import Bundles
import Trust

extension FuzzTarget {
  /// Evidence files, line by line (FORMAT.md, 12): audit events and what devices report.
  static let evidence = FuzzTarget("evidence", seeds: { Samples.evidence }) { bytes in
    var lines = LineReader(MemorySource(bytes, name: "evidence"))
    while let line = try lines.next() {
      let field = try JSONField(parsing: line, named: "line")
      if try field.optional("event") != nil {
        let event = try AuditEvent(field)
        let again = try must("read an event that was written") {
          try AuditEvent(try parsed(event.encoded))
        }
        try promise("the same event", again == event)
      } else {
        let record = try EvidenceLine.record(field)
        let again = try must("read a record that was written") {
          try EvidenceLine.record(try parsed(EvidenceLine.encoded(record)))
        }
        try promise("the same record", again == record)
      }
    }
  }

  private static func parsed(_ line: [UInt8]) throws -> JSONField {
    try JSONField(parsing: line, named: "output")
  }
}
