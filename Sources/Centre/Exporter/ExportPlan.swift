// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
import Trust

/// What a bundle for one site would carry now; made without changing anything.
package struct ExportPlan: Sendable {
  /// The part of one content version that the site lacks.
  package struct Share: Sendable {
    package let content: ContentRecord
    /// Files with frames of their own, in manifest order.
    let large: [LargeFile]
    /// Files that share solid frames, in manifest order, with their lengths.
    let small: [(digest: Digest, length: Int64)]
    package let heldCount: Int64
    /// Plain bytes of the files that travel.
    package let plain: Int64

    package var fileCount: Int64 { Int64(large.count + small.count) }
  }

  /// A file with frames of its own.
  struct LargeFile: Sendable {
    let digest: Digest
    let path: String
    /// Bytes.
    let length: Int64
  }

  package let site: SiteRecord
  package let intents: [DeploymentIntent]
  /// Bytes of the signed policy; nil while the built-in one holds.
  let policyBytes: [UInt8]?
  package let shares: [Share]
  /// What it acknowledges.
  package let acknowledged: ReportPoint
  /// The site's key that is in force once this is taken, in its TUF form.
  let signingKey: JSONValue
  /// Whether orders and volumes are sealed to the site.
  package let isSealed: Bool
  /// Intents with programs that release signers call critical or privileged.
  package let critical: [Name]
  /// Everything in it that officers must approve, with why; ascending.
  package let asked: [(intent: Name, why: String)]
  private let policyDigest: Digest
  /// Whether receipts were left out of account.
  package let isFull: Bool
  /// What the site holds by receipt.
  let held: HeldFiles

  package var plain: Int64 { shares.reduce(0) { $0 + $1.plain } }
  package var fileCount: Int64 { shares.reduce(0) { $0 + $1.fileCount } }

  /// - Parameter isFull: sends all files, whatever the site holds.
  /// - Throws: `CentreReason.notReleased`, `.policyForbids`, `.unknownProgram`.
  package init(for site: SiteRecord, isFull: Bool, in profile: CentreProfile) throws(Refusal) {
    self.site = site
    self.isFull = isFull
    let signed = try PolicyKeeper(of: profile).signed(site.id)
    let policy = signed?.policy ?? .builtIn
    isSealed = policy.sealing == .required
    policyBytes = signed?.bytes
    intents = try profile.ledger.intents(site: site.id, currentOnly: true).map(\.intent)
    let acknowledged = try profile.ledger.acknowledged(site)
    self.acknowledged = acknowledged
    signingKey =
      try profile.ledger.renewals(of: site).last { $0.seq <= acknowledged.seq }?.key.json
      ?? site.key
    held = isFull ? HeldFiles.none : try HeldFiles(of: site, in: profile)
    var shares: [Share] = []
    policyDigest = .sha256(signed?.bytes ?? [])
    var sent: Set<Digest> = []
    var critical: [Name] = []
    let reported = try ReportedIntents(of: site.id, in: profile.ledger)
    for intent in intents {
      let content = try ExportPlan.content(of: intent, standing: reported, in: profile.ledger)
      let manifest = try Depot(of: profile).manifest(content.manifest)
      try IntentCheck.check(intent, manifest: manifest, policy: policy)
      if let program = manifest.program(named: intent.program),
        program.isCritical || program.isPrivileged
      {
        critical.append(intent.id)
      }
      if !content.isReleased || shares.contains(where: { $0.content.manifest == content.manifest })
      {
        continue
      }
      shares.append(
        try ExportPlan.share(of: content, held: held, sent: &sent, in: profile))
    }
    self.shares = shares
    self.critical = critical
    asked = ExportPlan.asked(intents, critical: critical, standing: reported, policy: policy)
  }

  /// The content of an intent: released, and not below the floor of its line. Content that is neither any more stays in
  /// the desired state where the site has it (T21, T40).
  private static func content(
    of intent: DeploymentIntent, standing: ReportedIntents, in ledger: Ledger
  ) throws(Refusal) -> ContentRecord {
    let place = "intent \(intent.id)"
    let content = try ledger.content(manifest: intent.manifest)
    if let content, content.releasedVersion != nil,
      standing.holds(content.manifest, for: intent.id)
    {
      return content
    }
    guard let content, content.isReleased else {
      throw Refusal(
        CentreReason.notReleased, place,
        seen: "content \(intent.content)"
          + (content?.delistedVersion.map { ", delisted in content \($0)" } ?? ""),
        expected: "content that role content lists")
    }
    guard content.counter >= content.floor else {
      throw Refusal(
        CentreReason.belowFloor, place,
        seen: "\(content.name) \(content.version), counter \(content.counter)",
        expected: "at least counter \(content.floor)")
    }
    return content
  }

  /// What officers must approve. What the site has already is asked for only when it is critical.
  private static func asked(
    _ intents: [DeploymentIntent], critical: [Name], standing: ReportedIntents, policy: SitePolicy
  ) -> [(intent: Name, why: String)] {
    var asked: [(intent: Name, why: String)] = []
    for intent in intents {
      let isNew = !standing.has(intent)
      if critical.contains(intent.id) {
        asked.append((intent.id, "critical"))
      } else if isNew, intent.isRollback {
        asked.append((intent.id, "rollback"))
      } else if isNew, policy.approvals == .all {
        asked.append((intent.id, "every change is asked for, says policy"))
      }
    }
    asked += standing.beyond(intents).map { ($0, "withdrawn") }
    return asked.sorted { $0.intent < $1.intent }
  }

  /// SHA-256 of what the site shall have: what officers approve. The same wish has the same digest, whatever the site
  /// holds and however often it is sent.
  package var digest: Digest {
    let wanted = IntentsDocument(site: site.id, salt: ExportPlan.noSalt, intents: intents)
    let value: JSONValue = [
      "site_id": .string(site.id.text), "epoch": .string(site.epoch.text),
      "policy": .string(policyDigest.hex), "intents": .string(Digest.sha256(wanted.encoded).hex),
      "manifests": .array(Set(intents.map(\.manifest)).sorted().map { .string($0.hex) }),
    ]
    return .sha256(value.canonical)
  }

  private static var noSalt: RandomID {
    guard let id = RandomID(bytes: [UInt8](repeating: 0, count: 16)) else {
      preconditionFailure("16 bytes make a random id")
    }
    return id
  }

  /// What officers are asked about it; nil when nothing in it needs them.
  package var question: OfficerDesk.Question? {
    guard !asked.isEmpty else { return nil }
    let lines = asked.map { item in
      guard let intent = intents.first(where: { $0.id == item.intent }) else {
        return "  \(item.intent) (\(item.why)): to be removed"
      }
      return "  \(intent.id) revision \(intent.revision) (\(item.why)): content \(intent.content), "
        + "program \(intent.program) on \(intent.collection)"
    }
    return OfficerDesk.Question(
      subject: ApprovalSubject(role: .export, site: site.id, epoch: site.epoch, plan: digest),
      words: ["the next bundle for \(site.id), with \(intents.count) intents; for officers:"]
        + lines)
  }

  private static func share(
    of content: ContentRecord, held: HeldFiles, sent: inout Set<Digest>, in profile: CentreProfile
  ) throws(Refusal) -> Share {
    var large: [LargeFile] = []
    var small: [(digest: Digest, length: Int64)] = []
    var heldCount: Int64 = 0
    var plain: Int64 = 0
    let listing = try Depot(of: profile).files(of: content.manifest)
    while let element = try listing.next() {
      let file = try ManifestDocument.file(element)
      if file.length == 0 { continue }
      if held.contains(file.digest) {
        heldCount += 1
        continue
      }
      guard sent.insert(file.digest).inserted else { continue }
      plain += file.length
      if file.length < CentreLimits.smallFile {
        small.append((file.digest, file.length))
      } else {
        large.append(LargeFile(digest: file.digest, path: file.path, length: file.length))
      }
    }
    return Share(
      content: content, large: large, small: small, heldCount: heldCount, plain: plain)
  }
}
