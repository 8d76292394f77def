// SPDX-License-Identifier: Apache-2.0
import Intents

/// Why a document of ours is refused. Numbers 45 to 49 of each exit code.
package enum DocumentReason: String, CaseIterable, RefusalReason {
  case newerDocument = "WB1645"
  case unusablePath = "WB3245"
  case forbiddenInIntent = "WB3246"

  package var summary: String {
    switch self {
    case .newerDocument: "a document has a newer format than this program knows"
    case .unusablePath: "a path in a content manifest cannot be used on Windows"
    case .forbiddenInIntent: "an intent holds what only a signed content manifest may hold"
    }
  }

  package var hint: String {
    switch self {
    case .newerDocument: "install the agent that the centre names, then run the command again"
    case .unusablePath: "rename the file in the package source folder and release it anew"
    case .forbiddenInIntent: "call the officer: an exporter must not tell a site what to run"
    }
  }
}
