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

  /// Reads the passphrase, asking at the terminal without echo when no descriptor was named.
  package func read() throws(Refusal) -> Passphrase {
    if let passphraseFd { return try Passphrase(reading: passphraseFd) }
    return try Passphrase.asking("Passphrase of the key files: ")
  }

  /// Reads a passphrase that is to be set: at the terminal it is asked for twice.
  package func readNew() throws(Refusal) -> Passphrase {
    if let passphraseFd { return try Passphrase(reading: passphraseFd) }
    return try Passphrase.askingTwice()
  }
}

extension Passphrase {
  /// Asks twice at the terminal for a passphrase that is to be set.
  package static func askingTwice() throws(Refusal) -> Passphrase {
    let first = try typed("New passphrase: ")
    guard try typed("The same again: ").matches(first) else {
      throw Refusal(
        TerminalReason.passphrasesDiffer, "new passphrase", seen: "two that differ",
        expected: "the same twice")
    }
    return first
  }

  /// Asks at the terminal, without echo; again where it opens no key file, three times in all (P09).
  package static func asking(_ question: String) throws(Refusal) -> Passphrase {
    try Passphrase(tries: 3) { (isAgain) throws(Refusal) in
      try typed(isAgain ? "It does not open the key file. \(question)" : question)
    }
  }

  private static func typed(_ question: String) throws(Refusal) -> Passphrase {
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
