// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import SystemPackage
import Trust

/// Writes a bundle for one site to a medium: everything from the state that the site last receipted to the
/// state desired now.
package struct Exporter {
  /// What lies on the medium now.
  package struct Result: Sendable {
    package let site: SiteID
    package let number: Int64
    package let folder: FilePath
    package let fingerprint: Digest
    /// When the first of its roles expires.
    package let expires: Instant
    package let expiresFirst: String
    package let fileCount: Int64
    /// Plain bytes of the files that travel.
    package let plain: Int64
    /// Bytes of orders and volumes.
    package let stored: Int64
    package let volumeCount: Int64
  }

  let profile: CentreProfile
  let keys: KeyRing
  let medium: FilePath
  let volumeSize: Int64
  let effort: Effort
  let now: Instant
  let progress: PhaseProgress
  package var bounds = DeltaBounds()

  package init(
    from profile: CentreProfile, keys: KeyRing, to medium: FilePath, volumeSize: Int64,
    effort: Effort = .normal, at now: Instant, progress: @escaping PhaseProgress
  ) throws(Refusal) {
    guard FileQuery.isFolder(medium) else {
      throw Refusal(
        BundleReason.mediumUnreadable, medium.text, seen: "no folder",
        expected: "the medium's folder")
    }
    self.profile = profile
    self.keys = keys
    self.medium = medium
    self.volumeSize = volumeSize
    self.effort = effort
    self.now = now
    self.progress = progress
  }

  /// Draws a number, writes the content, signs, freezes the papers in the ledger, finishes, reads again.
  package func export(_ plan: ExportPlan) throws(Refusal) -> Result {
    try FileError.onMedium(medium) { () throws(Refusal) in try write(plan) }
  }

  private func write(_ plan: ExportPlan) throws(Refusal) -> Result {
    try Interruption.check()
    let desk = OfficerDesk(of: profile, at: now)
    try profile.ledger.requireKey(of: plan.site)
    try desk.requireConfirmed(plan.site)
    try desk.requireApproved(plan)
    let repository = Repository(of: profile)
    let shared = try repository.roles()
    let expires = now.adding(days: CentreLimits.lineDays)
    try checkExpiry(shared)
    let frames = try FrameChoice(profile, effort: effort, bounds, progress: progress)
      .frames(for: plan)
    try checkRoom(frames, plan)
    let key = try keys.exporter(for: shared)
    let courier = try keys.courier()
    let number = try NumberDraw(profile: profile).draw(
      for: plan.site.id, volumeSize: volumeSize, at: now)
    try UnfinishedBundles(profile: profile, medium: medium).clear(plan.site.id, below: number)

    let sources = try OrdersSources(plan, number: number, in: profile)
    let writer = try pack(
      frames, sources, as: .out(plan.site.id, n: number), volumeSize: volumeSize,
      sealedTo: plan.isSealed ? [plan.site.recipient] : [])
    let waybill = Waybill(
      siteID: plan.site.id, kind: .out(n: number), blockSize: writer.blockSize, files: writer.files)
    let signed = try LinePapers(
      site: plan.site.id, number: number, issued: now, expires: expires
    ).sign(
      targets: try sources.siteTargets(), waybill: waybill, repository: repository, by: key,
      courier: courier.publicKey)
    let first = shared.expiresFirst
    let result = Result(
      site: plan.site.id, number: number, folder: writer.folder, fingerprint: signed.fingerprint,
      expires: min(expires, first.at),
      expiresFirst: expires <= first.at ? "site" : first.role.rawValue, fileCount: plan.fileCount,
      plain: plan.plain, stored: waybill.totalLength, volumeCount: Int64(waybill.volumes.count))
    try BundleRecord(profile: profile).freeze(
      result, of: plan, papers: signed.papers, sources: sources, frames: frames, at: now)
    try finish(writer, papers: signed.papers, fingerprint: signed.fingerprint, courier: courier)
    try BundleRecord(profile: profile).markWritten(result, medium: medium, at: now)
    return result
  }

  /// Writes a bundle again, byte for byte, from what the ledger froze.
  ///
  /// - Throws: `CentreReason.repeatUnknown` for a number whose papers were never signed, `.sealedRepeat` where
  ///   fresh keys make other bytes each time.
  package func `repeat`(_ number: Int64, of site: SiteRecord) throws(Refusal) -> Result {
    try FileError.onMedium(medium) { () throws(Refusal) in try write(number, of: site) }
  }

  private func write(_ number: Int64, of site: SiteRecord) throws(Refusal) -> Result {
    try profile.ledger.requireKey(of: site)
    let record = BundleRecord(profile: profile)
    let frozen = try record.frozen(number, of: site.id)
    let waybill = try PapersReader.read(frozen.papers, named: "frozen papers").waybill()
    guard !waybill.isSealed else {
      throw Refusal(
        CentreReason.sealedRepeat, "bundle \(number) of \(site.id)", seen: "sealed",
        expected: "a bundle whose bytes come out the same twice")
    }
    let courier = try keys.courier()
    let sources = try OrdersSources(frozen.orders, site: site.id, number: number, in: profile)
    let writer = try pack(
      frozen.frames, sources, as: .out(site.id, n: number), volumeSize: frozen.volumeSize,
      sealedTo: [])
    guard writer.files == waybill.files else {
      throw Refusal(
        CentreReason.depotDamaged, "bundle \(number) of \(site.id)",
        seen: "other orders or volumes",
        expected: "those of its frozen waybill",
        changed: "an unfinished folder on the medium; delete it")
    }
    try finish(
      writer, papers: frozen.papers, fingerprint: frozen.fingerprint, courier: courier)
    let result = Result(
      site: site.id, number: number, folder: writer.folder, fingerprint: frozen.fingerprint,
      expires: frozen.expires, expiresFirst: "bundle",
      fileCount: Int64(Set(frozen.frames.flatMap { $0.pieces.map(\.file) }).count),
      plain: frozen.frames.reduce(0) { $0 + $1.plain }, stored: waybill.totalLength,
      volumeCount: Int64(waybill.volumes.count))
    try record.markWritten(result, medium: medium, at: now)
    return result
  }

  /// Writes volumes and orders.
  private func pack(
    _ frames: [Depot.Frame], _ sources: OrdersSources, as name: BundleName, volumeSize: Int64,
    sealedTo recipients: [AgeRecipient]
  ) throws(Refusal) -> BundleWriter {
    let total = frames.reduce(sources.length) { $0 + $1.length }
    let meter = PhaseMeter("packing", of: total, progress)
    let writer = try BundleWriter(
      medium: medium, name: name, volumeSize: volumeSize, sealedTo: recipients,
      progress: { meter.add($0) })
    try writer.writeVolumes(frameSources(frames), index: sources.index)
    try writer.writeOrders(try sources.entries())
    meter.finish()
    return writer
  }

  private func finish(
    _ writer: BundleWriter, papers: [UInt8], fingerprint: Digest, courier: MinisignSecretKey
  ) throws(Refusal) {
    let name = writer.name
    let contact = try profile.ledger.configuration("contact") ?? CentreSetup.defaultContact
    let written = try writer.finish(
      papers: papers,
      startHere: { files in
        StartHere.page(name, contact: contact, files: files)
      },
      minisign: { (sums) throws(Refusal) in
        try courier.sign(
          sums, untrustedComment: SumsFile.untrustedComment,
          trustedComment: SumsFile.trustedComment(name, fingerprint: fingerprint)
        ).encoded
      })
    let meter = PhaseMeter(
      "reading back", of: written.pieces.reduce(0) { $0 + $1.length }, progress)
    try written.reread { meter.add($0) }
    meter.finish()
  }

  private func frameSources(_ frames: [Depot.Frame]) -> [FrameSource] {
    let depot = Depot(of: profile)
    return frames.map { frame in
      let path = depot.path(of: frame.digest)
      return FrameSource(
        frame: frame.digest, encoding: frame.encoding, length: frame.length, plain: frame.plain,
        pieces: frame.pieces,
        open: { () throws(Refusal) in try FileSource(path) })
    }
  }

  private func checkExpiry(_ shared: SharedRoles) throws(Refusal) {
    let first = shared.expiresFirst
    guard first.at >= now.adding(days: CentreLimits.tripDays) else {
      throw Refusal(
        CentreReason.roleExpiresSoon, "role \(first.role.rawValue)",
        seen: "\(first.at), in \(first.at.days(since: now)) days",
        expected: "at least \(CentreLimits.tripDays) days from \(now)")
    }
  }

  private func checkRoom(_ frames: [Depot.Frame], _ plan: ExportPlan) throws(Refusal) {
    // Frames with their headers, manifests, and a mebibyte for papers and the rest.
    let needed =
      frames.reduce(2 << 20) { $0 + $1.length + 1024 }
      + plan.shares.reduce(0) { $0 + $1.content.length + 1024 }
    let free = try DiskSpace.free(at: medium)
    guard free >= needed else {
      throw Refusal(
        BundleReason.noSpace, medium.text, seen: "\(free) bytes free", expected: "\(needed) bytes")
    }
  }
}
