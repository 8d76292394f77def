// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import TestKit
import Trust

extension FuzzTarget {
  /// What a person approved (FORMAT.md, 12), once its signature was found right.
  static let approval = FuzzTarget("approval", seeds: { try Samples.approvals() }) { bytes in
    let approval = try Approval(parsing: bytes)
    let key = try PapersForge.key("site-0")
    let again = try must("read what was written") {
      try Approval(parsing: approval.signed(by: key).verified(by: [key.publicKey]))
    }
    try promise("the same approval", again == approval)
  }

  /// The open file of a person's key.
  static let approver = FuzzTarget(
    "approver",
    seeds: {
      let name = Samples.known(PersonName("A. Berg"))
      return [Approver(name: name, key: try PapersForge.key("site-0").publicKey).file]
    }
  ) { bytes in
    let person = try Approver(parsing: bytes, named: "person")
    let again = try must("read what was written") {
      try Approver(parsing: person.file, named: "output")
    }
    try promise("the same person", again == person && again.isSamePerson(as: person))
  }
}

extension Samples {
  /// The payloads of an approval of a plan and of one of a date.
  static func approvals() throws -> [[UInt8]] {
    let plan = ApprovalSubject(
      role: .import, site: site, epoch: random, plan: digest, fingerprint: digest, number: 42)
    let date = ApprovalSubject(role: .date, site: site, epoch: random, plan: digest)
    let key = try PapersForge.key("site-0")
    return try [plan, date].map { subject in
      try Approval(
        subject: subject, at: now, expires: now.adding(days: 7), isRehearsal: subject.number == nil
      ).signed(by: key).verified(by: [key.publicKey])
    }
  }
}
