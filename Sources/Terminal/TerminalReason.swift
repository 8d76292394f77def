// SPDX-License-Identifier: Apache-2.0
import Intents

/// Why this module refuses. Numbers 95 to 99 of each exit code are Terminal's.
package enum TerminalReason: String, CaseIterable, RefusalReason {
  case noTerminal = "WB1595"
  case otherDigits = "WB1596"
  case answerDiffers = "WB1295"
  case unknownCode = "WB6495"
  case unusableHead = "WB6496"
  case passphrasesDiffer = "WB6497"
  case unexpected = "WB7095"

  package var summary: String {
    switch self {
    case .noTerminal: "a person must answer this, and there is no terminal"
    case .otherDigits: "the digits given are not those of what waits for approval"
    case .answerDiffers: "what was typed is not what it must be"
    case .unknownCode: "no such code"
    case .unusableHead: "a place in a log that cannot be read"
    case .passphrasesDiffer: "the two passphrases differ"
    case .unexpected: "an error that no one foresaw"
    }
  }

  package var hint: String {
    switch self {
    case .noTerminal: "run the command from a terminal, with the person who may decide"
    case .otherDigits: "read again what waits now, and give its first 8 digits yourself"
    case .answerDiffers:
      "compare with the paper that came by the other way; when it differs there too, stop and call"
    case .unknownCode: "run `explain` without a code for the list"
    case .unusableHead: "type it as `audit verify` of the other side prints it, such as 412:9f86…"
    case .passphrasesDiffer: "nothing was written; run the command again"
    case .unexpected: "please report it with the text of this message"
    }
  }
}
