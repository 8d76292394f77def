// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What became of one set of papers.
package struct PapersVerification: Sendable {
  /// Something worth telling that is no reason to refuse.
  package enum Note: Sendable, Hashable {
    /// Roots `from` to `through` were taken, also when the papers were refused afterwards.
    case rootsTaken(from: Int64, through: Int64)
    /// The clock is behind the latest verified `issued`, which stood in for it.
    case clockBehindFloor(TimeReading)
    /// Issued more than 48 hours ahead of the clock.
    case issuedAhead(Instant, TimeReading)
    /// The keys of timestamp and snapshot were replaced, so that N no longer had to exceed this number.
    case lineRestarted(after: Int64)
    /// A root that was taken lowered the floor of time from `from` to `to`.
    case timeFloorReset(from: Instant, to: Instant)
  }

  /// The state to keep: with every root that verified, even when refused; unchanged when the papers are
  /// another site's; with N, versions and floors moved only when all verified.
  package let state: TrustState
  package let outcome: Result<VerifiedPapers, Refusal>
  package let notes: [Note]
}

/// Verifies the metadata of papers for one site. Pure: no files, no clock, nothing kept.
///
/// The order of checks is rule 3 of the case list: size caps, line of this site, then role by role from the
/// root on (listed length and hash, signatures, versions and numbers), then time once for all roles.
///
/// - Parameters:
///   - clock: what the host's clock says.
///   - confirmed: a date that two people confirmed as today's; stands in for a clock that is far ahead.
///   - graceDays: days after its expiry in which a role is not refused for it; the papers then say so, and it is for
///     people to decide. Nothing else is relaxed.
package func verify(
  _ papers: PapersMetadata, for site: SiteID, against state: TrustState, clock: Instant,
  confirmed: Instant? = nil, graceDays: Int64 = 0
) -> PapersVerification {
  var run = PapersRun(
    papers: papers, site: site, before: state,
    time: GivenTime(clock: clock, confirmed: confirmed, graceDays: graceDays))
  do {
    let verified = try run.verify()
    return PapersVerification(state: run.state, outcome: .success(verified), notes: run.notes)
  } catch {
    return PapersVerification(state: run.state, outcome: .failure(error), notes: run.notes)
  }
}
