// SPDX-License-Identifier: Apache-2.0
import Bundles
import Glibc
import Intents
import SystemPackage

/// Keeps the adapter away from every content library that it did not create: Microsoft says not to change,
/// add or remove anything in one (configmgr.md, 0 and 1.2).
enum LibraryAdmission {
  /// Refuses a place that can only be ConfigMgr's, whatever lies in it.
  static func checkPlace(_ layout: LibraryLayout) throws(Refusal) {
    let text = realPath(layout.root)
    let parts = text.split(separator: "/") + mountSource(of: text).split(separator: "/")
    if let share = parts.first(where: isShare) {
      throw foreign(layout, seen: "reached through the share \(share)")
    }
    if text.lowercased().hasSuffix("/sccmcontentlib"),
      isMountPoint(FilePath(text).removingLastComponent())
    {
      throw foreign(layout, seen: "SCCMContentLib at the root of a drive")
    }
  }

  /// Refuses a folder that holds remote differential signatures: only ConfigMgr makes those.
  static func checkSignatures(_ layout: LibraryLayout) throws(Refusal) {
    guard FileQuery.status(layout.fileLibrary)?.kind == .folder else { return }
    for name in try FileQuery.names(in: layout.fileLibrary) {
      let folder = layout.fileLibrary.appending(name)
      guard FileQuery.status(folder)?.kind == .folder else { continue }
      for file in try FileQuery.names(in: folder) where file.lowercased().hasSuffix(".sig") {
        throw foreign(layout, seen: "signature file \(folder.appending(file).text)")
      }
    }
  }

  /// Makes an empty folder ours, or finds that it is. The marker comes first, so that a crash behind it
  /// leaves a library and one before it an empty folder.
  static func create(_ marker: LibraryMarker, in layout: LibraryLayout) throws(Refusal) {
    try checkPlace(layout)
    if FileQuery.status(layout.marker) != nil { return try check(marker, in: layout) }
    if FileQuery.isFolder(layout.root) {
      let leftover = "waybill-library.json.part"
      let names = try FileQuery.names(in: layout.root).filter { $0 != leftover }
      if let name = names.first {
        throw foreign(layout, seen: "\(names.count) entries, such as \(name), and no marker")
      }
    }
    try DurableFile.makeFolder(layout.root, permissions: LibraryFiles.folderPermissions)
    try DurableFile.write(marker.encoded, to: layout.marker, permissions: LibraryFiles.permissions)
  }

  /// Checks that the folder is there and is the library that the configuration means.
  static func check(_ marker: LibraryMarker, in layout: LibraryLayout) throws(Refusal) {
    guard FileQuery.isFolder(layout.root) else {
      throw Refusal(
        DistributionReason.unavailable, layout.root.text, seen: "no folder",
        expected: "the content library \(marker.id)")
    }
    try checkPlace(layout)
    guard let seen = try LibraryMarker.read(layout) else {
      if try FileQuery.names(in: layout.root).isEmpty {
        throw Refusal(
          DistributionReason.unavailable, layout.root.text, seen: "an empty folder",
          expected: "the content library \(marker.id)")
      }
      throw foreign(layout, seen: "no marker")
    }
    guard seen == marker else {
      throw Refusal(
        DistributionReason.wrongLibrary, layout.root.text,
        seen: "library \(seen.id) of site code \(seen.siteCode)",
        expected: "library \(marker.id) of site code \(marker.siteCode)")
    }
  }

  private static func foreign(_ layout: LibraryLayout, seen: String) -> Refusal {
    Refusal(
      DistributionReason.foreignLibrary, layout.root.text, seen: seen,
      expected:
        "an empty folder, or one with our \(layout.marker.lastComponent?.string ?? "marker")")
  }

  /// Where the path really is; of a path that does not exist yet, where its nearest folder is.
  private static func realPath(_ path: FilePath) -> String {
    guard
      let resolved = path.withPlatformString({ realpath($0, nil) })
    else {
      let parent = path.removingLastComponent()
      guard let name = path.lastComponent, parent != path else { return path.text }
      return FilePath(realPath(parent.isEmpty ? "." : parent)).appending(name).text
    }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// `SCCMContentLib$`, and `SCCMContentLibD$` and so on for further drives.
  private static func isShare(_ component: Substring) -> Bool {
    let text = component.lowercased()
    return text.hasPrefix("sccmcontentlib") && text.hasSuffix("$") && text.utf8.count <= 16
  }

  private static func isMountPoint(_ path: FilePath) -> Bool {
    var here = stat()
    var above = stat()
    guard path.withPlatformString({ stat($0, &here) }) == 0,
      path.appending("..").withPlatformString({ stat($0, &above) }) == 0
    else { return false }
    return here.st_dev != above.st_dev || here.st_ino == above.st_ino
  }

  /// What is mounted where `path` lies (proc(5), mountinfo): a share's name and the folder in it.
  private static func mountSource(of path: String) -> String {
    // Without /proc only the names in the path itself can be judged.
    guard let file = try? FileDescriptor.open("/proc/self/mountinfo", .readOnly) else { return "" }
    defer { try? file.close() }  // opened for reading only
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while bytes.count < 4 << 20,
      let count = try? buffer.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0
    {
      bytes.append(contentsOf: buffer[..<count])
    }
    var best = (length: -1, source: "")
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 6, let dash = fields.firstIndex(of: "-"), fields.count > dash + 2 else {
        continue
      }
      let point = fields[4] == "/" ? "" : String(fields[4])
      if path == point || path.hasPrefix(point + "/"), point.utf8.count >= best.length {
        best = (point.utf8.count, "\(fields[dash + 2])/\(fields[3])")
      }
    }
    return best.source
  }
}
