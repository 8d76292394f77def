// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// Finding key files by the keys that the roles name: which file is for which role changes with every rotation.
extension KeyRing {
  /// The key that signs timestamp, snapshot and site now: the hot one, or the spare when it was fetched.
  ///
  /// - Throws: `CentreReason.exporterSplit`, `.unknownKey` when no file holds such a key.
  package func exporter(for roles: SharedRoles) throws(Refusal) -> SecretKey {
    let keys = try KeyTable(root: roles.root, targets: roles.targets).exporter.keys
    let found = try entries().filter { entry in keys.contains { $0.id.hex == entry.keyID } }
    let isSpare = { (entry: Entry) in entry.name.hasPrefix(Purpose.spare.rawValue) }
    guard let entry = found.first(where: { !isSpare($0) }) ?? found.first else {
      throw Refusal(
        CentreReason.unknownKey, "exporter", seen: "no key file of the exporter in keys",
        expected: "one of \(keys.map(\.short).joined(separator: ", ")); fetch the spare")
    }
    return try signer(entry.fileName)
  }

  /// The keys in the state folder that `drafts` still need.
  func localSigners(for drafts: RoleDrafts) throws(Refusal) -> [SecretKey] {
    var signers: [SecretKey] = []
    for entry in try entries() where entry.keytype == .ed25519 {
      guard let id = KeyID(entry.keyID), !drafts.awaits(id).isEmpty else { continue }
      signers.append(try signer(entry.fileName))
    }
    return signers
  }
}
