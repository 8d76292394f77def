// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

/// Where request files for signers go, and how a ceremony's standing is told.
struct RequestOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write the request for the signers into this folder (default: `requests` in the state folder).",
      valueName: "folder"))
  var requests: String?

  /// Tells that `standing` is published, or writes its request and ends with 15.
  func outcome(
    of standing: Ceremonies.Standing, in profile: CentreProfile, done: [String],
    facts: [(String, JSONValue)] = []
  ) throws(Refusal) -> Outcome {
    let ceremony = standing.ceremony
    let versions = ceremony.drafts.versions.map { ($0.key.rawValue, JSONValue.integer($0.value)) }
    var all =
      facts + [
        ("published", .bool(standing.isPublished)),
        ("roles", .object(JSONObject(versions))), ("digest", .string(ceremony.digest.hex)),
      ]
    if standing.isPublished {
      all.append(("changed", true))
      return Outcome(lines: done + ["Published \(ceremony.title)."], facts: all)
    }
    let request = try Ceremonies(of: profile).request(for: ceremony)
    let file = try write(request, in: profile)
    all += [("request", .string(file.string)), ("needs", .array(request.needs))]
    return Outcome(
      refusal: request.missing(changed: "drafted, and the request written to \(file.text)"),
      lines: [
        "Drafted \(ceremony.title): \(ceremony.purpose).", "Request: \(file.string)",
        "Digest \(ceremony.digest): read it to each signer over another channel.",
      ] + RequestText(request).signatures, facts: all)
  }

  func write(_ request: CeremonyRequest, in profile: CentreProfile) throws(Refusal) -> FilePath {
    let folder = requests.map { FilePath($0) } ?? profile.folder.appending("requests")
    try DurableFile.makeFolder(folder)
    let versions = request.ceremony.drafts.versions
    let names = MetadataRole.shared.compactMap { role in
      versions[role].map { "\(role.rawValue)-\($0)" }
    }
    let file = folder.appending("request.\(names.joined(separator: ".")).json")
    try DurableFile.write(
      request.encoded, to: file, permissions: [.ownerReadWrite, .groupRead, .otherRead])
    return file
  }
}

extension CeremonyRequest {
  /// What is still to be signed, as a refusal.
  func missing(changed: String) -> Refusal {
    let open = ceremony.drafts.needs.filter { !$0.isMet }
    let text = RequestText(self)
    return Refusal(
      CentreReason.signaturesMissing, ceremony.title,
      seen: open.map { "\($0.title): \($0.signed.count) of \($0.keys.threshold)" }
        .joined(separator: "; "),
      expected: "signatures of "
        + open.map { need in
          "\(need.keys.threshold - need.signed.count) of "
            + need.missing.map { text.name($0) }.joined(separator: ", ")
        }.joined(separator: "; "),
      changed: changed)
  }

  var needs: [JSONValue] { ceremony.drafts.needs.map { $0.json(labels) } }
}

extension RoleDrafts.Need {
  func json(_ labels: [KeyID: String]) -> JSONValue {
    func list(_ keys: [PublicKey]) -> JSONValue {
      .array(keys.map { ["keyid": .string($0.id.hex), "label": .string(labels[$0.id] ?? "")] })
    }
    return [
      "role": .string(role.rawValue), "by_keys_before": .bool(isBefore),
      "threshold": .integer(Int64(keys.threshold)), "met": .bool(isMet), "signed": list(signed),
      "missing": list(missing),
    ]
  }
}
