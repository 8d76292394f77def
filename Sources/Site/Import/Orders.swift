// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// The orders of one bundle: every byte was verified before any parser saw it, every entry is a target that
/// the metadata vouches for, and everything names this site. The listings lie in private staging.
struct Orders {
  let intents: IntentsDocument
  /// The bundle's own policy with its bytes; nil while none is signed for this site.
  let policy: (document: SitePolicy, bytes: [UInt8])?
  /// As it was signed, and what it says.
  let acknowledgement: (document: Acknowledgement, bytes: [UInt8])?
  let enrolment: EnrolmentRecord?
  let index: FilePath
  /// Content manifests by digest.
  let manifests: [Digest: ManifestFile]
}

/// Reads orders from a medium.
struct OrdersReader {
  let papers: VerifiedPapers
  let waybill: Waybill
  /// Opens sealed orders; nil where they are plain.
  let identity: AgeIdentity?
  /// Where listings are put, each under the digest of its bytes.
  let staging: FilePath

  /// What the entries were, before anything is made of them.
  private struct Parts {
    var small: [String: [UInt8]] = [:]
    var files: [String: FilePath] = [:]
    var manifests: [Digest: ManifestFile] = [:]
  }

  /// - Parameter copies: of `orders.tar`, the likeliest first.
  func read(_ copies: [any ByteSource]) throws(Refusal) -> Orders {
    let stream = try PieceStream.open(
      copies: copies, as: waybill.orders, of: waybill, for: identity)
    let parts = try entries(try TarReader(stream, rules: .outOrders))
    for target in papers.siteTargets + [papers.policy].compactMap({ $0 })
    where target.name != siteName("waybill.json") {
      guard parts.small[target.name] != nil || parts.files[target.name] != nil else {
        throw missing(target.name)
      }
    }
    guard let intents = parts.small[siteName("intents.json")] else {
      throw missing(siteName("intents.json"))
    }
    guard let index = parts.files[siteName("index.json")] else {
      throw missing(siteName("index.json"))
    }
    return Orders(
      intents: try self.intents(intents), policy: try policy(parts),
      acknowledgement: try acknowledgement(parts), enrolment: try enrolment(parts), index: index,
      manifests: parts.manifests)
  }

  private func entries(_ archive: TarReader) throws(Refusal) -> Parts {
    let allowed = Dictionary(
      (papers.siteTargets + papers.releases.map(\.target) + [papers.policy].compactMap { $0 })
        .map { ($0.storedName, $0) }
    ) { first, _ in first }
    var parts = Parts()
    while let entry = try archive.next() {
      guard let target = allowed[entry.name], target.name != siteName("waybill.json") else {
        throw Refusal(
          SiteReason.strangerInOrders, "orders.tar", seen: entry.name,
          expected: "only what the metadata lists")
      }
      guard entry.size == target.length else {
        throw differs(target, "\(entry.size) bytes", "\(target.length) bytes")
      }
      let isRelease = target.name.hasPrefix("content/")
      if isRelease || target.name == siteName("index.json") {
        let path = staging.appending("\(target.digest).json")
        try copy(archive, to: path, target)
        parts.files[target.name] = path
        if isRelease {
          parts.manifests[target.digest] = ManifestFile(path, digest: target.digest)
        }
      } else {
        let bytes = try archive.contents(cap: SiteLimits.orderLength)
        let digest = Digest.sha256(bytes)
        guard digest == target.digest else {
          throw differs(target, digest.hex, target.digest.hex)
        }
        parts.small[target.name] = bytes
      }
    }
    return parts
  }

  private func copy(
    _ archive: TarReader, to path: FilePath, _ target: TargetEntry
  ) throws(Refusal) {
    guard target.length <= SiteLimits.listingLength else {
      throw Refusal(
        SiteReason.tooMuchOfSomething, target.name, seen: "\(target.length) bytes",
        expected: "at most \(SiteLimits.listingLength)")
    }
    try DurableFile.unlinkIfPresent(path)
    let descriptor = try DurableFile.create(path)
    defer { try? descriptor.close() }  // a write that did not reach the disk shows in the next hash
    var hash = SHA256Stream()
    try archive.forEachChunk { (chunk) throws(Refusal) in
      hash.update(chunk)
      try descriptor.writeAll(chunk, naming: path)
    }
    guard hash.finalize() == target.digest else {
      throw differs(target, hash.finalize().hex, target.digest.hex)
    }
    try descriptor.synchronize(naming: path)
  }

  private func siteName(_ base: String) -> String { "sites/\(papers.site)/\(base)" }

  private func missing(_ name: String) -> Refusal {
    Refusal(SiteReason.orderDiffers, "orders.tar", seen: "no \(name)", expected: "it, as listed")
  }

  private func differs(_ target: TargetEntry, _ seen: String, _ expected: String) -> Refusal {
    Refusal(SiteReason.orderDiffers, target.name, seen: seen, expected: expected)
  }
}

extension OrdersReader {
  private func intents(_ bytes: [UInt8]) throws(Refusal) -> IntentsDocument {
    let document = try IntentsDocument(parsing: bytes)
    try checkSite(document.site, "intents.json")
    guard document.intents.count <= SiteLimits.intents else {
      throw Refusal(
        SiteReason.tooMuchOfSomething, "intents.json", seen: "\(document.intents.count) intents",
        expected: "at most \(SiteLimits.intents)")
    }
    return document
  }

  private func policy(
    _ parts: Parts
  ) throws(Refusal) -> (document: SitePolicy, bytes: [UInt8])? {
    guard let target = papers.policy, let bytes = parts.small[target.name] else { return nil }
    let document = try PolicyDocument.policy(parsing: bytes)
    guard document.site == papers.site else {
      throw Refusal(
        SiteReason.looserPolicy, target.name, seen: "site \(document.site?.text ?? "none")",
        expected: papers.site.text)
    }
    guard papers.isRehearsal || document.operators >= 2 else {
      throw Refusal(
        SiteReason.looserPolicy, target.name, seen: "\(document.operators) operators",
        expected: "2, outside a rehearsal")
    }
    return (document, bytes)
  }

  private func acknowledgement(
    _ parts: Parts
  ) throws(Refusal) -> (document: Acknowledgement, bytes: [UInt8])? {
    guard let bytes = parts.small[siteName("ack.json")] else { return nil }
    let document = try Acknowledgement(parsing: bytes)
    try checkSite(document.site, "ack.json")
    return (document, bytes)
  }

  private func enrolment(_ parts: Parts) throws(Refusal) -> EnrolmentRecord? {
    guard let bytes = parts.small[siteName("enrolment.json")] else { return nil }
    let document = try EnrolmentRecord(parsing: bytes)
    try checkSite(document.site, "enrolment.json")
    return document
  }

  private func checkSite(_ named: SiteID, _ document: String) throws(Refusal) {
    guard named == papers.site else {
      throw Refusal(
        SiteReason.foreignOrder, document, seen: named.text, expected: papers.site.text)
    }
  }
}
