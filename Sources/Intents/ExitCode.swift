// SPDX-License-Identifier: Apache-2.0

/// What a program of Waybill ends with. The numbers are interface: documented, tested, never recycled
/// (docs/EXIT-CODES in README and `explain`).
package enum ExitCode: Int, Sendable, CaseIterable {
  case done = 0
  /// Partly done, or waiting for something: run again.
  case waiting = 3
  case damaged = 10
  case untrusted = 11
  case wrongSite = 12
  case replayed = 13
  case expired = 14
  case approvalMissing = 15
  case unsupported = 16
  case incomplete = 20
  case noSpace = 21
  case limitExceeded = 22
  case pointUnavailable = 30
  case pointRefused = 31
  case policyViolation = 32
  case returnGap = 40
  case fork = 41
  case usage = 64
  case internalError = 70

  /// Whether the same command may succeed later without a change of what it was given.
  package var isRetryable: Bool {
    switch self {
    case .waiting, .approvalMissing, .incomplete, .noSpace, .pointUnavailable, .returnGap: true
    default: false
    }
  }

  /// The gravest first: where several bundles or intents fail in one run, the process ends with the
  /// first of these that occurred.
  package static let byGravity: [ExitCode] = [
    .fork, .untrusted, .damaged, .replayed, .wrongSite, .expired, .limitExceeded, .unsupported,
    .policyViolation, .pointRefused, .approvalMissing, .incomplete, .noSpace, .pointUnavailable,
    .returnGap,
  ]

  /// The gravest of `codes`, or `.done` when there is none but `.done`.
  package static func gravest(_ codes: some Sequence<ExitCode>) -> ExitCode {
    let present = Set(codes)
    return byGravity.first(where: present.contains)
      ?? [.internalError, .usage, .waiting].first(where: present.contains) ?? .done
  }
}
