// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// Who the connector is: an application of one tenant, with its certificate.
package struct ClientCredential: Sendable {
  package let tenant: GraphID
  package let client: GraphID
  package let certificate: ClientCertificate

  package init(tenant: GraphID, client: GraphID, certificate: ClientCertificate) {
    self.tenant = tenant
    self.client = client
    self.certificate = certificate
  }

  /// Reads ids as they stand in a configuration.
  ///
  /// - Throws: `IntuneReason.malformedSetting`.
  package init(
    tenant: String, client: String, certificate: ClientCertificate
  ) throws(Refusal) {
    var ids: [GraphID] = []
    for (name, text) in [("tenant", tenant), ("client", client)] {
      guard let id = GraphID(text) else {
        throw Refusal(IntuneReason.malformedSetting, name, seen: text, expected: "a GUID")
      }
      ids.append(id)
    }
    self.init(tenant: ids[0], client: ids[1], certificate: certificate)
  }
}

/// A JWT by which the connector shows that it holds its key (RFC 7523, 3; RFC 7515, PS256 with `x5t#S256`).
package enum ClientAssertion {
  /// - Parameters:
  ///   - audience: address of the token server that it is for.
  ///   - id: of this one assertion; never used twice.
  ///   - now: it counts from a minute before to five after.
  /// - Throws: `TrustReason.cryptography`.
  package static func text(
    for credential: ClientCredential, audience: String, id: RandomID, at now: Instant
  ) throws(Refusal) -> String {
    let header: JSONValue = [
      "alg": "PS256", "typ": "JWT",
      "x5t#S256": .string(Base64.encodeForAddress(credential.certificate.fingerprint.bytes)),
    ]
    let claims: JSONValue = [
      "aud": .string(audience), "iss": .string(credential.client.text),
      "sub": .string(credential.client.text), "jti": .string(id.text),
      "nbf": .integer(now.adding(seconds: -IntuneLimits.assertionBefore).seconds),
      "exp": .integer(now.adding(seconds: IntuneLimits.assertionAfter).seconds),
    ]
    let signed =
      Base64.encodeForAddress(header.encoded) + "." + Base64.encodeForAddress(claims.encoded)
    let signature = try credential.certificate.sign(Array(signed.utf8))
    return signed + "." + Base64.encodeForAddress(signature)
  }
}
