// SPDX-License-Identifier: Apache-2.0
import Intents

/// Why a document of ours is refused. Numbers 45 to 49 of each exit code.
package enum DocumentReason: String, CaseIterable, RefusalReason {
  case approvalMissing = "WB1545"
  case approvalNotCounted = "WB1546"
  case samePersonTwice = "WB1547"
  case newerDocument = "WB1645"
  case unusablePath = "WB3245"
  case forbiddenInIntent = "WB3246"
  case personKeyOpen = "WB6445"
  case personFileThere = "WB6446"
  case otherPerson = "WB6447"

  package var summary: String {
    switch self {
    case .approvalMissing: "too few different people have approved this"
    case .approvalNotCounted: "an approval does not count"
    case .samePersonTwice: "one person stands where two are needed"
    case .newerDocument: "a document has a newer format than this program knows"
    case .unusablePath: "a path in a content manifest cannot be used on Windows"
    case .forbiddenInIntent:
      "an intent holds what only a signed content manifest or policy may hold"
    case .personKeyOpen: "a person's key file is open to others"
    case .personFileThere: "the file is there already"
    case .otherPerson: "the key file is of another person"
    }
  }

  package var hint: String {
    switch self {
    case .approvalMissing:
      "let the next person look at it and run the `approve` command with their own key"
    case .approvalNotCounted: "look at what is waiting now, and approve that"
    case .samePersonTwice: "ask another person, with a key of their own"
    case .newerDocument: "install the agent that the centre names, then run the command again"
    case .unusablePath: "rename the file in the package source folder and release it anew"
    case .forbiddenInIntent: "call the officer: an exporter must not tell a site what to run"
    case .personKeyOpen: "set mode 0600 for the file, and find out who could read it"
    case .personFileThere: "name a file that does not exist yet"
    case .otherPerson: "name the file that this person handed over"
    }
  }
}
