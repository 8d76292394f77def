// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Terminal
import Trust

/// What the check found of one bundle.
struct Finding {
  /// Where its papers lie, or should.
  let folder: String
  /// What its papers claim to be; nil when they cannot be read.
  private(set) var claim: BundleName?
  private(set) var volumes = 0
  private(set) var bytes: Int64 = 0
  /// Files that are damaged or missing.
  private(set) var defects = 0
  /// Files that lie there under another name.
  private(set) var renamed = 0
  private(set) var isUndamaged = false
  /// What of the origin was checked.
  private(set) var origin = "origin not checked"
  private(set) var notes: [String] = []
  private(set) var refusal: Refusal?
  /// Every file of the medium that belongs to it.
  private(set) var claimed: [FilePath] = []

  /// For the order of findings.
  var name: String { claim?.text ?? "" }

  /// A folder that cannot be read as a bundle.
  init(folder: FilePath, refusal: Refusal, claimed: [FilePath]) {
    self.folder = folder.text
    self.refusal = refusal
    self.claimed = claimed
  }

  /// - Parameter others: papers of other bundles.
  init(
    _ found: FoundPapers.Variant, besides others: [MediumScan.File], on scan: MediumScan,
    with locator: inout PieceLocator, key: MinisignPublicKey?,
    say: (_ bundle: String, _ total: Int64) -> PhaseMeter
  ) {
    let (papers, waybill) = (found.papers, found.waybill)
    let place = found.files.first?.folder ?? ""
    folder = place.text
    claimed = found.files.map(\.path)
    claim = waybill.bundleName
    volumes = waybill.volumes.count
    bytes = waybill.totalLength
    let meter = say("\(waybill.bundleName) in \(place.text)", waybill.totalLength)
    do throws(Refusal) {
      let survey = try BundleSurvey(
        of: papers, at: found.files, besides: others, on: scan, with: &locator,
        progress: { meter.add($0) })
      meter.finish()
      claimed += survey.claimed
      defects = survey.defects.count
      note(survey, calledThere: place.lastComponent?.string)
      if let refusal = survey.refusal { throw refusal }
      isUndamaged = true
      if let key, papers.kind == .out { try checkSignature(survey, papers, waybill, key) }
    } catch {
      refusal = error
    }
  }

  private mutating func note(_ survey: BundleSurvey, calledThere name: String?) {
    renamed = survey.items.filter(\.isRenamed).count
    if renamed > 0 { notes.append("\(Finding.count(renamed, "file")) renamed on the way") }
    for item in survey.items where item.state == .merged {
      let places = item.places.map(\.text).joined(separator: " and ")
      notes.append("\(item.name) is whole only when read from \(places) together")
    }
    if survey.items.contains(where: { $0.role == .signature && $0.state == .missing }) {
      notes.append("SHA256SUMS.minisig is missing")
    }
    if let claim, let name, name != claim.text { notes.append("the folder is called \(name)") }
  }

  private mutating func checkSignature(
    _ survey: BundleSurvey, _ papers: Papers, _ waybill: Waybill, _ key: MinisignPublicKey
  ) throws(Refusal) {
    guard let sums = survey.sums, let bytes = survey.signature else {
      throw Refusal(
        CourierReason.signatureMissing, folder, seen: "no SHA256SUMS.minisig",
        expected: "one by the courier key")
    }
    let signature = try Finding.parse(bytes)
    try key.verify(signature, over: sums, untrustedComment: SumsFile.untrustedComment)
    let fingerprint = Digest.sha256(Array(papers.metadata("timestamp.json") ?? []))
    let expected = SumsFile.trustedComment(waybill.bundleName, fingerprint: fingerprint)
    guard signature.trustedComment.utf8.elementsEqual(expected.utf8) else {
      throw Refusal(
        CourierReason.otherBundleSigned, SumsFile.signatureName, seen: signature.trustedComment,
        expected: expected)
    }
    origin = "listed by the holder of the courier key; fingerprint \(fingerprint)"
  }

  /// A signature that cannot be read vouches for nothing, however it came to be so (M25).
  private static func parse(_ bytes: [UInt8]) throws(Refusal) -> MinisignSignature {
    do throws(Refusal) {
      return try MinisignSignature(parsing: bytes, named: SumsFile.signatureName)
    } catch {
      guard error.exit != .untrusted else { throw error }
      throw Refusal(
        CourierReason.signatureUnreadable, SumsFile.signatureName, seen: error.seen,
        expected: error.expected)
    }
  }

  private static func count(_ number: Int, _ what: String) -> String {
    "\(number) \(what)\(number == 1 ? "" : "s")"
  }

  var lines: [String] {
    var lines: [String] = []
    switch claim {
    case .out(let site, let n):
      lines.append("\(folder): bundle \(n) for site \(site), as it claims")
    case .back(let site, _, let seq):
      lines.append("\(folder): return \(seq) of site \(site), as it claims")
    case nil: lines.append("\(folder): a bundle that cannot be read")
    }
    if claim != nil {
      lines.append("  orders and \(Finding.count(volumes, "volume")), \(ByteCount.text(bytes))")
    }
    if isUndamaged { lines.append("  undamaged as listed; \(origin)") }
    if let refusal {
      lines.append("  NOT IN ORDER: \(refusal.code) \(refusal.subject): \(refusal.reason.summary)")
      lines.append("  \(refusal.seen)")
    }
    return lines + notes.map { "  note: \($0)" }
  }

  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("folder", .string(folder)), ("claims", claim.map { .string($0.text) } ?? .null),
      ("site", claim.map { .string($0.siteID.text) } ?? .null),
      ("volumes", .integer(Int64(volumes))), ("bytes", .integer(bytes)),
      ("renamed", .integer(Int64(renamed))), ("undamaged", .bool(isUndamaged)),
      ("origin", .string(origin)), ("notes", .array(notes.map { .string($0) })),
      ("exit", .integer(Int64((refusal?.exit ?? .done).rawValue))),
    ]
    if let refusal {
      members += [
        ("code", .string(refusal.code)), ("subject", .string(refusal.subject)),
        ("seen", .string(refusal.seen)), ("expected", .string(refusal.expected)),
      ]
    }
    return .object(JSONObject(members))
  }
}
