// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage

/// What lies on a medium, found by a bounded search that follows no link and opens nothing (M31, M32).
package struct MediumScan: Sendable {
  /// A regular file.
  package struct File: Sendable, Hashable {
    package let path: FilePath
    /// Bytes when it was seen.
    package let length: Int64

    package init(path: FilePath, length: Int64) {
      self.path = path
      self.length = length
    }

    package var name: String { path.lastComponent?.string ?? "" }
    package var folder: FilePath { path.removingLastComponent() }

    /// Opens it, if it is still a regular file.
    package func open() throws(Refusal) -> FileSource { try FileSource(path) }
  }

  /// In the order of the search: folder by folder, ascending by the bytes of the names.
  package private(set) var files: [File] = []
  /// Links, devices, pipes and what cannot be looked at: never opened, to be reported.
  package private(set) var others: [FilePath] = []
  /// What systems leave on media by themselves (M17).
  package private(set) var noise: [FilePath] = []

  private var seen = 0

  /// Searches `roots`, each a folder or a file, one after the other.
  ///
  /// - Throws: `searchTooWide` (22) beyond `BundleLimits.searchedEntries` or `searchedDepth`.
  package init(_ roots: [FilePath]) throws(Refusal) {
    for root in roots {
      guard FileQuery.isFolder(root) else {
        look(at: root)
        continue
      }
      try search(root, depth: 0)
    }
  }

  package init(_ root: FilePath) throws(Refusal) { try self.init([root]) }

  /// Files that may be papers: they begin like papers, or are called so, which a damaged one may still be.
  /// Each is to be read with `PapersReader`, and refused or taken by what that says.
  ///
  /// - Throws: what opening or reading throws when the medium goes away; a single file that cannot be read
  ///   is left to whoever reads it.
  package func papersCandidates() -> [File] {
    files.filter { file in
      if file.name == BundleFiles.papers || file.name == BundleFiles.papersCopy { return true }
      guard file.length >= 3 * PapersHeader.blockSize else { return false }
      guard let source = try? file.open(),  // told when the piece that it may be is missed
        let start = try? source.prefix(PapersHeader.blockSize)
      else { return false }
      return PapersReader.looksLikePapers(start)
    }
  }

  /// Names that systems leave on media by themselves.
  package static func isNoise(_ name: String) -> Bool {
    if name.hasPrefix("._") || name.hasPrefix(".Trash-") { return true }
    let name = name.lowercased()
    return noiseNames.contains(name) || scanReports.contains { name.hasPrefix("\($0).") }
  }

  /// What scanning stations leave behind, whatever its extension.
  private static let scanReports = ["scan-report", "scan_report", "scanreport"]

  private static let noiseNames: Set<String> = [
    "system volume information", "$recycle.bin", "recycler", "desktop.ini", "thumbs.db",
    "autorun.inf", ".ds_store", ".trashes", ".fseventsd", ".spotlight-v100", ".temporaryitems",
    ".volumeicon.icns", ".apdisk", "lost+found", "found.000", "indexervolumeguid",
    "wpsettings.dat", ".com.apple.timemachine.donotpresent", ".metadata_never_index",
  ]

  private mutating func search(_ folder: FilePath, depth: Int) throws(Refusal) {
    let names = try FileQuery.names(in: folder, most: BundleLimits.searchedEntries)
    seen += names.count
    guard seen <= BundleLimits.searchedEntries else {
      throw Refusal(
        BundleReason.searchTooWide, folder.text, seen: "more than \(seen) entries",
        expected: "at most \(BundleLimits.searchedEntries)")
    }
    for name in names {
      let path = folder.appending(name)
      if Self.isNoise(name) {
        noise.append(path)
      } else if FileQuery.status(path)?.kind == .folder {
        guard depth < BundleLimits.searchedDepth else {
          throw Refusal(
            BundleReason.searchTooWide, path.text, seen: "folders deeper than \(depth) levels",
            expected: "at most \(BundleLimits.searchedDepth)")
        }
        try search(path, depth: depth + 1)
      } else {
        look(at: path)
      }
    }
  }

  private mutating func look(at path: FilePath) {
    if let status = FileQuery.status(path), status.kind == .regular {
      files.append(File(path: path, length: status.length))
    } else {
      others.append(path)
    }
  }
}
