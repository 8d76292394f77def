// SPDX-License-Identifier: Apache-2.0
import Intents

/// A role that another hands some of its paths to. TUF 1.0.31, 4.5.
package struct Delegation: Sendable {
  package let name: RoleName
  package let keys: RoleKeys
  /// Whether nobody after this role is asked for a path that it was handed.
  package let isTerminating: Bool
}

/// Whom a role asks next: roles by path, in order, or bins by the hash of the path.
struct Delegations: Sendable {
  private enum Share {
    case paths([PathPattern])
    /// Beginnings of the path's SHA-256 in hex.
    case hashes([String])
  }

  private var roles: [(delegation: Delegation, share: Share)] = []
  private var bins: HashBins?

  /// - Throws: `TrustReason.malformedField` unless there are roles or bins and not both, every role has a name of
  ///   its own and exactly one kind of share.
  init(_ field: JSONField) throws(Refusal) {
    let table = try RoleKeys.table(try field["keys"], rules: .repository)
    let listed = try field.optional("roles")
    if let succinct = try field.optional("succinct_roles") {
      guard listed == nil else { throw field.wrong("roles or succinct_roles, not both") }
      bins = try HashBins(succinct, among: table)
      return
    }
    guard let listed else { throw field.wrong("roles or succinct_roles") }
    var names: Set<RoleName> = []
    for entry in try listed.array() {
      let name = try entry["name"].parsed("a name that no top-level role has") {
        RoleName(delegated: $0)
      }
      guard names.insert(name).inserted else { throw entry.wrong("each name once") }
      let keys = try RoleKeys(entry, among: table, rules: .repository)
      let isTerminating = try entry.optional("terminating")?.bool() ?? false
      let delegation = Delegation(name: name, keys: keys, isTerminating: isTerminating)
      roles.append((delegation, try Delegations.share(entry)))
    }
  }

  /// Whom to ask about `path`, in order.
  func delegations(of path: TargetPath) -> [Delegation] {
    if let bins {
      guard let name = bins.bin(of: path) else { return [] }
      return [Delegation(name: name, keys: bins.keys, isTerminating: true)]
    }
    let hash = path.digest.hex
    return roles.filter { role in
      switch role.share {
      case .paths(let patterns): patterns.contains { $0.matches(path) }
      case .hashes(let prefixes): prefixes.contains { hash.utf8.starts(with: $0.utf8) }
      }
    }.map(\.delegation)
  }

  private static func share(_ field: JSONField) throws(Refusal) -> Share {
    let paths = try field.optional("paths")
    let prefixes = try field.optional("path_hash_prefixes")
    switch (paths, prefixes) {
    case (let paths?, nil): return .paths(try strings(paths).map(PathPattern.init))
    case (nil, let prefixes?): return .hashes(try strings(prefixes))
    default: throw field.wrong("paths or path_hash_prefixes, exactly one of them")
    }
  }

  private static func strings(_ field: JSONField) throws(Refusal) -> [String] {
    var strings: [String] = []
    for entry in try field.array() { strings.append(try entry.string()) }
    return strings
  }
}
