// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Intents

/// Questions to a person at the terminal; never answered by an option, a pipe or silence.
package enum Prompt {
  /// Asks for a text that must equal `expected` (a fingerprint from paper); blanks and case do not matter.
  package static func confirm(_ question: String, is expected: String) throws(Refusal) {
    guard let terminal = fopen("/dev/tty", "r+") else {
      throw Refusal(
        TerminalReason.noTerminal, question, seen: "no terminal", expected: "a person who types it")
    }
    defer { fclose(terminal) }
    fputs(Escaping.visible(question) + "\n> ", terminal)
    fflush(terminal)
    var buffer = [CChar](repeating: 0, count: 1024)
    guard fgets(&buffer, Int32(buffer.count), terminal) != nil else {
      throw Refusal(
        TerminalReason.noTerminal, question, seen: "no answer", expected: "a person who types it")
    }
    let typed = String(
      decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard normal(typed) == normal(expected) else {
      throw Refusal(TerminalReason.answerDiffers, question, seen: normal(typed), expected: expected)
    }
  }

  private static func normal(_ text: String) -> String {
    String(text.lowercased().filter { !$0.isWhitespace && $0 != "-" && $0 != ":" })
  }
}
