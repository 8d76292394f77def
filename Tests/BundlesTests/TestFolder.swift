// SPDX-License-Identifier: Apache-2.0
import Foundation
import SystemPackage

import Bundles

/// A folder of one test's own, removed with it.
final class TestFolder {
  let path: FilePath

  init() throws {
    path = FilePath(NSTemporaryDirectory()).appending("waybill-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }  // a left-over harms nobody

  func write(_ bytes: [UInt8], _ name: String) throws {
    let target = path.appending(name)
    try FileManager.default.createDirectory(
      atPath: target.removingLastComponent().string, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: target.string))
  }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path.appending(name).string)))
  }

  /// All regular files below, by their path from here.
  func allFiles() throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path.string)
    where FileQuery.status(path.appending(name))?.kind == .regular {
      files[name] = try bytes(name)
    }
    return files
  }
}
