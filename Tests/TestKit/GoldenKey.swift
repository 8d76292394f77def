// SPDX-License-Identifier: Apache-2.0
import Intents
package import Trust

/// The test-only keys in `keys/`. Each comes from a seed that its name gives away.
package enum GoldenKey: String, CaseIterable {
  case root, targets, content, policy, exporter
  /// The exporter's keys after a change of keys.
  case exporterNext = "exporter-next"
  /// The key of site fjord-3.
  case site
  /// A key that nobody was told of: a thief's, or another centre's.
  case stranger

  package var fileName: String { "\(rawValue).json" }

  package func secret() throws -> SecretKey { try SecretKey(seed: GoldenKey.seed(rawValue)) }

  private static func seed(_ name: String) -> [UInt8] {
    Digest.sha256(Array("waybill test-only key \(name)".utf8)).bytes
  }

  /// The minisign key that signs `SHA256SUMS`, and another one with the same id or its own.
  package static func courier(_ name: String = "courier", id: UInt8 = 1) throws -> MinisignSecretKey
  {
    guard let id = MinisignKeyID([id, 2, 3, 4, 5, 6, 7, 8]) else {
      preconditionFailure("8 bytes make an id")
    }
    return try MinisignSecretKey(seed: seed(name), id: id)
  }

  /// The files of `keys/`, by name.
  package static func files() throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for key in allCases { files[key.fileName] = try key.secret().unprotectedKeyFile() + [10] }
    let courier = try GoldenKey.courier()
    files["courier.json"] = try courier.unprotectedKeyFile() + [10]
    files["courier.pub"] = courier.publicKey.file
    return files
  }

  /// The ids of all of them, in their plain Ed25519 form.
  package static func ids() throws -> Set<KeyID> {
    var ids = Set(try allCases.map { try $0.secret().id })
    ids.insert(try SecretKey(seed: seed("courier")).id)
    return ids
  }
}
