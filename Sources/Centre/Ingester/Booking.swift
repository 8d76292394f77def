// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents

/// What to do with a verified report, judged from what the centre has accepted of the site's epoch before.
/// Pure: FORMAT.md, 12 and the rules R01 to R06 and R22.
package enum Booking: Hashable, Sendable {
  /// These very bytes have been accepted before.
  case known
  /// The newest state now; `missing` are the numbers that have not arrived.
  case booked(missing: [Int64])
  /// A late one: fills the history, the newest state stands.
  case filled
  /// Builds on a report that is not held; shown, but nothing moves.
  case provisional
  /// Contradicts what is held.
  case fork(at: Int64, seen: Digest, held: Digest)
  /// Late, and no booked report vouches for it.
  case stray

  /// What the centre holds of one epoch.
  package struct History: Hashable, Sendable {
    /// Hash of each accepted report by seq; 0 is the enrolment.
    package var accepted: [Int64: Digest]
    /// Hashes that booked reports name in their chains, by seq.
    package var chained: [Int64: Digest]

    package init(enrolment: Digest) {
      accepted = [0: enrolment]
      chained = [:]
    }

    /// Takes an accepted report with the hashes that it names.
    package mutating func add(
      seq: Int64, digest: Digest, base: ReportPoint, chain: [Digest]
    ) {
      accepted[seq] = digest
      for (offset, link) in chain.enumerated() { chained[base.seq + 1 + Int64(offset)] = link }
    }
  }

  package init(_ report: ReportPredicate, digest: Digest, history: History) {
    if let held = history.accepted[report.seq] {
      self = held == digest ? .known : .fork(at: report.seq, seen: digest, held: held)
      return
    }
    if let named = history.chained[report.seq], named != digest {
      self = .fork(at: report.seq, seen: digest, held: named)
      return
    }
    for (seq, link) in Booking.links(of: report) {
      if let held = history.accepted[seq] ?? history.chained[seq], held != link {
        self = .fork(at: seq, seen: link, held: held)
        return
      }
    }
    let newest = history.accepted.keys.max() ?? 0
    if report.seq < newest, history.chained[report.seq] != digest {
      self = .stray
    } else if history.accepted[report.base.seq] == nil {
      self = .provisional
    } else if report.seq < newest {
      self = .filled
    } else {
      let missing = ((newest + 1)..<max(report.seq, newest + 1)).filter {
        history.accepted[$0] == nil
      }
      self = .booked(missing: Array(missing))
    }
  }

  /// Every earlier report that `report` names, with the hash that it gives it.
  private static func links(of report: ReportPredicate) -> [(Int64, Digest)] {
    var links = [(report.base.seq, report.base.digest)]
    for (offset, link) in report.chain.enumerated() {
      links.append((report.base.seq + 1 + Int64(offset), link))
    }
    return links
  }
}
