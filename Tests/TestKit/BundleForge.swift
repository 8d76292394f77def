// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import Trust

/// Makes whole out bundles, sound or odd, in memory: an honest exporter of whom every step can be bent. What is
/// bent is signed and listed all the same, as a careless or stolen exporter would.
///
///     var forge = BundleForge(papers: try PapersForge(), courier: key)
///     forge.want("tool-lab", content)
///     forge.bends.documents = { $0["intents.json"] = hostile }
///     let files = try forge.files()
package struct BundleForge {
  /// Changes one step of the making.
  package typealias Bend<Value> = (inout Value) throws -> Void

  package struct Bends {
    package var frames: Bend<[ForgedFrame]> = { _ in }
    package var index: Bend<[IndexEntry]> = { _ in }
    /// The bytes of a volume, before the waybill lists them.
    package var volume: Bend<[UInt8]> = { _ in }
    /// `intents.json`, `index.json`, `ack.json`, `enrolment.json`.
    package var documents: Bend<[String: [UInt8]]> = { _ in }
    /// The entries of the orders, after their targets are listed.
    package var orders: Bend<[ForgedPieces.Entry]> = { _ in }
    /// The bytes of the orders, before the waybill lists them.
    package var ordersArchive: Bend<[UInt8]> = { _ in }
    package var waybill: Bend<JSONValue> = { _ in }
    /// The files of `metadata/`.
    package var metadata: Bend<[ForgedPieces.Entry]> = { _ in }
    package var papers: Bend<[UInt8]> = { _ in }

    package init() {}
  }

  package var papers: PapersForge
  package var policy: SitePolicy?
  package var contents: [ForgedContent] = []
  /// Manifests that role content does not list.
  package var unreleased: Set<Digest> = []
  package var intents: [DeploymentIntent] = []
  package var acknowledgement: Acknowledgement?
  package var enrolment: EnrolmentRecord?
  /// Files that the exporter leaves out.
  package var held: Set<Digest> = []
  package var framesOfVolume = Int.max
  package var bends = Bends()
  private let courier: MinisignSecretKey

  package init(papers: PapersForge, courier: MinisignSecretKey) {
    self.papers = papers
    self.papers.courier = courier.publicKey
    self.courier = courier
  }

  package var name: BundleName { .out(papers.site, n: papers.n) }

  /// Releases `content` and wants it by an intent of this id, instead of what that id wanted before.
  package mutating func want(
    _ id: String, _ content: ForgedContent, revision: Int64 = 1, program: String = "install",
    collection: CollectionName, scope: [String], isRollback: Bool = false
  ) {
    if !contents.contains(where: { $0.digest == content.digest }) { contents.append(content) }
    intents.removeAll { $0.id.text == id }
    intents.append(
      DeploymentIntent(
        id: ForgedContent.name(id), revision: revision, manifest: content.digest,
        program: ForgedContent.name(program), collection: collection, purpose: .required,
        availableFrom: nil, deadline: nil, scope: Set(scope.compactMap { Tag($0) }),
        isRollback: isRollback))
  }

  /// The files of the bundle's folder, by name.
  package func files() throws -> [String: [UInt8]] {
    var (volumes, index) = try content()
    try bends.index(&index)
    var forge = papers
    var orders = try self.orders(try ForgedPieces.index(index), &forge)
    try bends.orders(&orders)
    var archive = try ForgedPieces.archive("orders.tar", orders).bytes
    try bends.ordersArchive(&archive)
    for index in volumes.indices { try bends.volume(&volumes[index]) }
    var files = [BundleFiles.orders: archive]
    var listed = [ForgedPieces.listed(BundleFiles.orders, archive)]
    for (index, volume) in volumes.enumerated() {
      let name = Waybill.fileName(at: index + 1, isSealed: false)
      files[name] = volume
      listed.append(ForgedPieces.listed(name, volume))
    }
    let (papers, fingerprint) = try self.papers(forge, listing: listed)
    files[BundleFiles.papers] = papers
    files[BundleFiles.papersCopy] = papers
    files["START-HERE.html"] = ForgedPieces.page
    let sums = ForgedPieces.sums(files)
    files[SumsFile.name] = sums
    files[SumsFile.signatureName] = try signature(of: sums, fingerprint)
    return files
  }

  /// The signature that belongs to `sums`.
  package func signature(
    of sums: [UInt8], _ fingerprint: Digest, by key: MinisignSecretKey? = nil
  ) throws -> [UInt8] {
    try (key ?? courier).sign(
      sums, untrustedComment: SumsFile.untrustedComment,
      trustedComment: SumsFile.trustedComment(name, fingerprint: fingerprint)
    ).encoded
  }

  private func content() throws -> (volumes: [[UInt8]], index: [IndexEntry]) {
    var seen = held
    let wanted = contents.filter { content in
      intents.contains { $0.manifest == content.digest }
    }
    let files = wanted.flatMap(\.files).map(\.bytes).filter {
      seen.insert(.sha256($0)).inserted
    }
    var frames = ForgedFrame.frames(of: files)
    try bends.frames(&frames)
    return try ForgedPieces.volumes(frames, of: min(framesOfVolume, max(frames.count, 1)))
  }

  /// The entries of the orders; lists their targets in `forge`.
  private func orders(
    _ index: [UInt8], _ forge: inout PapersForge
  ) throws -> [ForgedPieces.Entry] {
    let site = papers.site
    var documents: [String: [UInt8]] = [
      "intents.json": IntentsDocument(
        site: site, salt: ForgedContent.id("salt of intents"), intents: intents
      ).encoded, "index.json": index,
    ]
    documents["ack.json"] = acknowledgement?.encoded
    documents["enrolment.json"] = enrolment?.encoded
    try bends.documents(&documents)
    forge.siteTargets = documents.map { TargetEntry(name: "sites/\(site)/\($0.key)", of: $0.value) }
    var entries = documents.map { document in
      (TargetEntry(name: "sites/\(site)/\(document.key)", of: document.value), document.value)
    }
    if let policy {
      let bytes = PolicyDocument.encoded(
        policy, for: policy.site ?? site, salt: ForgedContent.id("salt of policy"))
      let target = TargetEntry(name: "policy/\(site).json", of: bytes)
      forge.policies[site] = target
      entries.append((target, bytes))
    }
    for content in contents {
      if !unreleased.contains(content.digest) { forge.releases.append(content.release) }
      let isWanted = intents.contains { $0.manifest == content.digest }
      if isWanted, !unreleased.contains(content.digest) {
        entries.append((content.release.target, content.bytes))
      }
    }
    return entries.map { (name: $0.0.storedName, bytes: $0.1) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private func papers(
    _ forge: PapersForge, listing files: [Waybill.File]
  ) throws -> (bytes: [UInt8], fingerprint: Digest) {
    var forge = forge
    let waybill = Waybill(
      siteID: forge.site, kind: .out(n: forge.n), blockSize: ForgedPieces.blockSize, files: files)
    var tree = try JSONValue(parsing: waybill.encoded, named: "waybill.json")
    try bends.waybill(&tree)
    let bytes = tree.encoded
    forge.siteTargets.append(TargetEntry(name: "sites/\(forge.site)/waybill.json", of: bytes))
    var metadata = try forge.files()
    let timestamp = metadata.first { $0.name == "timestamp.json" }?.bytes ?? []
    try bends.metadata(&metadata)
    var papers = try PapersWriter.bytes(
      entries: metadata.map { (name: "metadata/\($0.name)", bytes: $0.bytes) } + [
        (name: "waybill.json", bytes: bytes)
      ])
    try bends.papers(&papers)
    return (papers, .sha256(timestamp))
  }
}
