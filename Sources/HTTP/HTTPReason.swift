// SPDX-License-Identifier: Apache-2.0
import Intents

/// Why this module refuses. Numbers 25 to 29 of each exit code, beside those of Trust.
package enum HTTPReason: String, CaseIterable, RefusalReason {
  case bodyTooLarge = "WB2225"
  case unreachable = "WB3025"
  case unexpectedStatus = "WB3026"
  case notConnected = "WB3027"
  case leftAlone = "WB3028"
  case serverUntrusted = "WB3125"
  case handshakeFailed = "WB3126"
  case requestFailed = "WB3127"
  case libraryFailed = "WB7025"

  package var summary: String {
    switch self {
    case .bodyTooLarge: "the server sends more than was asked for"
    case .unreachable: "the server did not answer to the end"
    case .unexpectedStatus: "the server answers with another status"
    case .notConnected: "no connection to the server came about"
    case .leftAlone: "the server is overloaded and is left alone for a while"
    case .serverUntrusted: "the server's certificate is not one that was pinned for it"
    case .handshakeFailed: "the encrypted connection could not be agreed on"
    case .requestFailed: "the request could not be made"
    case .libraryFailed: "libcurl could not be set up"
    }
  }

  package var hint: String {
    switch self {
    case .bodyTooLarge: "call whoever runs the server: the file is not the one that was published"
    case .unreachable, .notConnected:
      "look whether the server runs and the address is right, then run again"
    case .unexpectedStatus: "call whoever runs the server, with the address and the status"
    case .leftAlone: "wait until the moment that is named, then run again"
    case .serverUntrusted:
      "find out who answers at this address before anything else; pin the new authority only when it is known"
    case .handshakeFailed: "check the file of authorities and the TLS settings of the server"
    case .requestFailed: "correct the address in the configuration, then run again"
    case .libraryFailed: "report it with the program's version and libcurl's"
    }
  }

  /// What a failure means for the call that met it (configmgr.md, 7.2).
  package enum Fault: Sendable {
    /// May pass by itself.
    case transient
    /// Will not pass without a change.
    case permanent
    /// Someone else may be answering: never tried again.
    case policy
  }

  package var fault: Fault {
    switch self {
    case .unreachable, .notConnected, .leftAlone: .transient
    case .serverUntrusted: .policy
    case .bodyTooLarge, .unexpectedStatus, .handshakeFailed, .requestFailed, .libraryFailed:
      .permanent
    }
  }

  /// Whether the server can have acted on the request although it failed so.
  package var mayHaveArrived: Bool {
    switch self {
    case .unreachable, .bodyTooLarge: true
    default: false
    }
  }
}
