// SPDX-License-Identifier: Apache-2.0
package import Intents

extension SumsFile {
  /// The untrusted comment of every signature that we write; another one is damage.
  package static let untrustedComment = "waybill: damage and mix-up check, never trust"

  /// The trusted comment: which folder, and which fingerprint its papers have. FORMAT.md, 13.
  package static func trustedComment(_ name: BundleName, fingerprint: Digest) -> String {
    "waybill \(name) \(fingerprint)"
  }
}
