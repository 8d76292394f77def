// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import SystemPackage
import Trust

/// Lends the bytes of held files that frames were made against: from the store, else from the distribution point. A
/// file is hashed before its first use, and one with other bytes is never decoded against (H33).
///
/// To be used from any thread.
final class HeldReferences: @unchecked Sendable {
  // Unchecked: everything mutable is only touched while the lock is held.

  private let site: OpenedSite
  private let lock = NSLock()
  /// Files that were hashed, open as they were then; nil for those that cannot be had.
  private var files: [Digest: FileSource?] = [:]
  /// Files that were counted on and cannot be had.
  private(set) var lost: Set<Digest> = []
  /// Ranges lent last: the frames of one file mostly share theirs.
  private var recent: [(reference: FrameReference, bytes: ReferenceBytes)] = []

  private static let kept = 2

  init(_ site: OpenedSite) { self.site = site }

  /// Whether the file seems to be here, by name and size.
  static func seemsHeld(_ reference: FrameReference, at site: OpenedSite) -> Bool {
    site.holds(reference.file, length: reference.of)
  }

  /// The range, verified; nil where no provider has the file as it should be.
  func bytes(of reference: FrameReference) throws(Refusal) -> ReferenceBytes? {
    lock.lock()
    defer { lock.unlock() }
    if let known = recent.first(where: { $0.reference == reference }) { return known.bytes }
    guard let source = try file(reference.file) else { return nil }
    let bytes = try ReferenceBytes(count: Int(reference.length)) { (buffer) throws(Refusal) in
      let count = try source.fill(buffer, at: reference.from)
      guard count == buffer.count else {
        throw Refusal(
          SiteReason.indexDiffers, source.name,
          seen: "\(reference.from + Int64(count)) bytes", expected: "\(reference.of)")
      }
    }
    recent.append((reference, bytes))
    if recent.count > HeldReferences.kept { recent.removeFirst() }
    return bytes
  }

  private func file(_ digest: Digest) throws(Refusal) -> FileSource? {
    if let known = files[digest] { return known }
    let found = try verified(digest)
    files[digest] = .some(found)
    if found == nil { lost.insert(digest) }
    return found
  }

  /// The first provider's copy whose bytes are right.
  private func verified(_ digest: Digest) throws(Refusal) -> FileSource? {
    let name = FilePath("reference \(digest)")
    if let own = try site.store.open(digest) {
      let source = FileSource(own, naming: name)
      if try FileHash.of(own, name) == digest { return source }
      try site.store.remove(digest)
    }
    guard case .success(let point) = site.point, let held = try point.open(held: digest) else {
      return nil
    }
    let source = FileSource(held, naming: name)
    return try FileHash.of(held, name) == digest ? source : nil
  }
}
