// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// A request in plain words: what would be signed, compared with what is published.
package struct RequestText {
  private let request: CeremonyRequest
  private let drafts: RoleDrafts

  package init(_ request: CeremonyRequest) {
    self.request = request
    drafts = request.ceremony.drafts
  }

  /// One line a fact, for a person who is about to sign.
  package var lines: [String] {
    var lines = [
      "\(request.isRehearsal ? "REHEARSAL. " : "")To be signed: \(request.ceremony.title)",
      "Purpose, in the centre's words: \(request.ceremony.purpose)",
      // What is typed must come over the other channel, so it is not shown.
      "Digest, from its 9th digit on: \(request.ceremony.digest.hex.dropFirst(8))",
    ]
    for role in MetadataRole.shared where drafts.files[role] != nil { lines += words(on: role) }
    return lines
  }

  /// Who has signed and who has not, a line a need.
  package var signatures: [String] {
    drafts.needs.map { need in
      let found = need.signed.map { name($0) }
      let missing = need.missing.map { name($0) }
      return "\(need.title): \(found.count) of \(need.keys.threshold)"
        + (found.isEmpty ? "" : ", signed by \(found.joined(separator: ", "))")
        + (need.isMet ? "" : ", missing of \(missing.joined(separator: ", "))")
    }
  }

  /// A key as people know it.
  package func name(_ key: PublicKey) -> String {
    let label = request.labels[key.id] ?? ""
    return label.isEmpty ? key.short : "\(key.short) (\(label))"
  }

  private func words(on role: MetadataRole) -> [String] {
    guard let header = drafts.proposed.header(role) else { return [] }
    let old = drafts.before?.header(role)
    var lines = [
      "",
      "\(role.rawValue) \(header.version)"
        + (old.map { ", after version \($0.version)" } ?? ", the first"),
      "  issued \(header.issued), expires \(header.expires)"
        + (old.map { " (before: \($0.expires))" } ?? ""),
    ]
    switch role {
    case .root:
      let now = drafts.proposed.root
      let before = drafts.before?.root
      if let moment = now.timeFloorReset {
        lines.append(
          "  LOWERS THE FLOOR OF TIME to \(moment) at every site whose floor is above it")
      }
      lines += words("root", now.root, before?.root)
      lines += words("targets", now.targets, before?.targets)
      lines += words("timestamp", now.timestamp, before?.timestamp)
      lines += words("snapshot", now.snapshot, before?.snapshot)
    case .targets:
      let now = drafts.proposed.targets
      let before = drafts.before?.targets
      lines += words("content", now.content, before?.content)
      lines += words("policy", now.policy, before?.policy)
      lines += words("site", now.site, before?.site)
    case .content: lines += contentWords
    case .policy: lines += policyWords
    case .timestamp, .snapshot, .site: break
    }
    return lines
  }

  private func words(_ role: String, _ keys: RoleKeys, _ before: RoleKeys?) -> [String] {
    let quorum = "\(keys.threshold) of \(keys.keys.count)"
    guard let before else {
      return ["  \(role): \(quorum) keys"] + keys.keys.map { "    \(name($0)) \($0.id)" }
    }
    let added = keys.keys.filter { !before.keys.contains($0) }
    let removed = before.keys.filter { !keys.keys.contains($0) }
    let old = "\(before.threshold) of \(before.keys.count)"
    if added.isEmpty, removed.isEmpty, quorum == old {
      return ["  \(role): \(quorum) keys, as before"]
    }
    return [
      "  \(role): \(quorum) keys, before \(old)"
    ] + removed.map { "    removed: \(name($0)) \($0.id)" }
      + added.map { "    added:   \(name($0)) \($0.id)" }
  }

  private var contentWords: [String] {
    let now = drafts.proposed.content
    let before = drafts.before?.content.releases ?? [:]
    let added = now.releases.values.filter { before[$0.id] != $0 }.sorted { $0.id < $1.id }
    let removed = before.values.filter { now.releases[$0.id] == nil }.sorted { $0.id < $1.id }
    var lines = [
      "  \(now.releases.count) releases: \(added.count) added, \(removed.count) removed"
    ]
    for release in removed { lines.append("    removed: manifest \(release.target.digest)") }
    for release in added {
      let digest = release.target.digest
      lines.append("    added: manifest \(digest)")
      lines.append("      line \(release.line), counter \(release.counter)")
      if let called = request.called[digest] {
        lines.append("      the centre calls it \(called); only its manifest says what it is")
      }
    }
    let floors = drafts.before?.content.floors ?? [:]
    for (line, floor) in now.floors.sorted(by: { $0.key < $1.key }) where floors[line] != floor {
      lines.append("    floor of line \(line): \(floor), before \(floors[line] ?? 0)")
    }
    for line in floors.keys.sorted() where now.floors[line] == nil {
      lines.append("    floor of line \(line) removed")
    }
    return lines
  }

  private var policyWords: [String] {
    let now = drafts.proposed.policy.policies
    let before = drafts.before?.policy.policies ?? [:]
    var lines: [String] = []
    for site in Set(now.keys).union(before.keys).sorted() where now[site] != before[site] {
      guard let entry = now[site] else {
        lines.append("  \(site): policy removed; the strictest built-ins hold again")
        continue
      }
      lines.append("  \(site): \(before[site] == nil ? "first" : "new") policy \(entry.digest)")
      guard let policy = request.policies[entry.digest] else {
        lines.append("    its text is not in the request: compare the hash with the one you know")
        continue
      }
      lines += PolicyText.lines(policy).map { "  " + $0 }
    }
    return lines.isEmpty ? ["  \(now.count) policies, none of them new"] : lines
  }
}

/// A policy in plain words.
package enum PolicyText {
  package static func lines(_ policy: SitePolicy) -> [String] {
    [
      "  sealing        \(policy.sealing.rawValue)", "  egress         \(policy.egress.rawValue)",
      "  removals       \(policy.removals.rawValue)", "  operators      \(policy.operators)",
      "  collections    " + list(policy.collections.map(\.text)),
      "  scope ceiling  " + list(policy.scopeCeiling.map(\.text)),
    ]
  }

  private static func list(_ texts: [String]) -> String {
    texts.isEmpty ? "none" : texts.sorted().joined(separator: ", ")
  }
}
