// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// A site in memory that writes real returns, sound or odd, for a rehearsal centre in a temporary folder.
///
///     var site = try ForgedSite()
///     site.log("bundle.taken")
///     let result = try site.hand(site.report())
struct ForgedSite {
  /// A return before it is signed: every part of it can be bent.
  struct Return {
    var seq: Int64
    var base: Int64
    var number: Int64 = 0
    var trust = TrustVersions(root: 1, targets: 1, content: 1, policy: 1)
    var asOf: Instant
    var auditHead: Digest
    var centreHead = AuditHead.origin
    /// Lines of `events.ndjson`; nil leaves the file out.
    var events: [[UInt8]]?
    var devices: [ComplianceRecord] = []
    var intents: [IntentResult] = []
    var heldManifests: [Digest] = []
    var heldFiles: [Digest] = []
    /// Files of evidence under other names.
    var strangers: [(name: String, bytes: [UInt8])] = []
    /// Subjects of the statement that nothing answers to.
    var subjects: [Statement.Subject] = []
    /// Bends `state.json` before it is hashed.
    var editState: (JSONValue) -> JSONValue = { $0 }
    /// Evidence that state and statement name, but no volume holds.
    var lost: Set<String> = []
  }

  static let now = Instant(clamping: 1_790_000_000)

  let scratch: Scratch
  let centre: CentreProfile
  let id: SiteID
  /// Of its reports; at first the enrolled one.
  var epoch: RandomID
  /// Who signs its reports; at first the enrolled key alone.
  var signers: [SecretKey]
  /// What its reports say of the epoch before, and of the key to come.
  var restoredFrom: RandomID?
  var nextKey: JSONValue?
  private(set) var events: [AuditEvent] = []
  /// Hash of each report by number, and how many events it reached to.
  private(set) var reports: [Int64: (digest: Digest, events: Int)] = [:]

  /// The centre's key files, none of which is encrypted.
  var keys: KeyRing {
    KeyRing(of: centre) { () throws(Refusal) in
      throw Refusal(
        TrustReason.missingPassphrase, "key file", seen: "encrypted", expected: "a rehearsal's")
    }
  }

  /// Makes a centre and enrols a site there.
  init() throws {
    scratch = try Scratch()
    centre = try CentreSetup.rehearse(
      in: scratch["centre"], contact: nil, passphrase: nil, at: Self.now)
    id = try #require(SiteID("fjord-3"))
    epoch = try #require(RandomID("00112233445566778899aabbccddeeff"))
    signers = [try PapersForge.key("site")]
    try enrol()
  }

  /// Begins a new life under the key `name`, and hands its enrolment to the centre.
  mutating func begin(_ epoch: String, key name: String, restoredFrom: RandomID? = nil) throws {
    self.epoch = try #require(RandomID(epoch))
    signers = [try PapersForge.key(name)]
    self.restoredFrom = restoredFrom
    events = []
    reports = [:]
    try enrol()
  }

  private mutating func enrol() throws {
    let root = try Repository(of: centre).root().fingerprint
    let predicate = EnrolmentPredicate(
      site: id, epoch: epoch, key: try #require(signers.first).publicKey.json,
      recipient: try StockAge.identity().recipient, rootFingerprint: root, points: [],
      agent: "forged", asOf: Self.now, isRehearsal: true, restoredFrom: restoredFrom)
    let statement = Statement(
      subjects: [Statement.Subject(name: "root.json", digest: root)],
      predicateType: EnrolmentPredicate.type, predicate: predicate.json)
    let envelope = Envelope.sign(payload: statement.encoded, by: signers)
    let enrolment = try SiteEnrolment(parsing: envelope.encoded, named: "enrolment")
    reports[0] = (enrolment.fingerprint, 0)
    log("site.created")
    _ = try enrolment.enrol(in: centre, confirmed: enrolment.fingerprint, at: Self.now)
  }

  /// Appends a line to the site's log.
  mutating func log(_ event: String, _ facts: [String: String] = [:]) {
    events.append(
      AuditEvent(
        seq: Int64(events.count) + 1, at: Self.now, event: event, facts: facts,
        previous: events.last?.digest ?? AuditEvent.origin))
  }

  /// Cuts the log behind line `seq`, as whoever owns the site's host can.
  mutating func cutLog(behind seq: Int) { events.removeLast(events.count - seq) }

  /// The next return as an honest site writes it, on the report `base`.
  func report(base: Int64 = 0) -> Return {
    let known = reports[base]?.events ?? 0
    return Return(
      seq: (reports.keys.max() ?? 0) + 1, base: base, asOf: Self.now,
      auditHead: events.last?.digest ?? AuditEvent.origin,
      events: events.dropFirst(known).map(\.encoded))
  }

  /// Signs `report`, writes it to a medium of its own and lets the centre ingest it.
  mutating func hand(
    _ report: Return, at now: Instant = ForgedSite.now
  ) throws -> Ingester.Return {
    let medium = try write(report)
    return try ingest(medium, at: now)
  }

  func ingest(_ medium: FilePath, at now: Instant = ForgedSite.now) throws -> Ingester.Return {
    let results = try Ingester(into: centre, keys: keys, at: now).ingest(medium)
    #expect(results.count == 1)
    return try #require(results.first)
  }

  /// Signs `report` and writes it to a medium of its own.
  mutating func write(_ report: Return) throws -> FilePath {
    let medium = try scratch.folder("medium-\(RandomID.generate())")
    let name = BundleName.back(id, epochPrefix: String(epoch.text.prefix(8)), seq: report.seq)
    let writer = try BundleWriter(medium: medium, name: name, blockSize: 64 << 10)
    let files = evidence(of: report)
    var frames: [FrameSource] = []
    for (name, bytes) in files where !bytes.isEmpty && !report.lost.contains(name) {
      frames.append(frame(of: bytes))
    }
    let index = scratch["index-\(report.seq)"]
    try writer.writeVolumes(frames, index: index)
    let state = report.editState(
      try JSONValue(parsing: document(report, files).encoded, named: "state")
    ).encoded
    try writer.writeOrders([
      OrdersEntry(name: "index.json", source: try FileSource(index)),
      OrdersEntry(name: "state.json", source: MemorySource(state, name: "state.json")),
    ])
    let waybill = Waybill(
      siteID: id, kind: .back(epoch: epoch, seq: report.seq), blockSize: writer.blockSize,
      files: writer.files)
    let subjects =
      [
        Statement.Subject(name: "waybill.json", digest: .sha256(waybill.encoded)),
        Statement.Subject(name: "state.json", digest: .sha256(state)),
      ] + files.map { Statement.Subject(name: $0.name, digest: .sha256($0.bytes)) }
      + report.subjects
    let statement = Statement(
      subjects: subjects, predicateType: ReportPredicate.type, predicate: predicate(report).json)
    let envelope = Envelope.sign(payload: statement.encoded, by: signers)
    let papers = try PapersWriter.bytes(entries: [
      (name: "report.dsse.json", bytes: envelope.encoded),
      (name: "waybill.json", bytes: waybill.encoded),
    ])
    _ = try writer.finish(
      papers: papers, startHere: { StartHere.page(name, contact: "the centre", files: $0) },
      minisign: nil)
    reports[report.seq] = (envelope.payloadDigest, events.count)
    return medium
  }

  private func evidence(of report: Return) -> [(name: String, bytes: [UInt8])] {
    var files: [(name: String, bytes: [UInt8])] = []
    if let events = report.events {
      files.append((EvidenceLine.events, Array(events.joined())))
    }
    if !report.devices.isEmpty {
      files.append((EvidenceLine.devices, report.devices.flatMap { EvidenceLine.encoded($0) }))
    }
    return files + report.strangers
  }

  private func frame(of bytes: [UInt8]) -> FrameSource {
    let digest = Digest.sha256(bytes)
    let count = Int64(bytes.count)
    return FrameSource(
      frame: digest, encoding: .raw, length: count, plain: count,
      pieces: [IndexEntry.Piece(at: 0, file: digest, from: 0, length: count, of: count)]
    ) { MemorySource(bytes, name: "evidence") }
  }

  private func document(
    _ report: Return, _ files: [(name: String, bytes: [UInt8])]
  ) -> StateDocument {
    StateDocument(
      site: id, epoch: epoch, seq: report.seq, asOf: report.asOf, intents: report.intents,
      heldManifests: report.heldManifests, heldFiles: report.heldFiles, needed: [], sightings: [],
      evidence: files.map {
        StateDocument.Evidence(
          name: $0.name, length: Int64($0.bytes.count), digest: .sha256($0.bytes))
      })
  }

  private func predicate(_ report: Return) -> ReportPredicate {
    func digest(_ seq: Int64) -> Digest { reports[seq]?.digest ?? .sha256([0]) }
    let chain = (report.base + 1..<max(report.seq, report.base + 1)).map(digest)
    return ReportPredicate(
      site: id, epoch: epoch, seq: report.seq, previous: chain.last ?? digest(report.base),
      base: ReportPoint(seq: report.base, digest: digest(report.base)), chain: chain,
      trust: report.trust, number: report.number, asOf: report.asOf,
      auditHead: report.auditHead, centreHead: report.centreHead, agent: "forged",
      isRehearsal: true, restoredFrom: restoredFrom, nextKey: nextKey)
  }
}

extension ForgedSite {
  /// Number of the newest booked report, as the centre's status shows it.
  func booked() throws -> Int64? { try SiteStatus.all(in: centre, at: Self.now).first?.seq }

  /// The events of the centre's log that are called `name`, oldest first.
  func history(_ name: String) throws -> [AuditEvent] {
    try centre.ledger.history(newest: 1000).filter { $0.event == name }
  }
}
