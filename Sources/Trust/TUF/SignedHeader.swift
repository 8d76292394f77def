// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What TUF asks every role to say of itself. TUF 1.0.31, 4.3.
package struct SignedHeader: Sendable, Hashable {
  /// 1 upwards.
  package let version: Int64
  package let expires: Instant

  /// Reads the part `signed` and refuses another major version of the specification.
  init(_ signed: JSONField) throws(Refusal) {
    let specification = try signed["spec_version"]
    let parts = try specification.string().split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count > 1, parts.first == "1", parts.allSatisfy({ UInt32($0) != nil }) else {
      throw Refusal(
        TrustReason.unsupportedSpecification, specification.place,
        seen: try specification.string(), expected: "1.x")
    }
    version = try signed["version"].integer(in: 1...TrustLimits.jsonInteger)
    expires = try signed["expires"].instant()
  }
}
