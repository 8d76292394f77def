// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
package import Intents
package import SystemPackage
import Trust

/// Report 0: who this site is, signed by its own key, for the centre to compare over a second channel.
package struct Enrolment {
  private let site: OpenedSite
  private let clock: Instant

  package init(_ site: OpenedSite, clock: Instant) {
    self.site = site
    self.clock = clock
  }

  /// Writes the enrolment to `path`: the same bytes each time.
  ///
  /// - Returns: the fingerprint to be read out on the phone, SHA-256 of the signed payload.
  package func write(to path: FilePath) throws(Refusal) -> Digest {
    try site.requireLiving()
    let report = try frozen()
    if FileQuery.status(path) != nil {
      let there = try FileQuery.contents(of: path, cap: TrustLimits.targetsLength)
      guard there == report.envelope else {
        throw Refusal(
          SiteReason.fileExists, path.text, seen: "a file with other bytes", expected: "no file")
      }
      return report.digest
    }
    try DurableFile.write(
      report.envelope, to: path, permissions: BundleWriter.filePermissions)
    return report.digest
  }

  private func frozen() throws(Refusal) -> FrozenReport {
    if let known = try site.journal.read({ try $0.report(0) }) { return known }
    let key = try site.key()
    let profile = site.profile
    var points: [EnrolmentPredicate.Point] = []
    if case .success(let point) = site.point {
      let description = try point.describe()
      points = [
        EnrolmentPredicate.Point(
          id: description.id.text, kind: description.kind.rawValue)
      ]
    }
    let operators = try site.journal.read { try $0.operators() }
    let predicate = EnrolmentPredicate(
      site: profile.site, epoch: profile.epoch, key: key.publicKey.json,
      recipient: try site.recipient(), rootFingerprint: profile.rootFingerprint,
      points: points, agent: SiteAgent.name, asOf: clock,
      isRehearsal: profile.isRehearsal, operators: operators, restoredFrom: profile.restoredFrom)
    let statement = Statement(
      subjects: [Statement.Subject(name: "root.json", digest: profile.rootFingerprint)],
      predicateType: EnrolmentPredicate.type, predicate: predicate.json)
    let envelope = Envelope.sign(payload: statement.encoded, by: [key])
    let report = FrozenReport(
      seq: 0, digest: envelope.payloadDigest, facts: envelope.payloadDigest, eventHead: 0,
      sightingHead: 0, number: 0, envelope: envelope.encoded, state: [], at: clock)
    try site.journal.write { journal in
      try journal.freeze(report)
      try journal.log("report.frozen", ["seq": "0", "sha256": report.digest.hex], at: clock)
    }
    return report
  }
}
