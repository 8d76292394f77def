// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage
package import Trust

/// The key of a person: a secret file for that person alone, and an open one beside it that is enrolled.
package enum PersonKeyFile {
  /// Makes a fresh key. `path` gets the secret, mode 0600; `path` with `.pub` behind gets the name and the public key.
  ///
  /// - Parameter passphrase: nil leaves it unprotected, which only rehearsals open.
  package static func generate(
    _ name: PersonName, to path: FilePath, passphrase: Passphrase?
  ) throws(Refusal) -> Approver {
    let open = openFile(path)
    for file in [path, open] where FileQuery.status(file) != nil {
      throw Refusal(DocumentReason.personFileThere, file.text, seen: "a file", expected: "none")
    }
    let key = try SecretKey.generate()
    let person = Approver(name: name, key: key.publicKey)
    let secret =
      if let passphrase { try key.keyFile(protectedBy: passphrase) } else {
        try key.unprotectedKeyFile()
      }
    try DurableFile.write(secret, to: path)
    try DurableFile.write(person.file, to: open, permissions: BundleWriter.filePermissions)
    return person
  }

  package static func openFile(_ path: FilePath) -> FilePath { path.appendingSuffix(".pub") }

  /// Opens the secret.
  ///
  /// - Parameter passphrase: asked for only when the file is protected.
  package static func open(
    _ path: FilePath, passphrase: () throws(Refusal) -> Passphrase, isRehearsal: Bool
  ) throws(Refusal) -> SecretKey {
    try checkMode(path)
    var bytes = try FileQuery.contents(of: path, cap: BundleLimits.personFileLength)
    let isProtected = try KeyFile(parsing: bytes, named: path.text).isProtected
    return try SecretKey.open(
      keyFile: &bytes, named: path.text, passphrase: isProtected ? try passphrase() : nil,
      unprotected: isRehearsal ? .allowedInRehearsal : .refused)
  }

  /// Refuses a key file that others may read or write (P08).
  private static func checkMode(_ path: FilePath) throws(Refusal) {
    guard let status = FileQuery.status(path) else { return }
    guard status.mode & 0o077 == 0 else {
      throw Refusal(
        DocumentReason.personKeyOpen, path.text,
        seen: "mode 0" + String(status.mode & 0o7777, radix: 8),
        expected: "0600")
    }
  }

  /// Reads the open file of the person called `name`.
  package static func person(_ name: PersonName, in path: FilePath) throws(Refusal) -> Approver {
    let bytes = try FileQuery.contents(of: path, cap: BundleLimits.personFileLength)
    let person = try Approver(parsing: bytes, named: path.text)
    guard person.name == name else {
      throw Refusal(
        DocumentReason.otherPerson, path.text, seen: "the key of \(person.name)",
        expected: "that of \(name)")
    }
    return person
  }
}
