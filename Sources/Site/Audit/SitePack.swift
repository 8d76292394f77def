// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
package import Intents
package import SystemPackage
import Trust

/// Writes a site's evidence pack (P11).
package struct SitePack {
  private let site: OpenedSite

  package init(of site: OpenedSite) { self.site = site }

  /// Writes into `folder`, which must be empty or missing, what stands in the journal, sound or not.
  ///
  /// - Returns: how many files there are.
  package func write(to folder: FilePath, at now: Instant) throws(Refusal) -> Int {
    let profile = site.profile
    let key = try site.publicKey()
    let pack = try EvidencePack(at: folder)
    let own = "sites/\(profile.site)/\(profile.epoch)"
    try site.journal.read { journal in
      let keys = try journal.reportKeys()
      for (number, key) in (keys.isEmpty ? [key] : keys).enumerated() {
        try pack.add("\(own)/\(EvidencePack.keyName(number))", key.json.encoded)
      }
      for (version, bytes) in try journal.keptRoots() {
        try pack.add("roots/\(version).root.json", bytes)
      }
      try journal.eachReport { report in
        try pack.add("\(own)/statements/\(report.seq).dsse.json", report.envelope)
      }
      let number = try journal.value(JournalFact.number) ?? "0"
      let files = try journal.metadata().filter { $0.key != "policy.json" }
      if files["ack.json"] != nil {
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
          try pack.add("sites/\(profile.site)/bundles/\(Int64(number) ?? 0)/\(name)", bytes)
        }
      }
      try pack.add("\(own)/log.ndjson") { append in
        try journal.eachLine { line in try append(SitePack.text(of: line)) }
      }
    }
    return try pack.finish(about: [
      "site \(profile.site), epoch \(profile.epoch), as of \(now)",
      "pinned root \(profile.rootFingerprint), key \(profile.keyID)",
      profile.isRehearsal ? "REHEARSAL: nothing here is production" : "production",
    ])
  }

  /// A line as it is kept, with the hash that is kept beside it.
  private static func text(of line: AuditLine) -> [UInt8] {
    switch line.event {
    case .success(let event): event.encoded(hash: line.kept ?? AuditEvent.origin)
    case .failure(let refusal):
      JSONValue.object(
        JSONObject([("seq", .integer(line.place)), ("unreadable", .string("\(refusal)"))])
      ).encoded + [10]
    }
  }
}

extension JournalTransaction {
  /// The roots of the trusted state, ascending, as they are kept; none when it cannot be read.
  fileprivate func keptRoots() throws -> [(version: Int64, bytes: [UInt8])] {
    guard let bytes = try document(.trust),
      let state = try? TrustState(JSONField(parsing: bytes, named: "trusted state"))
    else { return [] }  // what is wrong with it is told by the verification beside the pack
    return state.roots.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
