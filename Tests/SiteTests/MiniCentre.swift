// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit

import Bundles
import Trust

/// A centre in memory that writes real bundles, sound or odd.
struct MiniCentre {
  /// A content version with its files.
  struct Content {
    let manifest: ContentManifest
    let files: [(path: String, bytes: [UInt8])]
    let bytes: [UInt8]

    var digest: Digest { .sha256(bytes) }
    var release: Release {
      Release(
        manifest: digest, length: Int64(bytes.count), line: manifest.line,
        counter: manifest.counter)
    }
  }

  var forge: PapersForge
  var policy: SitePolicy? = MiniCentre.openPolicy()
  var contents: [Content] = []
  var intents: [DeploymentIntent] = []
  var acknowledgement: Acknowledgement?
  var enrolment: EnrolmentRecord?
  /// Files that the exporter believes the site to hold.
  var heldFiles: Set<Digest> = []
  /// Bent just before it is written.
  var intentsBytes: [UInt8]?
  /// Manifests left out of role content.
  var unreleased: Set<Digest> = []
  let courier: MinisignSecretKey

  init(site: String = "fjord-3", rehearsal: Bool = true) throws {
    var forge = try PapersForge(site: site)
    forge.roots = [:]
    forge.isRehearsal = rehearsal
    try forge.addRoot()
    guard let id = MinisignKeyID(Array(1...8)) else { throw Errno.invalidArgument }
    courier = try MinisignSecretKey(seed: Digest.sha256([9]).bytes, id: id)
    forge.courier = courier.publicKey
    self.forge = forge
  }

  static func openPolicy(
    egress: SitePolicy.Egress = .full, operators: Int64 = 1,
    sealing: SitePolicy.Sealing = .none, removals: SitePolicy.Removals = .approved,
    approvers: Set<Digest> = [], breakGlassDays: Int64 = 0,
    egressReview: SitePolicy.EgressReview = .none
  ) -> SitePolicy {
    SitePolicy(
      site: SiteID("fjord-3"), sealing: sealing, egress: egress, removals: removals,
      operators: operators, collections: Set([CollectionName("Lab Devices")].compactMap { $0 }),
      scopeCeiling: tags("site-class:air-gapped", "ring:lab"), approvers: approvers,
      breakGlassDays: breakGlassDays, egressReview: egressReview)
  }

  static func tags(_ texts: String...) -> Set<Tag> { Set(texts.compactMap { Tag($0) }) }

  static func id(_ text: String) -> RandomID {
    guard let id = RandomID(bytes: Array(Digest.sha256(Array(text.utf8)).bytes.prefix(16))) else {
      preconditionFailure("16 bytes")
    }
    return id
  }

  /// A content version whose files are made up from its name and version.
  static func content(
    _ name: String, counter: Int64, files: [(path: String, bytes: [UInt8])]? = nil,
    scope: Set<Tag> = tags("site-class:air-gapped", "ring:lab"), critical: Bool = false
  ) throws -> Content {
    let files =
      files ?? [
        (path: "bin/\(name).exe", bytes: noise("\(name) \(counter)", 90_000)),
        (path: "empty.txt", bytes: []), (path: "read.me", bytes: Array("same".utf8)),
      ]
    let program = Program(
      name: Name("install") ?? defaultName, commandLine: "\(name).exe /S", account: .system,
      exitCodes: .applicationDefaults, detection: [], isCritical: critical, isPrivileged: false,
      maximumRuntime: 30)
    let manifest = ContentManifest(
      salt: id("salt"), line: id(name), name: name, version: "\(counter).0", counter: counter,
      publisherScope: scope, programs: [program], fileCount: Int64(files.count),
      totalLength: files.reduce(0) { $0 + Int64($1.bytes.count) })
    var bytes: [UInt8] = []
    var writer = ListingWriter(
      header: ManifestDocument.header(manifest), listName: ManifestDocument.list
    ) { bytes += $0 }
    try writer.headerLine()
    for file in files.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
      try writer.element(
        ManifestDocument.element(
          ContentFile(
            path: file.path, length: Int64(file.bytes.count), digest: .sha256(file.bytes),
            modified: monday)))
    }
    try writer.end()
    return Content(manifest: manifest, files: files, bytes: bytes)
  }

  private static var defaultName: Name {
    guard let name = Name("install") else { preconditionFailure("a name") }
    return name
  }

  /// Bytes that do not compress, the same for the same text.
  static func noise(_ text: String, _ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var block = Digest.sha256(Array(text.utf8)).bytes
    while bytes.count < count {
      bytes += block
      block = Digest.sha256(block).bytes
    }
    return Array(bytes.prefix(count))
  }

  static func intent(
    _ id: String, _ content: Content, revision: Int64 = 1, program: String = "install",
    collection: String = "Lab Devices", scope: Set<Tag> = tags("ring:lab"), rollback: Bool = false
  ) throws -> DeploymentIntent {
    guard let name = Name(id), let program = Name(program),
      let collection = CollectionName(collection)
    else { throw Errno.invalidArgument }
    return DeploymentIntent(
      id: name, revision: revision, manifest: content.digest, program: program,
      collection: collection, purpose: .required, availableFrom: nil, deadline: nil, scope: scope,
      isRollback: rollback)
  }

  /// Wants `content` by an intent of this id and adds both.
  mutating func want(_ id: String, _ content: Content, revision: Int64 = 1) throws {
    contents.append(content)
    intents.removeAll { $0.id.text == id }
    intents.append(try MiniCentre.intent(id, content, revision: revision))
  }

  var rootBytes: [UInt8] { forge.roots[1] ?? [] }

  /// Writes bundle `n` into `medium` and gives its folder.
  mutating func export(
    _ n: Int64, to medium: FilePath, volumeSize: Int64 = 1 << 20,
    edit: ((inout PapersForge) -> Void)? = nil
  ) throws -> FilePath {
    forge.n = n
    let site = forge.site
    try DurableFile.makeFolder(medium)
    let scratch = medium.removingLastComponent().appending("scratch-\(n)")
    let writer = try BundleWriter(
      medium: medium, name: .out(site, n: n), blockSize: 64 << 10, volumeSize: volumeSize)
    try writer.writeVolumes(frames(), index: scratch)
    let index = try FileQuery.contents(of: scratch, cap: 1 << 24)
    try DurableFile.unlinkIfPresent(scratch)
    var targets: [(name: String, bytes: [UInt8])] = [
      (
        "intents.json",
        intentsBytes
          ?? IntentsDocument(site: site, salt: MiniCentre.id("salt"), intents: intents).encoded
      ), ("index.json", index),
    ]
    if let acknowledgement { targets.append(("ack.json", acknowledgement.encoded)) }
    if let enrolment { targets.append(("enrolment.json", enrolment.encoded)) }
    var entries: [TargetEntry] = []
    var orders: [OrdersEntry] = []
    func add(_ target: TargetEntry, _ bytes: [UInt8]) {
      orders.append(
        OrdersEntry(name: target.storedName, source: MemorySource(bytes, name: target.name)))
    }
    for (name, bytes) in targets {
      let target = TargetEntry(name: "sites/\(site)/\(name)", of: bytes)
      entries.append(target)
      add(target, bytes)
    }
    forge.policies = [:]
    if let policy {
      let bytes = PolicyDocument.encoded(
        policy, for: policy.site ?? site, salt: MiniCentre.id("salt"))
      let target = TargetEntry(name: "policy/\(site).json", of: bytes)
      forge.policies[site] = target
      add(target, bytes)
    }
    forge.releases = []
    var seen: Set<Digest> = []
    for content in contents where seen.insert(content.digest).inserted {
      if unreleased.contains(content.digest) { continue }
      forge.releases.append(content.release)
      if intents.contains(where: { $0.manifest == content.digest }) {
        add(content.release.target, content.bytes)
      }
    }
    try writer.writeOrders(orders)
    let waybill = Waybill(
      siteID: site, kind: .out(n: n), blockSize: writer.blockSize, files: writer.files)
    forge.siteTargets =
      entries + [TargetEntry(name: "sites/\(site)/waybill.json", of: waybill.encoded)]
    var bent = forge
    edit?(&bent)
    let files = try bent.files()
    let papers = try PapersWriter.bytes(
      entries: files.map { (name: "metadata/\($0.name)", bytes: $0.bytes) } + [
        (name: "waybill.json", bytes: waybill.encoded)
      ])
    let fingerprint = Digest.sha256(files.last?.bytes ?? [])
    let name = BundleName.out(site, n: n)
    let courier = courier
    _ = try writer.finish(
      papers: papers, startHere: { StartHere.page(name, contact: "the centre", files: $0) }
    ) { (sums) throws(Refusal) in
      try courier.sign(
        sums, untrustedComment: "waybill: damage and mix-up check, never trust",
        trustedComment: "waybill \(name) \(fingerprint)"
      ).encoded
    }
    return medium.appending(name.text)
  }

  /// One frame a file, in pieces of 40,000 bytes, so that files have several.
  private func frames() -> [FrameSource] {
    var frames: [FrameSource] = []
    var seen = heldFiles
    for content in contents where intents.contains(where: { $0.manifest == content.digest }) {
      for file in content.files where !file.bytes.isEmpty {
        let digest = Digest.sha256(file.bytes)
        guard seen.insert(digest).inserted else { continue }
        for start in stride(from: 0, to: file.bytes.count, by: 40_000) {
          let part = Array(file.bytes[start..<min(start + 40_000, file.bytes.count)])
          let piece = IndexEntry.Piece(
            at: 0, file: digest, from: Int64(start), length: Int64(part.count),
            of: Int64(file.bytes.count))
          frames.append(
            FrameSource(
              frame: .sha256(part), encoding: .raw, length: Int64(part.count),
              plain: Int64(part.count), pieces: [piece]
            ) { MemorySource(part, name: "part") })
        }
      }
    }
    return frames
  }
}
