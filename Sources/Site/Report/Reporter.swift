// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage
import Trust

/// What a return wrote.
package struct ReturnOutcome: Sendable {
  package let seq: Int64
  package let digest: Digest
  /// The bundle's folder on the medium.
  package let folder: FilePath
  /// That the same report was written before, and these are the same bytes.
  package let isRepeat: Bool
  /// Bytes on the medium.
  package let length: Int64
}

/// Writes the signed return bundle. A report is frozen before the medium is touched: without new facts the same
/// bytes are written again, new facts take the next number (R23).
package struct Reporter {
  private let site: OpenedSite
  private let clock: Instant
  private let voice: ImportVoice

  package init(_ site: OpenedSite, clock: Instant, voice: ImportVoice) {
    self.site = site
    self.clock = clock
    self.voice = voice
  }

  /// Writes the newest report to `medium`, an existing folder.
  package func run(to medium: FilePath) throws(Refusal) -> ReturnOutcome {
    try site.requireLiving()
    guard let enrolment = try site.journal.read({ try $0.report(0) }) else {
      throw Refusal(
        SiteReason.notEnrolled, "site \(site.profile.site)", seen: "no report 0",
        expected: "the enrolment")
    }
    try MediumCheck(medium).requireWritable()
    let facts = try ReportFacts(of: site, enrolment: enrolment, clock: clock)
    let newest = try site.journal.read { try $0.newestReport() } ?? enrolment
    let isRepeat = newest.seq > 0 && newest.facts == facts.digest && hasFolder(newest.seq)
    let frozen = isRepeat ? newest : try freeze(facts, after: newest)
    try checkReview(frozen)
    let source = folder(of: frozen.seq).appending(name(frozen.seq).text)
    voice.say(
      isRepeat
        ? "report \(frozen.seq) again, the same bytes" : "report \(frozen.seq), signed and frozen")
    let copier = BundleCopier(source: source, medium: medium, name: name(frozen.seq).text)
    let length = try copier.run(progress: voice.progress)
    try site.journal.write { journal in
      try journal.setValue("false", of: JournalFact.returnDue)
      try journal.log(
        "report.written", ["seq": "\(frozen.seq)", "sha256": frozen.digest.hex], at: clock)
    }
    return ReturnOutcome(
      seq: frozen.seq, digest: frozen.digest, folder: medium.appending(name(frozen.seq).text),
      isRepeat: isRepeat, length: length)
  }

  /// Nothing touches the medium before people have approved that this report leaves, where policy asks for it (P05).
  private func checkReview(_ report: FrozenReport) throws(Refusal) {
    let policy = try site.policy()
    guard policy.egressReview == .required else { return }
    try site.journal.write { try $0.setValue("\(report.seq)", of: JournalFact.reviewDue) }
    let statements = try site.journal.read { try $0.approvals() }
    let verdict = try site.judge(policy, clock: clock)
      .judge(statements, for: ReportReview.subject(of: report, at: site.profile))
    guard verdict.isGranted else {
      throw Refusal(
        SiteReason.reviewWaits, "report \(report.seq)", seen: verdict.seen,
        expected: verdict.expected)
    }
  }

  private func name(_ seq: Int64) -> BundleName {
    .back(
      site.profile.site, epochPrefix: String(site.profile.epoch.text.prefix(8)), seq: seq)
  }

  private func folder(of seq: Int64) -> FilePath { site.folder.reports.appending("\(seq)") }

  private func hasFolder(_ seq: Int64) -> Bool {
    FileQuery.isFolder(folder(of: seq).appending(name(seq).text))
  }

  /// Writes the bundle into the state folder and signs it; the number is used from the moment that the journal
  /// names its hash. What an aborted run left under that number was never seen by anyone.
  private func freeze(
    _ facts: ReportFacts, after newest: FrozenReport
  ) throws(Refusal) -> FrozenReport {
    var keys = [try site.key()]
    if let next = facts.nextKey { keys.append(try site.signingKey(next.id)) }
    let seq = newest.seq + 1
    let target = folder(of: seq)
    try FolderRemoval.remove(target)
    try DurableFile.makeFolder(target)
    let workshop = target.appending("evidence")
    try DurableFile.makeFolder(workshop)
    let evidence = try facts.writeEvidence(of: site, into: workshop)
    let state = state(facts, seq, evidence.map(\.evidence))
    let policy = try site.policy()
    let writer = try BundleWriter(
      medium: target, name: name(seq),
      sealedTo: policy.sealing == .required ? [policy.returnsTo].compactMap(\.self) : [])
    let encoder = try FrameEncoder()
    var frames: [FrameSource] = []
    for (file, record) in evidence { frames += try file.frames(of: record, with: encoder) }
    let index = workshop.appending("index.json")
    try writer.writeVolumes(frames, index: index)
    try writer.writeOrders([
      OrdersEntry(name: "index.json", source: try FileSource(index)),
      OrdersEntry(name: "state.json", source: MemorySource(state.encoded, name: "state.json")),
    ])
    let waybill = Waybill(
      siteID: site.profile.site, kind: .back(epoch: site.profile.epoch, seq: seq),
      blockSize: writer.blockSize, files: writer.files)
    let envelope = Envelope.sign(
      payload: try statement(facts, state, waybill, newest).encoded, by: keys)
    let papers = try PapersWriter.bytes(entries: [
      (name: "report.dsse.json", bytes: envelope.encoded),
      (name: "waybill.json", bytes: waybill.encoded),
    ])
    _ = try writer.finish(
      papers: papers,
      startHere: { files in
        StartHere.page(
          name(seq), contact: "the centre that sends software to \(site.profile.site)",
          files: files)
      }, minisign: nil)
    try FolderRemoval.remove(workshop)
    try DurableFile.synchronizeFolder(target)
    let report = FrozenReport(
      seq: seq, digest: envelope.payloadDigest, facts: facts.digest,
      eventHead: facts.auditHead.seq, sightingHead: facts.sightingHead, number: facts.number,
      envelope: envelope.encoded, state: state.encoded, at: clock)
    try site.journal.write { journal in
      try journal.freeze(report)
      if facts.nextKey != nil, try journal.value(JournalFact.nextKeySince) == nil {
        try journal.setValue("\(seq)", of: JournalFact.nextKeySince)
      }
      try journal.log(
        "report.frozen", ["seq": "\(seq)", "sha256": report.digest.hex], at: clock)
    }
    // Older reports are told again by this one; only their hashes are still asked for.
    for old in try FileQuery.names(in: site.folder.reports) where old != "\(seq)" {
      try FolderRemoval.remove(site.folder.reports.appending(old))
    }
    return report
  }

  private func state(
    _ facts: ReportFacts, _ seq: Int64, _ evidence: [StateDocument.Evidence]
  ) -> StateDocument {
    StateDocument(
      site: site.profile.site, epoch: site.profile.epoch, seq: seq, asOf: clock,
      intents: facts.results, heldManifests: facts.heldManifests, heldFiles: facts.heldFiles,
      needed: facts.needed, sightings: facts.sightings, evidence: evidence,
      approvals: facts.approvals)
  }

  private func statement(
    _ facts: ReportFacts, _ state: StateDocument, _ waybill: Waybill, _ newest: FrozenReport
  ) throws(Refusal) -> Statement {
    let chain = try site.journal.read {
      try $0.reportDigests(between: facts.base.seq, and: newest.seq + 1)
    }
    let predicate = ReportPredicate(
      site: site.profile.site, epoch: site.profile.epoch, seq: newest.seq + 1,
      previous: newest.digest, base: facts.base, chain: chain, trust: facts.versions,
      number: facts.number, asOf: clock, auditHead: facts.auditHead.digest,
      centreHead: facts.centreHead, agent: SiteAgent.name, isRehearsal: site.profile.isRehearsal,
      restoredFrom: site.profile.restoredFrom, nextKey: facts.nextKey?.json)
    // The same check that the centre makes: a report that it would refuse is not frozen.
    _ = try ReportPredicate(JSONField(predicate.json, at: "report"))
    let subjects =
      [
        Statement.Subject(name: "waybill.json", digest: .sha256(waybill.encoded)),
        Statement.Subject(name: "state.json", digest: .sha256(state.encoded)),
      ] + state.evidence.map { Statement.Subject(name: $0.name, digest: $0.digest) }
    return Statement(
      subjects: subjects, predicateType: ReportPredicate.type, predicate: predicate.json)
  }
}
