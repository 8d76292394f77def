// SPDX-License-Identifier: Apache-2.0
import Intents

/// Why this module refuses. Numbers 25 to 29 of each exit code, beside those of Trust.
package enum HTTPReason: String, CaseIterable, RefusalReason {
  case bodyTooLarge = "WB2225"
  case unreachable = "WB3025"
  case unexpectedStatus = "WB3026"
  case libraryFailed = "WB7025"

  package var summary: String {
    switch self {
    case .bodyTooLarge: "the server sends more than was asked for"
    case .unreachable: "the server did not answer to the end"
    case .unexpectedStatus: "the server answers with another status"
    case .libraryFailed: "libcurl could not be set up"
    }
  }

  package var hint: String {
    switch self {
    case .bodyTooLarge: "call whoever runs the server: the file is not the one that was published"
    case .unreachable: "look whether the server runs and the address is right, then run again"
    case .unexpectedStatus: "call whoever runs the server, with the address and the status"
    case .libraryFailed: "report it with the program's version and libcurl's"
    }
  }
}
