// SPDX-License-Identifier: Apache-2.0
import Foundation
package import SystemPackage

/// A temporary folder of one test; gone when the test is over.
package final class Scratch: Sendable {
  package let path: FilePath

  package init() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "waybill-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = FilePath(folder.path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }  // nothing is left to check

  package subscript(name: String) -> FilePath { path.appending(name) }

  /// Makes a folder inside, with those above it.
  @discardableResult
  package func folder(_ name: String) throws -> FilePath {
    try FileManager.default.createDirectory(
      atPath: self[name].string, withIntermediateDirectories: true)
    return self[name]
  }

  /// Writes a file inside, and the folders above it.
  @discardableResult
  package func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> FilePath {
    let path = self[name]
    try FileManager.default.createDirectory(
      atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path.string))
    return path
  }

  @discardableResult
  package func write(_ name: String, _ text: String) throws -> FilePath {
    try write(name, text.utf8)
  }

  package func copy(_ source: FilePath, to name: String) throws {
    try FileManager.default.copyItem(atPath: source.string, toPath: self[name].string)
  }
}

/// Files of a folder as a test looks at them.
package enum Files {
  package static func bytes(_ path: FilePath) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path.string)))
  }

  package static func write(_ bytes: [UInt8], to path: FilePath) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path.string))
  }

  package static func remove(_ path: FilePath) throws {
    try FileManager.default.removeItem(atPath: path.string)
  }

  /// Relative names of all regular files below `folder`, sorted by their bytes.
  package static func names(in folder: FilePath) throws -> [String] {
    let all = try FileManager.default.subpathsOfDirectory(atPath: folder.string)
    return all.filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(
        atPath: folder.string + "/" + name, isDirectory: &isFolder) && !isFolder.boolValue
    }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Every file below `folder` with its bytes: two equal trees compare equal.
  package static func tree(_ folder: FilePath) throws -> [String: [UInt8]] {
    var tree: [String: [UInt8]] = [:]
    for name in try names(in: folder) {
      tree[name] = try bytes(FilePath(folder.string + "/" + name))
    }
    return tree
  }
}

extension FilePermissions {
  /// Gives the file at `path` these permissions.
  package func set(on path: FilePath) throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: Int(rawValue)], ofItemAtPath: path.string)
  }
}

extension Files {
  /// The permission bits of a file.
  package static func mode(of path: FilePath) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path.string)
    return (attributes[.posixPermissions] as? Int) ?? -1
  }

  package static func move(_ source: FilePath, to target: FilePath) throws {
    try FileManager.default.moveItem(atPath: source.string, toPath: target.string)
  }
}
