// SPDX-License-Identifier: Apache-2.0

/// Every limit of this module, with its unit and reason.
package enum HTTPLimits {
  /// Seconds until a connection stands. A server in the same house needs one.
  package static let connecting = 10
  /// Bytes a second that an answer must bring, on average over `slowSeconds`: one that trickles holds the
  /// client up without end.
  static let slowestRate = 100
  /// Seconds over which the rate counts.
  static let slowSeconds = 30
  /// Bytes of an answer other than 200 that are read, to keep the connection, and thrown away.
  static let ignoredBody = 65_536
  /// Seconds that one request may take in all. A provider that thinks longer than that has hung.
  package static let total = 120
  /// Bytes of an answer's body that are held in memory: 10,000 rows of a status class have some 5 MiB.
  package static let body: Int64 = 32 << 20
  /// Bytes of an answer's head. A ticket in it has some 10 KiB.
  static let head = 262_144
  /// Seconds before each retry of a call; as many retries as there are steps.
  package static let ladder: [Int64] = [1, 2, 4, 8, 16]
  /// Seconds that a server may ask to wait; for more the step is left for another run.
  package static let longestWait: Int64 = 300
  /// Retries after a 500: what a provider could not do three times it will not do.
  package static let internalErrors = 2
  /// Answers 503 in a row that open the circuit breaker, and seconds for which it is open: first, and at most.
  package static let refusals = 3
  package static let firstPause: Int64 = 60
  package static let longestPause: Int64 = 600
}
