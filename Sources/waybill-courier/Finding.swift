// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Terminal
import Trust

/// What the check found of one bundle.
struct Finding {
  let folder: String
  /// What its papers claim to be; nil when they cannot be read.
  private(set) var claim: BundleName?
  private(set) var files: Int64 = 0
  private(set) var bytes: Int64 = 0
  /// What of the origin was checked.
  private(set) var origin = "origin not checked"
  private(set) var notes: [String] = []
  private(set) var refusal: Refusal?

  init(_ bundle: FoundBundle, key: MinisignPublicKey?) {
    folder = bundle.folder.string
    do throws(Refusal) {
      let papers = try bundle.papers.get()
      let waybill = try papers.waybill()
      claim = waybill.bundleName
      files = Int64(waybill.files.count)
      bytes = waybill.totalLength
      let survey = try FolderSurvey(bundle.folder, papers: papers)
      note(survey, bundle)
      if let refusal = survey.refusal { throw refusal }
      if let key, papers.kind == .out { try checkSignature(survey, papers, waybill, key) }
    } catch {
      refusal = error
    }
  }

  private mutating func note(_ survey: FolderSurvey, _ bundle: FoundBundle) {
    let strangers = survey.strangers.map(\.name)
    if !strangers.isEmpty {
      notes.append("does not belong there: \(strangers.joined(separator: ", "))")
    }
    if survey.items.contains(where: { $0.role == .signature && $0.state == .missing }) {
      notes.append("SHA256SUMS.minisig is missing")
    }
    if let claim, let name = bundle.folder.lastComponent?.string, name != claim.text {
      notes.append("the folder is called \(name)")
    }
  }

  private mutating func checkSignature(
    _ survey: FolderSurvey, _ papers: Papers, _ waybill: Waybill, _ key: MinisignPublicKey
  ) throws(Refusal) {
    guard let sums = survey.sums, let bytes = survey.signature else {
      throw Refusal(
        CourierReason.signatureMissing, folder, seen: "no SHA256SUMS.minisig",
        expected: "one by the courier key")
    }
    let signature = try MinisignSignature(parsing: bytes, named: SumsFile.signatureName)
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

  var lines: [String] {
    var lines: [String] = []
    switch claim {
    case .out(let site, let n):
      lines.append("\(folder): bundle \(n) for site \(site), as it claims")
    case .back(let site, _, let seq):
      lines.append("\(folder): return \(seq) of site \(site), as it claims")
    case nil: lines.append("\(folder): a bundle that cannot be read")
    }
    if claim != nil { lines.append("  \(files) files of content, \(ByteCount.text(bytes))") }
    if let refusal {
      lines.append("  NOT IN ORDER: \(refusal.code) \(refusal.subject): \(refusal.reason.summary)")
      lines.append("  \(refusal.seen)")
    } else {
      lines.append("  undamaged as listed; \(origin)")
    }
    return lines + notes.map { "  note: \($0)" }
  }

  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("folder", .string(folder)), ("claims", claim.map { .string($0.text) } ?? .null),
      ("site", claim.map { .string($0.siteID.text) } ?? .null), ("files", .integer(files)),
      ("bytes", .integer(bytes)), ("undamaged", .bool(refusal == nil)),
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
