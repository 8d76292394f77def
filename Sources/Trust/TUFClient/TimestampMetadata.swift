// SPDX-License-Identifier: Apache-2.0
import Intents

/// The timestamp of a repository of others. TUF 1.0.31, 4.6.
package struct TimestampMetadata: Sendable {
  package let header: SignedHeader
  package let snapshot: MetadataLink

  init(_ file: MetadataFile) throws(Refusal) {
    try file.require(.timestamp)
    header = try SignedHeader(file.signed)
    snapshot = try MetadataLink(try file.signed["meta"]["snapshot.json"])
  }
}
