// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import Glibc
package import Intents
package import Trust

/// Where the passphrase of key files comes from: a descriptor, or the terminal. Never an argument.
package struct PassphraseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Read the passphrase of the key files from this file descriptor.",
      discussion: "Without it, the terminal asks. Unencrypted rehearsal keys need none.",
      valueName: "n"))
  package var passphraseFd: Int32?

  package init() {}

  /// Reads the passphrase of a new key file; the terminal asks twice.
  package func readNew() throws(Refusal) -> Passphrase {
    let passphrase = try read()
    if passphraseFd == nil {
      let again = try read(asking: "The same once more: ")
      guard again.matches(passphrase) else {
        throw Refusal(
          TerminalReason.passphrasesDiffer, "passphrase of the new key", seen: "another one",
          expected: "the same twice")
      }
    }
    return passphrase
  }

  /// Reads the passphrase, asking at the terminal without echo when no descriptor was named.
  package func read() throws(Refusal) -> Passphrase {
    try read(asking: "Passphrase of the key files: ")
  }

  private func read(asking question: String) throws(Refusal) -> Passphrase {
    if let passphraseFd { return try Passphrase(reading: passphraseFd) }
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else {
      throw Refusal(
        TerminalReason.noTerminal, "passphrase of the key files", seen: "no terminal",
        expected: "a terminal, or --passphrase-fd")
    }
    defer { close(terminal) }
    var saved = termios()
    tcgetattr(terminal, &saved)
    var silent = saved
    silent.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(terminal, TCSAFLUSH, &silent)
    defer { tcsetattr(terminal, TCSAFLUSH, &saved) }
    _ = write(terminal, question, question.utf8.count)
    let passphrase = try Passphrase(reading: terminal)
    _ = write(terminal, "\n", 1)
    return passphrase
  }
}
