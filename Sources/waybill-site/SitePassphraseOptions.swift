// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import Intents
import Site
import Terminal
import Trust

/// Where the passphrase of the site's own keys comes from: a descriptor, a systemd credential, or the terminal.
struct SitePassphraseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Read the passphrase of the site's keys from this file descriptor.",
      discussion: """
        Without it, the systemd credential `site-passphrase` is read where there is one, else the terminal asks. \
        Rehearsals need none.
        """,
      valueName: "n"))
  var passphraseFd: Int32?

  /// - Parameter isNew: asks twice at the terminal.
  func read(isNew: Bool = false) throws(Refusal) -> Passphrase {
    if let passphraseFd { return try Passphrase(reading: passphraseFd) }
    if let passphrase = try credential() { return passphrase }
    return isNew
      ? try Passphrase.askingTwice() : try Passphrase.asking("Passphrase of the site's keys: ")
  }

  /// systemd.exec(5), "Credentials".
  private func credential() throws(Refusal) -> Passphrase? {
    guard let folder = getenv("CREDENTIALS_DIRECTORY") else { return nil }
    let path = String(cString: folder) + "/site-passphrase"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return try Passphrase(reading: descriptor)
  }
}
