// SPDX-License-Identifier: Apache-2.0

/// Every limit of this module, with its unit and reason.
package enum HTTPLimits {
  /// Seconds until a connection stands. A server in the same house needs one.
  static let connecting = 10
  /// Bytes a second that an answer must bring, on average over `slowSeconds`: one that trickles holds the
  /// client up without end.
  static let slowestRate = 100
  /// Seconds over which the rate counts.
  static let slowSeconds = 30
  /// Bytes of an answer other than 200 that are read, to keep the connection, and thrown away.
  static let ignoredBody = 65_536
}
