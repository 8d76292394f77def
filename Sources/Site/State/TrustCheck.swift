// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import Trust

/// What is kept of earlier bundles lies on a disk that others may write to: nothing of it is believed before it
/// was verified anew (S17).
extension OpenedSite {
  /// The trusted state of the metadata: as the log tells of it, and its chain of roots verified from the pinned
  /// one on.
  ///
  /// - Throws: `SiteReason.trustEdited`, `.otherPinnedRoot`, and what the roots are refused with.
  package func trust() throws(Refusal) -> TrustState {
    let (document, told) = try kept(.trust)
    guard let document else {
      throw Refusal(
        SiteReason.journalDamaged, "journal.sqlite", seen: "no trusted state", expected: "one")
    }
    let digest = Digest.sha256(document)
    guard told?.facts["state_sha256"] == digest.hex else {
      throw Refusal(
        SiteReason.trustEdited, "trusted state", seen: OpenedSite.floors(document, digest),
        expected: OpenedSite.floors(told))
    }
    let trust = try TrustState(try JSONField(parsing: document, named: "trusted state"))
    let pinned = Digest.sha256(trust.roots[trust.pinned] ?? [])
    guard pinned == profile.rootFingerprint else {
      throw Refusal(
        SiteReason.otherPinnedRoot, "trusted state", seen: pinned.hex,
        expected: profile.rootFingerprint.hex)
    }
    return trust
  }

  /// The signed policy that counts, with its signatures checked anew, else the built-in one.
  ///
  /// - Throws: `SiteReason.policyEdited`, and what `trust` throws.
  package func policy() throws(Refusal) -> SitePolicy {
    let trust = try trust()
    let (document, told) = try kept(.policy)
    let digest = document.map { Digest.sha256($0) }
    guard digest?.hex == told?.facts["policy_sha256"] else {
      throw OpenedSite.policyEdited(
        digest?.hex ?? "no policy",
        told?.facts["policy_sha256"].map { "\($0), as the log tells" } ?? "none")
    }
    guard let document else { return .builtIn }
    let files = try journal.read { try $0.metadata() }
    let target: TargetEntry?
    do throws(Refusal) {
      target = try trust.policyTarget(
        of: profile.site, targets: files["targets.json"] ?? [],
        policy: files["policy.json"] ?? [])
    } catch {
      throw OpenedSite.policyEdited("\(error.code) \(error)", "roles as they were signed")
    }
    // A role that lists none leaves the last good policy in force.
    guard target == nil || target?.digest == digest else {
      throw OpenedSite.policyEdited(
        digest?.hex ?? "none", "\(target?.digest.hex ?? "none"), as role policy lists")
    }
    return try PolicyDocument.policy(parsing: document)
  }

  /// Verifies all of it before a command changes anything. What was edited is logged, once, and told in the next
  /// report.
  package func checkTrust(at now: Instant) throws(Refusal) {
    do throws(Refusal) {
      _ = try policy()
    } catch {
      guard error.exit == .untrusted else { throw error }
      let facts = ["code": error.code, "subject": error.subject, "seen": error.seen]
      try journal.write { journal in
        guard try journal.newestEvent("state.edited")?.facts != facts else { return }
        try journal.log("state.edited", facts, at: now)
        try journal.note(.init(at: now, code: error.code, subject: error.subject))
      }
      throw error
    }
  }

  /// A document as it is kept, and the newest line that tells of it.
  private func kept(
    _ name: JournalDocument
  ) throws(Refusal) -> (document: [UInt8]?, told: AuditEvent?) {
    do throws(Refusal) {
      return try journal.read { (try $0.document(name), try $0.toldTrust()) }
    } catch {
      guard case SiteReason.logBroken = error.reason else { throw error }
      throw Refusal(
        SiteReason.trustEdited, error.subject, seen: error.seen, expected: error.expected)
    }
  }

  private static func policyEdited(_ seen: String, _ expected: String) -> Refusal {
    Refusal(SiteReason.policyEdited, "policy", seen: seen, expected: expected)
  }

  /// What a trusted state claims, for people; it may be anything.
  private static func floors(_ document: [UInt8], _ digest: Digest) -> String {
    guard let state = try? TrustState(JSONField(parsing: document, named: "trusted state")) else {
      return "SHA-256 \(digest)"  // what is wrong with it does not matter: it is not ours
    }
    let versions = state.versions
    return "root \(versions.root), targets \(versions.targets), content \(versions.content), "
      + "policy \(versions.policy), N \(state.line?.n ?? 0), time \(state.timeFloor), "
      + "SHA-256 \(digest)"
  }

  private static func floors(_ told: AuditEvent?) -> String {
    guard let told else { return "a line of the log that tells of it" }
    func fact(_ name: String) -> String { told.facts[name] ?? "none" }
    return "root \(fact("root")), targets \(fact("targets")), content \(fact("content")), "
      + "policy \(fact("policy")), N \(fact("n")), time \(fact("time_floor")), "
      + "SHA-256 \(fact("state_sha256")), as line \(told.seq) of the log tells"
  }
}
