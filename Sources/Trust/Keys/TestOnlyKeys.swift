// SPDX-License-Identifier: Apache-2.0
package import Intents

/// The keys in `keys/`: their secrets are published, so that anyone can make golden bundles. Rehearsals take
/// them as any other; nothing of production may rest on one (P07).
package enum TestOnlyKeys {
  /// By the id of the plain Ed25519 form, whatever id a file gives the key.
  package static let ids = Set(
    [
      // content
      "7c303f8a14dd5d84c09481e203782a978a218ca4a1b076a460a6340120517898",
      // courier
      "cfc2addad7844995014e7c05d26ca42b260b683968482f83797e3134f5f4c2c0",
      // exporter
      "bc620c93de1effdd2f354e5b12febaceb958a211177d8077e7fd82f219718d05",
      // exporter-next
      "4be9ea617c9de9f36268d8332d0107f2dd15ba15652c0ee7a3b85942363f3eca",
      // policy
      "02819beed3db3a005b21579ced213ba2a3a5e193d13c9d68aadc3e8328dd5889",
      // root
      "eced54bacf829133cf9700a68be89ba17cc8cb3cafd6d4dd88e4ff5e7fb116bd",
      // site
      "20edfccd245aafe354cef29018c5b8fd42c9984fba28059b21666b1ba1fd6e06",
      // stranger
      "628f642848038de1bebd5095cc6797b25af75ff7133690b3467b1958494beb6d",
      // targets
      "7d558a5443988522c6e0fb79da750b539adbff2f4811394e511be032d474223d",
    ].compactMap { KeyID($0) })

  /// Of the key that opens what is sealed to the golden site.
  package static let recipients = Set(
    ["age1c3g060mg379zzk6rq4zktt5q7eppskvugcn743j9svsa4uvyt4ssjdn0aj"].compactMap {
      AgeRecipient($0)
    })

  package static func contains(_ key: PublicKey) -> Bool {
    guard case .ed25519(let bytes) = key.material else { return false }
    return PublicKey(ed25519: bytes).map { ids.contains($0.id) } ?? false
  }

  /// Refuses keys of production that are among them.
  ///
  /// - Parameter subject: where the keys stand.
  /// - Throws: `TrustReason.testOnlyKey`.
  package static func refuse(
    _ keys: some Sequence<PublicKey>, in subject: String
  ) throws(Refusal) {
    guard let key = keys.first(where: contains) else { return }
    throw refusal("key \(key.id)", in: subject)
  }

  /// Refuses a recipient of production whose identity is published.
  ///
  /// - Throws: `TrustReason.testOnlyKey`.
  package static func refuse(_ recipient: AgeRecipient, in subject: String) throws(Refusal) {
    guard recipients.contains(recipient) else { return }
    throw refusal("\(recipient)", in: subject)
  }

  private static func refusal(_ seen: String, in subject: String) -> Refusal {
    Refusal(
      TrustReason.testOnlyKey, subject, seen: seen, expected: "a key that no one outside has seen")
  }
}
