// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import Bundles
package import Intents
import SystemPackage
package import Trust

/// With which key a person approves, and how they say that they have read what it is for.
package struct SigningOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Your own key file.", valueName: "file"))
  package var key: String?
  @Option(
    help: ArgumentHelp(
      "The first 8 digits of the digest, in place of typing them.", valueName: "digits"))
  package var confirm: String?
  @OptionGroup package var passphrase: PassphraseOptions
  @Flag(help: .hidden)
  package var yes = false

  package init() {}

  /// Shows what is asked, and has the first 8 digits of its digest typed. Nothing else is a yes (P04).
  ///
  /// - Throws: `TerminalReason.otherDigits`, `.noTerminal`.
  package func ask(
    _ kind: String, _ words: [String], _ digest: Digest, _ console: Console
  ) throws(Refusal) {
    console.note("you are asked to approve \(words.first ?? "")")
    for line in words.dropFirst() { console.note(line) }
    console.note("\(kind) digest \(digest)")
    let digits = String(digest.hex.prefix(8))
    let typed: String
    if let confirm {
      typed = confirm
    } else if yes {
      typed = "--yes"
    } else {
      typed = try Prompt.answer(to: "type the first 8 digits of the digest to approve it")
    }
    guard typed.lowercased() == digits else {
      throw Refusal(TerminalReason.otherDigits, kind, seen: typed, expected: digits)
    }
  }

  /// Opens the key file.
  package func secretKey(isRehearsal: Bool) throws(Refusal) -> SecretKey {
    let options = passphrase
    return try PersonKeyFile.open(
      FilePath(key ?? ""), passphrase: { () throws(Refusal) in try options.read() },
      isRehearsal: isRehearsal)
  }
}
