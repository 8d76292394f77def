// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intents
import Synchronization
import SystemPackage
import Terminal
import Trust

/// Which centre a command works on.
struct CentreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The centre's state folder (default: \(CentreProfile.defaultFolder.string)).",
      valueName: "folder"))
  var state: String?

  var folder: FilePath { state.map { FilePath($0) } ?? CentreProfile.defaultFolder }

  /// Opens the centre, and says so when it is a rehearsal.
  func open(_ console: Console) throws(Refusal) -> CentreProfile {
    let profile = try CentreProfile(opening: folder, at: SystemClock.now())
    if profile.isRehearsal {
      console.note("REHEARSAL: test keys, one operator; never for production.")
    }
    return profile
  }
}

extension PassphraseOptions {
  /// The key files of a centre; the passphrase is asked for once, when the first encrypted one is opened.
  func ring(of profile: CentreProfile) -> KeyRing {
    let asked = AskedOnce(options: self)
    return KeyRing(of: profile, passphrase: { () throws(Refusal) in try asked.passphrase() })
  }
}

/// A passphrase that is asked for when it is first needed.
private final class AskedOnce: Sendable {
  private let options: PassphraseOptions
  private let answer = Mutex<Passphrase?>(nil)

  init(options: PassphraseOptions) { self.options = options }

  func passphrase() throws(Refusal) -> Passphrase {
    try answer.withLock { (answer) throws(Refusal) in
      let passphrase = if let answer { answer } else { try options.read() }
      answer = passphrase
      return passphrase
    }
  }
}

/// Values from the command line, parsed at the edge.
enum Given {
  static func site(_ text: String) throws(Refusal) -> SiteID {
    guard let site = SiteID(text) else { throw wrong("site", text, SiteID.rule) }
    return site
  }

  static func name(_ text: String) throws(Refusal) -> Name {
    guard let name = Name(text) else { throw wrong("id", text, Name.rule) }
    return name
  }

  /// A fingerprint as it is read from paper: blanks, colons and case do not matter.
  static func fingerprint(_ text: String) throws(Refusal) -> Digest {
    let digits = text.lowercased().filter { !$0.isWhitespace && $0 != ":" && $0 != "-" }
    guard let digest = Digest(hex: digits) else {
      throw wrong("fingerprint", text, "64 hex digits")
    }
    return digest
  }

  /// `KofN`.
  static func quorum(_ text: String, _ subject: String) throws(Refusal) -> Quorum {
    guard let quorum = Quorum(text) else { throw wrong(subject, text, Quorum.rule) }
    return quorum
  }

  /// A public key as `key generate` wrote it.
  static func publicKey(_ path: String) throws(Refusal) -> PublicKeyFile {
    try PublicKeyFile(parsing: try contents(of: path), named: path)
  }

  /// The text of a hand-written file.
  static func text(of path: String) throws(Refusal) -> String {
    guard let text = String(validating: try contents(of: path), as: UTF8.self) else {
      throw wrong(path, "bytes that are no UTF-8", "UTF-8 text")
    }
    return text
  }

  /// The bytes of a file that a person named.
  static func contents(of path: String) throws(Refusal) -> [UInt8] {
    guard FileQuery.status(FilePath(path)) != nil else {
      throw wrong(path, "nothing that can be read", "a file")
    }
    return try FileQuery.contents(of: FilePath(path), cap: CentreLimits.handWritten)
  }

  static func wrong(_ subject: String, _ seen: String, _ expected: String) -> Refusal {
    Refusal(CentreReason.wrongField, subject, seen: seen, expected: expected)
  }
}
