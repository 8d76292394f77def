// SPDX-License-Identifier: Apache-2.0
package import Intents

/// A root as the one after it sees it: the walk is the same for our own papers and for any repository.
/// TUF 1.0.31, 5.3.
package protocol ChainedRoot: Sendable {
  var version: Int64 { get }
  var root: RoleKeys { get }
  /// Reads a root whose signatures are checked by the caller: those of its own keys can only be checked
  /// with what is read here.
  init(_ file: MetadataFile) throws(Refusal)
}

extension ChainedRoot {
  /// Reads a root that vouches for itself: the first of a chain.
  ///
  /// - Throws: `TrustReason.brokenPinnedRoot`, or why it cannot be read.
  package init(selfSigned bytes: [UInt8], named name: String) throws(Refusal) {
    try MetadataFile.checkSize(bytes, cap: TrustLimits.rootLength, named: name)
    let file = try MetadataFile(parsing: bytes, named: name)
    try self.init(file)
    let tally = root.tally(file)
    guard tally.isMet else {
      throw Refusal(
        TrustReason.brokenPinnedRoot, name, seen: "\(tally.found) of \(root.threshold) signatures",
        expected: "\(root.threshold) of \(root.threshold) of its own keys")
    }
  }

  /// The root that `bytes` hold, which must follow this one: signed by enough of its keys and of the new ones.
  ///
  /// - Throws: `TrustReason.rootNotVouchedFor` with both counts, `.otherVersion`, `.otherRole`, or why it cannot
  ///   be read.
  package func successor(_ bytes: [UInt8], named name: String) throws(Refusal) -> Self {
    let file = try MetadataFile(parsing: bytes, named: name)
    try file.require(.root)
    let old = root.tally(file)
    let new: Self
    do {
      new = try Self(file)
    } catch {
      // Without enough old keys nobody has said what stands in it, so that comes first.
      guard old.isMet else { throw unvouched(name, old, nil) }
      throw error
    }
    let own = new.root.tally(file)
    guard old.isMet, own.isMet else {
      try old.checkTypes(name)
      try own.checkTypes(name)
      throw unvouched(name, old, own)
    }
    guard new.version == version + 1 else {
      throw Refusal(
        TrustReason.otherVersion, name, seen: "version \(new.version)",
        expected: "version \(version + 1)")
    }
    return new
  }

  private func unvouched(
    _ name: String, _ old: SignatureTally, _ new: SignatureTally?
  ) -> Refusal {
    let found = new.map { "\($0.found)" } ?? "none that can be read"
    let needed = new.map { "\($0.threshold)" } ?? "enough"
    return Refusal(
      TrustReason.rootNotVouchedFor, name, seen: "\(old.found) old keys and \(found) new",
      expected: "\(old.threshold) of \(root.keys.count) old keys and \(needed) new")
  }
}
