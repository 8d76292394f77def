// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage

/// The files of a package source folder (or one file), named as a manifest will name them.
package struct SourceFolder: Sendable {
  /// A file as it was found.
  package struct Item: Sendable {
    /// Relative path as the manifest has it.
    package let name: String
    /// What `name` is relative to; kept once for all files.
    private let base: FilePath
    /// Bytes.
    package let length: Int64
    package let modified: Instant

    package var location: FilePath { base.appending(name) }

    fileprivate init(name: String, in base: FilePath, length: Int64, modified: Instant) {
      self.name = name
      self.base = base
      self.length = length
      self.modified = modified
    }
  }

  /// Ascending by the bytes of their names.
  package let items: [Item]

  /// Bytes of all of them.
  package let totalLength: Int64

  /// Walks `root` without following links; changes nothing.
  ///
  /// - Throws: `CentreReason.unusableName` for the first name that Windows cannot hold, for two names that
  ///   differ only by case, for a link or a device; `.wrongField` for an empty folder.
  package init(_ root: FilePath) throws(Refusal) {
    var items: [Item] = []
    if FileQuery.isFolder(root) {
      try SourceFolder.walk(root, base: root, prefix: "", depth: 0, into: &items)
    } else if let status = FileQuery.status(root), let name = root.lastComponent?.string {
      try SourceFolder.take(
        name, in: root.removingLastComponent(), status: status, into: &items)
    }
    guard !items.isEmpty else {
      throw Refusal(
        CentreReason.unusableName, root.text, seen: "no file",
        expected: "a file or a folder of files")
    }
    items.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    try SourceFolder.checkTwins(items)
    self.items = items
    totalLength = items.reduce(0) { $0 + $1.length }
  }

  private static func walk(
    _ folder: FilePath, base: FilePath, prefix: String, depth: Int,
    into items: inout [Item]
  ) throws(Refusal) {
    guard depth <= CentreLimits.sourceDepth else {
      throw Refusal(
        CentreReason.unusableName, folder.text,
        seen: "more than \(CentreLimits.sourceDepth) levels",
        expected: "at most \(CentreLimits.sourceDepth)")
    }
    for name in try FileQuery.names(in: folder, most: CentreLimits.sourceFiles) {
      let path = folder.appending(name)
      guard let status = FileQuery.status(path) else {
        throw Refusal(
          CentreReason.unusableName, path.text,
          seen: "a name that is no UTF-8, or a file that is gone",
          expected: "a file")
      }
      if status.kind == .folder {
        try walk(
          path, base: base, prefix: prefix + name + "/", depth: depth + 1, into: &items)
      } else {
        try take(prefix + name, in: base, status: status, into: &items)
      }
    }
  }

  private static func take(
    _ name: String, in base: FilePath, status: FileQuery.Status, into items: inout [Item]
  ) throws(Refusal) {
    let item = Item(
      name: name, in: base, length: status.length, modified: Instant(clamping: status.modified))
    guard status.kind == .regular else {
      throw Refusal(
        CentreReason.unusableName, item.location.text, seen: "a link, device or pipe",
        expected: "a regular file")
    }
    if let defect = WindowsName.defect(ofPath: name) {
      throw Refusal(
        CentreReason.unusableName, item.location.text, seen: defect,
        expected: "a name that Windows can hold"
      )
    }
    guard items.count < CentreLimits.sourceFiles else {
      throw Refusal(
        CentreReason.unusableName, item.location.text,
        seen: "more than \(CentreLimits.sourceFiles) files",
        expected: "at most \(CentreLimits.sourceFiles)")
    }
    items.append(item)
  }

  private static func checkTwins(_ items: [Item]) throws(Refusal) {
    // Also two spellings of one name (Unicode normal forms) are twins: String compares and hashes canonically. Hashes
    // alone are kept, as half a million names are much memory.
    var seen: Set<Int> = []
    for item in items {
      let folded = item.name.uppercased()
      if seen.insert(folded.hashValue).inserted { continue }
      let twin = items.first { $0.name != item.name && $0.name.uppercased() == folded }
      guard let twin else { continue }
      throw Refusal(
        CentreReason.unusableName, item.location.text, seen: "\(twin.name) and \(item.name)",
        expected: "names that differ by more than case")
    }
  }
}
