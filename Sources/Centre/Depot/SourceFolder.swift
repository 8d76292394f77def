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
    package let location: FilePath
    /// Bytes.
    package let length: Int64
    package let modified: Instant
  }

  /// Ascending by the bytes of their names.
  package let items: [Item]

  package var totalLength: Int64 { items.reduce(0) { $0 + $1.length } }

  /// Walks `root` without following links; changes nothing.
  ///
  /// - Throws: `CentreReason.unusableName` for the first name that Windows cannot hold, for two names that
  ///   differ only by case, for a link or a device; `.wrongField` for an empty folder.
  package init(_ root: FilePath) throws(Refusal) {
    var items: [Item] = []
    if FileQuery.isFolder(root) {
      try SourceFolder.walk(root, prefix: "", depth: 0, into: &items)
    } else if let status = FileQuery.status(root), let name = root.lastComponent?.string {
      try SourceFolder.take(root, name: name, status: status, into: &items)
    }
    guard !items.isEmpty else {
      throw Refusal(
        CentreReason.unusableName, root.text, seen: "no file",
        expected: "a file or a folder of files")
    }
    items.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    try SourceFolder.checkTwins(items)
    self.items = items
  }

  private static func walk(
    _ folder: FilePath, prefix: String, depth: Int, into items: inout [Item]
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
        try walk(path, prefix: prefix + name + "/", depth: depth + 1, into: &items)
      } else {
        try take(path, name: prefix + name, status: status, into: &items)
      }
    }
  }

  private static func take(
    _ path: FilePath, name: String, status: FileQuery.Status, into items: inout [Item]
  ) throws(Refusal) {
    guard status.kind == .regular else {
      throw Refusal(
        CentreReason.unusableName, path.text, seen: "a link, device or pipe",
        expected: "a regular file")
    }
    if let defect = WindowsName.defect(ofPath: name) {
      throw Refusal(
        CentreReason.unusableName, path.text, seen: defect, expected: "a name that Windows can hold"
      )
    }
    guard items.count < CentreLimits.sourceFiles else {
      throw Refusal(
        CentreReason.unusableName, path.text, seen: "more than \(CentreLimits.sourceFiles) files",
        expected: "at most \(CentreLimits.sourceFiles)")
    }
    items.append(
      Item(
        name: name, location: path, length: status.length,
        modified: Instant(clamping: status.modified)))
  }

  private static func checkTwins(_ items: [Item]) throws(Refusal) {
    var seen: [String: String] = [:]
    for item in items {
      // Also two spellings of one name (Unicode normal forms) are twins: String compares canonically.
      if let twin = seen.updateValue(item.name, forKey: item.name.uppercased()) {
        throw Refusal(
          CentreReason.unusableName, item.location.text, seen: "\(twin) and \(item.name)",
          expected: "names that differ by more than case")
      }
    }
  }
}
