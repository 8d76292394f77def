// SPDX-License-Identifier: Apache-2.0
import Intents
import Trust

/// What is remembered of a product line at a site: which content its package was last pointed at, and from
/// which source version on that counts.
struct LineRecord: Hashable {
  /// What the package's source is, or is about to become.
  var manifest: Digest?
  var folder = ""
  /// The source version before the switch: a higher one has the content.
  var after: Int64 = 0
  /// Whether the site was asked to read the source anew since.
  var isRefreshAsked = false
  /// Contents that were the package's source before.
  var superseded: Set<Digest> = []
  /// Which revision of each intent asked last, and for what.
  var askers: [Name: (revision: Int64, manifest: Digest)] = [:]

  init() {}

  /// Books who asks for `manifest`.
  ///
  /// A package has one source, so two intents cannot have two versions of a line. The later one wins; the other
  /// is told, instead of both taking the package from each other with every run.
  ///
  /// - Throws: `DistributionReason.inUse` when the very same wish was granted and has been superseded since.
  mutating func ask(_ manifest: Digest, _ key: EffectKey) throws(Refusal) {
    let before = askers[key.intent]
    if superseded.contains(manifest), let before, before.revision >= key.revision,
      before.manifest == manifest, let current = self.manifest
    {
      throw Refusal(
        DistributionReason.inUse, "intent \(key)",
        seen: "content \(ContentID(manifest: current)) of the same product, by another intent",
        expected: "one version of a product at a time")
    }
    askers[key.intent] = (key.revision, manifest)
  }

  /// Books that the package's source is about to become another.
  mutating func point(at manifest: Digest, in folder: String, after version: Int64) {
    if let old = self.manifest, old != manifest { superseded.insert(old) }
    superseded.remove(manifest)
    self.manifest = manifest
    self.folder = folder
    after = version
    isRefreshAsked = false
  }

  static func == (left: LineRecord, right: LineRecord) -> Bool { left.encoded == right.encoded }
  func hash(into hasher: inout Hasher) { hasher.combine(encoded) }

  var encoded: [UInt8] {
    let value: JSONValue = [
      "_type": "waybill-line", "format": 1, "manifest": .string(manifest?.hex ?? ""),
      "folder": .string(folder), "after": .integer(after), "refresh_asked": .bool(isRefreshAsked),
      "superseded": .array(superseded.sorted().map { .string($0.hex) }),
      "askers": .array(
        askers.sorted { $0.key < $1.key }.map { intent, wish in
          [
            "intent": .string(intent.text), "revision": .integer(wish.revision),
            "manifest": .string(wish.manifest.hex),
          ]
        }),
    ]
    return value.encoded
  }

  init(parsing bytes: [UInt8], named name: String) throws(Refusal) {
    do throws(Refusal) {
      let root = try JSONField(parsing: bytes, named: name)
      let numbers = 0...TrustLimits.jsonInteger
      _ = try root["_type"].parsed("waybill-line") { $0 == "waybill-line" ? $0 : nil }
      manifest = Digest(hex: try root["manifest"].string())
      folder = try root["folder"].string()
      after = try root["after"].integer(in: numbers)
      isRefreshAsked = try root["refresh_asked"].bool()
      for field in try root["superseded"].array() { superseded.insert(try field.digest()) }
      for field in try root["askers"].array() {
        let intent = try field["intent"].parsed("a name: \(Name.rule)") { Name($0) }
        askers[intent] = (
          try field["revision"].integer(in: numbers), try field["manifest"].digest()
        )
      }
    } catch {
      throw Refusal(
        DistributionReason.recordDamaged, error.subject, seen: error.seen, expected: error.expected)
    }
  }
}
