// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage
import Trust

/// The hash over the tree of one content, as public readers compute it (configmgr.md, 1.3). Microsoft has not
/// published the rule.
package struct DirectoryHash {
  /// What one walk over `DataLib\<ContentID>` found.
  package struct Result: Hashable, Sendable {
    /// Nil when some file's hash could not be read.
    package let digest: Digest?
    /// Whether all names are ASCII. For others readers disagree about lower case.
    package let isCertain: Bool
    /// INI files and folders met, the content's own folder left out.
    package let files: Int64
    package let folders: Int64
  }

  /// What a walk meets.
  package enum Entry {
    /// A `<file>.INI`, with the file's name relative to the content, `/` between parts.
    case information(FilePath, name: String)
    /// What is neither folder nor INI file, or lies too deep.
    case stray(FilePath)
  }

  /// Answers the hash that an INI file gives; nil when it gives none. Ignored for strays.
  package typealias Visit = (Entry) throws(Refusal) -> Digest?

  private var stream = SHA256Stream()
  private var isWhole = true
  private var isCertain = true
  private var counts: (files: Int64, folders: Int64) = (0, 0)

  /// Walks `folder` depth first, children in ascending order of their upper-cased names.
  package static func of(_ folder: FilePath, visit: Visit) throws(Refusal) -> Result {
    var walk = DirectoryHash()
    if FileQuery.status(folder)?.kind == .folder {
      try walk.enter(folder, prefix: "", depth: 0, visit)
    }
    return Result(
      digest: walk.isWhole ? walk.stream.finalize() : nil, isCertain: walk.isCertain,
      files: walk.counts.files, folders: walk.counts.folders)
  }

  private mutating func enter(
    _ folder: FilePath, prefix: String, depth: Int, _ visit: Visit
  ) throws(Refusal) {
    guard depth < DistributionLimits.depth else {
      _ = try visit(.stray(folder))
      return
    }
    var folders: [String] = []
    var files: [String] = []
    for name in try FileQuery.names(in: folder) {
      let path = folder.appending(name)
      let kind = FileQuery.status(path)?.kind
      if kind == .folder {
        folders.append(name)
      } else if kind == .regular, let file = name.strippingInformation {
        files.append(file)
      } else {
        _ = try visit(.stray(path))
      }
    }
    DirectoryHash.sort(&folders)
    DirectoryHash.sort(&files)
    counts.files += Int64(files.count)
    counts.folders += Int64(folders.count)
    for name in folders + files { add(path: prefix + name) }
    for name in files {
      let place = folder.appending(name + LibraryLayout.extensionOfInformation)
      if let digest = try visit(.information(place, name: prefix + name)) {
        add(digest.upperHex)
      } else {
        isWhole = false
      }
    }
    for name in folders {
      try enter(folder.appending(name), prefix: "\(prefix)\(name)/", depth: depth + 1, visit)
    }
  }

  private mutating func add(path: String) {
    if !path.utf8.allSatisfy({ $0 < 128 }) { isCertain = false }
    var text = ""
    for scalar in path.unicodeScalars {
      text.unicodeScalars.append(
        scalar == "/" ? "\\" : DirectoryHash.single(scalar.properties.lowercaseMapping, scalar))
    }
    add(text)
  }

  /// UTF-16LE, no terminator, no separator.
  private mutating func add(_ text: String) {
    var bytes: [UInt8] = []
    for unit in text.utf16 {
      bytes.append(UInt8(truncatingIfNeeded: unit))
      bytes.append(UInt8(truncatingIfNeeded: unit >> 8))
    }
    stream.update(bytes)
  }

  /// NTFS enumerates by ordinal comparison of upper-cased names.
  private static func sort(_ names: inout [String]) {
    let keyed = names.map { ($0, Array(upper($0).utf16)) }
    names = keyed.sorted { left, right in
      left.1 == right.1
        ? left.0.utf8.lexicographicallyPrecedes(right.0.utf8)
        : left.1.lexicographicallyPrecedes(right.1)
    }.map(\.0)
  }

  /// Upper case one character by one, as NTFS does.
  static func upper(_ name: some StringProtocol) -> String {
    var text = ""
    for scalar in name.unicodeScalars {
      text.unicodeScalars.append(single(scalar.properties.uppercaseMapping, scalar))
    }
    return text
  }

  private static func single(_ mapped: String, _ scalar: Unicode.Scalar) -> Unicode.Scalar {
    mapped.unicodeScalars.count == 1 ? mapped.unicodeScalars.first ?? scalar : scalar
  }
}
