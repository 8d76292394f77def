// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
import SystemPackage
package import Trust

/// The key files of a centre, opened one at a time when something is to be signed.
package struct KeyRing {
  /// What a key file is for; also its name in the folder `keys`.
  package enum Purpose: String, CaseIterable, Sendable {
    case root, targets, content, policy
    /// Signs timestamp, snapshot and the site role of every line.
    case exporter
    /// The exporter's cold spare: counts for the same roles, to be carried away and locked up.
    case spare = "exporter-spare"
    /// Signs SHA256SUMS. No key of trust.
    case courier
    /// Opens returns that are sealed to the centre. No key of trust.
    case opening

    package var fileName: String { "\(rawValue).json" }
  }

  /// What can be told of a key without opening it.
  package struct Entry: Sendable {
    package let purpose: Purpose
    package let keyID: String
    package let isEncrypted: Bool
  }

  private let folder: FilePath
  private let unprotected: KeyFile.Unprotected
  private let passphrase: @Sendable () throws(Refusal) -> Passphrase

  /// - Parameter passphrase: asked for only when an encrypted key is opened.
  package init(
    of profile: CentreProfile, passphrase: @escaping @Sendable () throws(Refusal) -> Passphrase
  ) {
    folder = profile.keysFolder
    unprotected = profile.isRehearsal ? .allowedInRehearsal : .refused
    self.passphrase = passphrase
  }

  /// Which key files are there.
  package func entries() throws(Refusal) -> [Entry] {
    var entries: [Entry] = []
    for purpose in Purpose.allCases where FileQuery.status(path(purpose)) != nil {
      let file = try KeyFile(parsing: try contents(purpose), named: purpose.fileName)
      entries.append(Entry(purpose: purpose, keyID: file.keyid, isEncrypted: file.isProtected))
    }
    return entries
  }

  package func signer(_ purpose: Purpose) throws(Refusal) -> SecretKey {
    var bytes = try contents(purpose)
    let isEncrypted = try KeyFile(parsing: bytes, named: purpose.fileName).isProtected
    return try SecretKey.open(
      keyFile: &bytes, named: purpose.fileName, passphrase: isEncrypted ? try passphrase() : nil,
      unprotected: unprotected)
  }

  package func courier() throws(Refusal) -> MinisignSecretKey {
    var bytes = try contents(.courier)
    let isEncrypted = try KeyFile(parsing: bytes, named: Purpose.courier.fileName).isProtected
    return try MinisignSecretKey.open(
      keyFile: &bytes, named: Purpose.courier.fileName,
      passphrase: isEncrypted ? try passphrase() : nil, unprotected: unprotected)
  }

  /// The key that opens sealed returns.
  package func opener() throws(Refusal) -> AgeIdentity {
    var bytes = try contents(.opening)
    let name = Purpose.opening.fileName
    let isEncrypted = try KeyFile(parsing: bytes, named: name).isProtected
    return try AgeIdentity.open(
      keyFile: &bytes, named: name, passphrase: isEncrypted ? try passphrase() : nil,
      unprotected: unprotected)
  }

  /// Encrypts a key file that lay open, in place.
  package func protect(_ purpose: Purpose) throws(Refusal) {
    guard try entries().contains(where: { $0.purpose == purpose && !$0.isEncrypted }) else {
      throw Refusal(
        CentreReason.alreadyThere, purpose.fileName, seen: "encrypted, or not there",
        expected: "a key file without encryption")
    }
    let sealed =
      switch purpose {
      case .courier: try courier().keyFile(protectedBy: try passphrase())
      case .opening: try opener().keyFile(protectedBy: try passphrase())
      default: try signer(purpose).keyFile(protectedBy: try passphrase())
      }
    try DurableFile.write(sealed, to: path(purpose))
  }

  /// Makes all keys of a new centre; encrypted when a passphrase is given.
  ///
  /// - Returns: the keys of trust by purpose, the courier's, and the one that opens returns.
  static func generate(
    in folder: FilePath, passphrase: Passphrase?
  ) throws(Refusal) -> (
    keys: [Purpose: SecretKey], courier: MinisignSecretKey, opening: AgeIdentity
  ) {
    try DurableFile.makeFolder(folder)
    var keys: [Purpose: SecretKey] = [:]
    for purpose in Purpose.allCases where purpose != .courier && purpose != .opening {
      let key = try SecretKey.generate()
      let bytes =
        if let passphrase { try key.keyFile(protectedBy: passphrase) } else {
          try key.unprotectedKeyFile()
        }
      try DurableFile.write(bytes, to: folder.appending(purpose.fileName))
      keys[purpose] = key
    }
    let courier = try MinisignSecretKey.generate()
    let bytes =
      if let passphrase { try courier.keyFile(protectedBy: passphrase) } else {
        try courier.unprotectedKeyFile()
      }
    try DurableFile.write(bytes, to: folder.appending(Purpose.courier.fileName))
    let opening = try AgeIdentity.generate()
    try DurableFile.write(
      try opening.keyFile(protectedBy: passphrase),
      to: folder.appending(Purpose.opening.fileName))
    return (keys, courier, opening)
  }

  private func path(_ purpose: Purpose) -> FilePath { folder.appending(purpose.fileName) }

  private func contents(_ purpose: Purpose) throws(Refusal) -> [UInt8] {
    let path = path(purpose)
    for place in [folder, path] {
      guard let mode = FileQuery.status(place)?.mode, mode & 0o077 == 0 else {
        throw Refusal(
          CentreReason.keyFileOpen, place.text,
          seen: FileQuery.status(place).map { "mode \(String($0.mode, radix: 8))" } ?? "nothing",
          expected: place == folder ? "mode 700" : "mode 600")
      }
    }
    return try FileQuery.contents(of: path, cap: CentreLimits.handWritten)
  }
}
