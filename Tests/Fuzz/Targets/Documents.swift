// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

extension FuzzTarget {
  /// The documents of orders and returns (FORMAT.md, 9 to 12), each read by what its `_type` says.
  static let documents = FuzzTarget("documents", seeds: { try Samples.documents() }) { bytes in
    switch try JSONField(parsing: bytes, named: "document")["_type"].string() {
    case "waybill-intents":
      try roundTrip(bytes, IntentsDocument.init(parsing:), \.encoded)
    case "waybill-policy":
      try roundTrip(bytes, PolicyDocument.policy(parsing:)) { policy in
        PolicyDocument.encoded(policy, for: policy.site ?? Samples.site, salt: Samples.random)
      }
    case "waybill-ack": try roundTrip(bytes, Acknowledgement.init(parsing:), \.encoded)
    case "waybill-enrolment": try roundTrip(bytes, EnrolmentRecord.init(parsing:), \.encoded)
    default: try roundTrip(bytes, StateDocument.init(parsing:), \.encoded)
    }
  }

  /// What is read and written is read again as the same.
  private static func roundTrip<Document>(
    _ bytes: [UInt8], _ read: ([UInt8]) throws -> Document, _ write: (Document) -> [UInt8]
  ) throws {
    let written = write(try read(bytes))
    let again = try must("read what was written") { try read(written) }
    try promise("the same document", write(again) == written)
  }
}
