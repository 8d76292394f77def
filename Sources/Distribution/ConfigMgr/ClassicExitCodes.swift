// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What the client of ConfigMgr makes of the exit code of a classic package's program (configmgr.md, 5.2). It
/// cannot be changed: a manifest that means something else has to be delivered as an application.
package enum ClassicExitCodes {
  private static let retries: Set<Int64> = [
    4, 5, 8, 13, 14, 39, 51, 53, 54, 55, 59, 64, 65, 67, 70, 71, 85, 86, 87, 112, 128, 170, 267,
    999,
    1003, 1203, 1219, 1220, 1222, 1231, 1232, 1238, 1265, 1311, 1323, 1326, 1330, 1618, 1622, 2250,
  ]

  /// Codes 1707, success elsewhere, and 1604 and 3011, failures elsewhere, are the surprising ones.
  package static func meaning(of code: Int64) -> ExitCodes.Meaning {
    switch code {
    case 0: .success
    case 3010, 1641, 1604, 3011: code == 1641 ? .hardReboot : .softReboot
    default: retries.contains(code) ? .retry : .failure
    }
  }

  /// Codes of a program that its manifest takes for success while the client takes them for failure or tries
  /// again, or the other way round; ascending.
  package static func disagreements(with codes: ExitCodes) -> [Int64] {
    ExitCodes.Meaning.allCases.flatMap { meaning in
      codes.codes(meaning: meaning).filter { isDone(meaning) != isDone(self.meaning(of: $0)) }
    }.sorted()
  }

  private static func isDone(_ meaning: ExitCodes.Meaning) -> Bool {
    switch meaning {
    case .success, .softReboot, .hardReboot: true
    case .retry, .failure: false
    }
  }
}
