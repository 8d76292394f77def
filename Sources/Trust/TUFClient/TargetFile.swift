// SPDX-License-Identifier: Apache-2.0
package import Intents

/// A file that some role of a repository vouches for.
package struct TargetFile: Sendable, Hashable {
  package let path: TargetPath
  /// Bytes.
  package let length: Int64
  package let hashes: FileHashes

  init(_ path: TargetPath, _ field: JSONField) throws(Refusal) {
    self.path = path
    length = try field["length"].integer(in: 0...TrustLimits.jsonInteger)
    hashes = try FileHashes(try field["hashes"])
  }

  /// Where it lies below the targets' base: in a consistent snapshot with a hash before its base name.
  package func remotePath(isConsistent: Bool) -> String {
    let path = path.exact.encodedPath
    guard isConsistent else { return path }
    let base = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    return "\(path[..<base])\(hashes.leading).\(path[base...])"
  }
}

/// The bytes of a target as they come, held against what is listed of it.
package struct TargetCheck: Sendable {
  private let target: TargetFile
  private var hasher: FileHasher
  /// Bytes so far.
  package private(set) var length: Int64 = 0

  package init(_ target: TargetFile) {
    self.target = target
    hasher = FileHasher(for: target.hashes)
  }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    hasher.update(bytes)
    length += Int64(bytes.count)
  }

  /// - Throws: `TrustReason.otherLength`, `.otherHash`.
  package func finish() throws(Refusal) {
    guard length == target.length else {
      throw Refusal(
        TrustReason.otherLength, "\(target.path)", seen: "\(length) bytes",
        expected: "\(target.length) bytes")
    }
    try hasher.check(named: "\(target.path)")
  }
}
