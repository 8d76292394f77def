// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Intents

/// Questions to a person at the terminal; never answered by an option, a pipe or silence.
package enum Prompt {
  /// Asks for a text that must equal `expected` (a fingerprint from paper); blanks and case do not matter.
  package static func confirm(_ question: String, is expected: String) throws(Refusal) {
    let typed = try answer(to: question)
    guard normal(typed) == normal(expected) else {
      throw Refusal(TerminalReason.answerDiffers, question, seen: normal(typed), expected: expected)
    }
  }

  /// What a person types; blanks at its ends do not count.
  ///
  /// - Parameter isHidden: keeps what is typed off the screen, so that the next person does not read it there.
  package static func answer(to question: String, isHidden: Bool = false) throws(Refusal) -> String
  {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else {
      throw Refusal(
        TerminalReason.noTerminal, question, seen: "no terminal", expected: "a person who types it")
    }
    defer { close(terminal) }
    var saved = termios()
    tcgetattr(terminal, &saved)
    if isHidden {
      var silent = saved
      silent.c_lflag &= ~tcflag_t(ECHO)
      tcsetattr(terminal, TCSAFLUSH, &silent)
    }
    defer { if isHidden { tcsetattr(terminal, TCSAFLUSH, &saved) } }
    let text = Escaping.visible(question) + "\n> "
    _ = write(terminal, text, text.utf8.count)
    var typed: [UInt8] = []
    var byte: UInt8 = 0
    while typed.count < 1024, read(terminal, &byte, 1) == 1, byte != UInt8(ascii: "\n") {
      typed.append(byte)
    }
    if isHidden { _ = write(terminal, "\n", 1) }
    let answer = String(decoding: typed, as: UTF8.self).split(separator: " ").joined(separator: " ")
    guard !answer.isEmpty else {
      throw Refusal(
        TerminalReason.noTerminal, question, seen: "no answer", expected: "a person who types it")
    }
    return answer
  }

  private static func normal(_ text: String) -> String {
    String(text.lowercased().filter { !$0.isWhitespace && $0 != "-" && $0 != ":" })
  }
}
