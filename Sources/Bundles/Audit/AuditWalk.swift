// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// One line of a log as it is kept, as far as it can be read.
package struct AuditLine: Sendable {
  /// Where it stands in the table that keeps it.
  package let place: Int64
  /// The hash that is kept with it.
  package let kept: Digest?
  /// What the line says, and its hash reckoned anew; or why it cannot be read.
  package let event: Result<AuditEvent, Refusal>

  package init(place: Int64, kept: Digest?, event: Result<AuditEvent, Refusal>) {
    self.place = place
    self.kept = kept
    self.event = event
  }

  /// A line as a return brought it or the centre wrote it, beside the number and hash that are kept of it.
  package init(place: Int64, kept: String, bytes: [UInt8]) {
    self.place = place
    self.kept = Digest(hex: kept)
    event = Result { () throws(Refusal) in
      let body = bytes.last == 10 ? Array(bytes.dropLast()) : bytes
      let field = try JSONField(parsing: body, named: "line \(place)")
      guard try field["hash"].string() == kept else { throw try field["hash"].wrong(kept) }
      return try AuditEvent(unchecked: field)
    }
  }
}

/// Follows a log from its first line on and finds every line that does not chain, and every head that others
/// know of and that is not in it (FORMAT.md, 12; S18, R20). Pure; holds one line at a time.
package struct AuditWalk: Sendable {
  /// Where the log ends.
  package private(set) var head = AuditHead.origin
  package private(set) var count: Int64 = 0
  package private(set) var faults = AuditFaults()
  /// What others know of the log, by the hash of the line.
  private var awaited: [Digest: String] = [:]

  package init() {}

  /// Awaits a line that others know the hash of.
  ///
  /// - Parameter what: such as `the line that report 3 ends with`.
  package mutating func await(_ digest: Digest, _ what: String) {
    if digest != AuditEvent.origin { awaited[digest] = what }
  }

  /// Takes the next line.
  package mutating func take(_ line: AuditLine) {
    count += 1
    let next = head.seq + 1
    switch line.event {
    case .failure(let refusal):
      fault(line.place, "\(refusal)", "a line as it was written")
      head = AuditHead(seq: line.place, digest: line.kept ?? head.digest)
    case .success(let event):
      let kept = line.kept ?? event.digest
      if event.seq != next || line.place != next {
        fault(next, "line \(event.seq) in place \(line.place)", "line \(next)")
      } else if event.previous != head.digest {
        fault(
          next, "behind \(event.previous)", "behind \(head.digest), the hash of line \(head.seq)")
      } else if event.digest != line.kept {
        fault(next, "\(event.digest), the hash of what stands there", "\(kept), as it was kept")
      }
      head = AuditHead(seq: line.place, digest: kept)
      awaited[kept] = nil
    }
  }

  /// Looks at the end: what is awaited still is not in the log.
  package mutating func finish() {
    let missing = awaited.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    for (digest, what) in missing {
      faults.add(
        AuditFault(
          .head, "lines up to \(head.seq)", seen: "none with hash \(digest)", expected: what))
    }
    awaited = [:]
  }

  private mutating func fault(_ seq: Int64, _ seen: String, _ expected: String) {
    faults.add(AuditFault(.line, "line \(seq)", seen: seen, expected: expected))
  }
}
