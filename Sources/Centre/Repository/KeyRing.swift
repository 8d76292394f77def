// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage
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
    /// Its file's name without `.json`.
    package let name: String
    package let keytype: KeyFile.KeyType
    package let keyID: String
    package let isEncrypted: Bool

    var fileName: String { "\(name).json" }
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

  /// Which key files are there, by name.
  package func entries() throws(Refusal) -> [Entry] {
    var entries: [Entry] = []
    for name in try FileQuery.names(in: folder) where name.hasSuffix(".json") {
      let file = try KeyFile(parsing: try contents(name), named: name)
      entries.append(
        Entry(
          name: String(name.dropLast(".json".count)), keytype: file.keytype, keyID: file.keyid,
          isEncrypted: file.isProtected))
    }
    return entries
  }

  package func signer(_ purpose: Purpose) throws(Refusal) -> SecretKey {
    try signer(purpose.fileName)
  }

  /// Opens the key file of this name.
  func signer(_ fileName: String) throws(Refusal) -> SecretKey {
    var bytes = try contents(fileName)
    let isEncrypted = try KeyFile(parsing: bytes, named: fileName).isProtected
    return try SecretKey.open(
      keyFile: &bytes, named: fileName, passphrase: isEncrypted ? try passphrase() : nil,
      unprotected: unprotected)
  }

  private func opener(_ fileName: String) throws(Refusal) -> AgeIdentity {
    var bytes = try contents(fileName)
    let isEncrypted = try KeyFile(parsing: bytes, named: fileName).isProtected
    return try AgeIdentity.open(
      keyFile: &bytes, named: fileName, passphrase: isEncrypted ? try passphrase() : nil,
      unprotected: unprotected)
  }

  package func courier() throws(Refusal) -> MinisignSecretKey {
    var bytes = try contents(Purpose.courier.fileName)
    let isEncrypted = try KeyFile(parsing: bytes, named: Purpose.courier.fileName).isProtected
    return try MinisignSecretKey.open(
      keyFile: &bytes, named: Purpose.courier.fileName,
      passphrase: isEncrypted ? try passphrase() : nil, unprotected: unprotected)
  }

  /// The key that opens sealed returns.
  package func opener() throws(Refusal) -> AgeIdentity { try opener(Purpose.opening.fileName) }

  /// The passphrase for further key files of this folder: that of the courier's, proved by opening it; nil where that
  /// lies open. So one passphrase opens all.
  func passphraseOfFolder() throws(Refusal) -> Passphrase? {
    let isEncrypted = try KeyFile(
      parsing: try contents(Purpose.courier.fileName), named: Purpose.courier.fileName
    ).isProtected
    guard isEncrypted else { return nil }
    _ = try courier()
    return try passphrase()
  }

  /// Encrypts a key file that lay open, in place.
  package func protect(_ name: String) throws(Refusal) {
    guard let entry = try entries().first(where: { $0.name == name && !$0.isEncrypted }) else {
      throw Refusal(
        CentreReason.alreadyThere, "\(name).json", seen: "encrypted, or not there",
        expected: "a key file without encryption")
    }
    let sealed =
      switch entry.keytype {
      case .minisign: try courier().keyFile(protectedBy: try passphrase())
      case .ed25519: try signer(entry.fileName).keyFile(protectedBy: try passphrase())
      case .x25519: try opener(entry.fileName).keyFile(protectedBy: try passphrase())
      }
    try DurableFile.write(sealed, to: folder.appending(entry.fileName))
  }

  /// Makes `purposes` of a new centre; encrypted when a passphrase is given.
  ///
  /// - Parameter spare: where the exporter's cold spare is written instead of beside the others.
  /// - Returns: the keys of trust by purpose, the courier's, and the one that opens returns.
  static func generate(
    _ purposes: [Purpose], in folder: FilePath, spare: FilePath? = nil, passphrase: Passphrase?
  ) throws(Refusal) -> (
    keys: [Purpose: SecretKey], courier: MinisignSecretKey, opening: AgeIdentity
  ) {
    try DurableFile.makeFolder(folder)
    var keys: [Purpose: SecretKey] = [:]
    for purpose in purposes {
      let place = purpose == .spare ? spare : nil
      keys[purpose] = try generate(
        at: place ?? folder.appending(purpose.fileName), passphrase: passphrase)
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

  /// Makes one key and writes its file.
  static func generate(at path: FilePath, passphrase: Passphrase?) throws(Refusal) -> SecretKey {
    let key = try SecretKey.generate()
    try write(key, to: path, passphrase: passphrase)
    return key
  }

  /// Writes a key file, encrypted when a passphrase is given.
  package static func write(
    _ key: SecretKey, to path: FilePath, passphrase: Passphrase?
  ) throws(Refusal) {
    let bytes =
      if let passphrase { try key.keyFile(protectedBy: passphrase) } else {
        try key.unprotectedKeyFile()
      }
    try DurableFile.write(bytes, to: path)
  }

  private func contents(_ name: String) throws(Refusal) -> [UInt8] {
    try KeyHolding.checkPrivate(folder, mode: "700")
    return try KeyHolding.contents(of: folder.appending(name))
  }
}

/// Key files as they must lie: open to nobody but their owner.
package enum KeyHolding {
  /// The bytes of a key file that nobody else can read.
  ///
  /// - Throws: `CentreReason.keyFileOpen`.
  package static func contents(of path: FilePath) throws(Refusal) -> [UInt8] {
    try checkPrivate(path, mode: "600")
    return try FileQuery.contents(of: path, cap: CentreLimits.handWritten)
  }

  static func checkPrivate(_ place: FilePath, mode expected: String) throws(Refusal) {
    guard let mode = FileQuery.status(place)?.mode, mode & 0o077 == 0 else {
      throw Refusal(
        CentreReason.keyFileOpen, place.text,
        seen: FileQuery.status(place).map { "mode \(String($0.mode, radix: 8))" } ?? "nothing",
        expected: "mode \(expected)")
    }
  }
}
