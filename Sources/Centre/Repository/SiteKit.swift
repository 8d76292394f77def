// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage
import Trust

/// What a new site gets: on a medium the root and the agent, on paper the fingerprint. The two travel apart.
package struct SiteKit: Sendable {
  package let site: SiteID
  package let rootVersion: Int64
  package let rootFingerprint: Digest
  package let isRehearsal: Bool
  private let root: [UInt8]
  private let contact: String

  package init(for site: SiteID, in profile: CentreProfile) throws(Refusal) {
    let root = try Repository(of: profile).root()
    self.site = site
    self.root = root.bytes
    rootVersion = root.role.version
    rootFingerprint = root.fingerprint
    isRehearsal = root.role.isRehearsal
    contact = try profile.ledger.configuration("contact") ?? CentreSetup.defaultContact
  }

  /// Writes `medium` and `paper` into `folder`.
  ///
  /// - Parameter agent: the agent's program, carried along by its hash; nil when the site has it already.
  /// - Returns: the agent's SHA-256.
  /// - Throws: `CentreReason.alreadyThere` when `folder` holds anything.
  package func write(to folder: FilePath, agent: FilePath?) throws(Refusal) -> Digest? {
    if FileQuery.isFolder(folder), let first = try FileQuery.names(in: folder).first {
      throw Refusal(
        CentreReason.alreadyThere, folder.text, seen: first, expected: "an empty folder, or none")
    }
    let medium = folder.appending("medium")
    let paper = folder.appending("paper")
    try DurableFile.makeFolder(medium)
    try DurableFile.makeFolder(paper)
    let open: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
    var sums = [("root.json", rootFingerprint)]
    try DurableFile.write(root, to: medium.appending("root.json"), permissions: open)
    var agentDigest: Digest?
    if let agent {
      let bytes = try FileQuery.contents(of: agent, cap: CentreLimits.agent)
      let digest = Digest.sha256(bytes)
      try DurableFile.write(
        bytes, to: medium.appending("waybill-site"),
        permissions: [
          .ownerReadWriteExecute, .groupReadExecute, .otherReadExecute,
        ])
      sums.append(("waybill-site", digest))
      agentDigest = digest
    }
    let lines = sums.map { "\($0.1.hex)  \($0.0)\n" }.joined()
    try DurableFile.write(Array(lines.utf8), to: medium.appending("SHA256SUMS"), permissions: open)
    try DurableFile.write(
      Array(instructions.utf8), to: medium.appending("README.txt"), permissions: open)
    try DurableFile.write(
      Array(paperText(agentDigest).utf8), to: paper.appending("fingerprint.txt"), permissions: open)
    try DurableFile.write(
      Array(paperPage(agentDigest).utf8), to: paper.appending("fingerprint.html"),
      permissions: open)
    return agentDigest
  }

  private var instructions: String {
    """
    Kit for site \(site)\(isRehearsal ? " (REHEARSAL: never for production)" : "")

    1. The paper with the fingerprint came another way than this medium. Without it, stop here.
    2. Two people at the site's host, each typing the fingerprint from the paper:
         waybill-site init --site \(site) --root root.json
    3. Write the enrolment to an empty medium:
         waybill-site enrol --to \(site).json
    4. Call the centre by a number that you know and read the fingerprint of the enrolment to it.

    Questions: \(contact)

    """
  }

  private func facts(_ agent: Digest?) -> [(String, String)] {
    [("Root version", String(rootVersion)), ("Fingerprint", SiteKit.grouped(rootFingerprint))]
      + (agent.map { [("Agent, SHA-256", SiteKit.grouped($0))] } ?? [])
      + [("Questions", contact)]
  }

  private var title: String {
    "Fingerprint of the root, for site \(site)\(isRehearsal ? " (REHEARSAL)" : "")"
  }

  private func paperText(_ agent: Digest?) -> String {
    let lines = facts(agent).map { "\($0.0):\n    \($0.1)\n" }.joined(separator: "\n")
    return "\(title)\n\n\(lines)\nThis paper never travels with the medium.\n"
  }

  private func paperPage(_ agent: Digest?) -> String {
    let rows = facts(agent).map {
      "<dt>\(HTMLText.escape($0.0))</dt><dd>\(HTMLText.escape($0.1))</dd>"
    }.joined(separator: "\n")
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(HTMLText.escape(title))</title>
      <style>body{font:14pt sans-serif;margin:2cm}dd{font:16pt monospace;margin:.3em 0 1.2em}</style>
      </head>
      <body>
      <h1>\(HTMLText.escape(title))</h1>
      <dl>
      \(rows)
      </dl>
      <p>Two people type it at the site. This paper never travels with the medium.</p>
      </body>
      </html>

      """
  }

  /// Digits in groups of four, as people read them to each other.
  private static func grouped(_ digest: Digest) -> String {
    let digits = Array(digest.hex)
    return stride(from: 0, to: digits.count, by: 4)
      .map { String(digits[$0..<min($0 + 4, digits.count)]) }.joined(separator: " ")
  }
}
