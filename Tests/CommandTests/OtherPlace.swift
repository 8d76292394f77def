// SPDX-License-Identifier: Apache-2.0
import Foundation
import SystemPackage
import TestKit
import Testing

/// A folder on another file system than that of the temporary folders, where this machine has one.
final class OtherPlace {
  let path: String

  init() throws {
    let shared = "/dev/shm"
    let isThere = FileManager.default.isWritableFile(atPath: shared)
    let base = isThere ? shared : FileManager.default.temporaryDirectory.path
    path = base + "/waybill-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }  // nothing is left to check

  /// Copies a tree file by file from the last name to the first, so that its folders list their entries in
  /// another order.
  func copyBackwards(_ source: FilePath, to target: String) throws {
    let files = FileManager.default
    try files.createDirectory(atPath: target, withIntermediateDirectories: true)
    let all = try files.subpathsOfDirectory(atPath: source.string).sorted().reversed()
    for name in all {
      let from = "\(source)/\(name)"
      let to = "\(target)/\(name)"
      var isFolder: ObjCBool = false
      guard files.fileExists(atPath: from, isDirectory: &isFolder) else { continue }
      let folder = isFolder.boolValue ? to : (to as NSString).deletingLastPathComponent
      try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
      if !isFolder.boolValue { try files.copyItem(atPath: from, toPath: to) }
    }
    // Folders were made as files needed them: their modes come last.
    for name in all {
      let attributes = try files.attributesOfItem(atPath: "\(source)/\(name)")
      let mode = attributes[.posixPermissions] ?? 0o700
      try files.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(target)/\(name)")
    }
    try files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: target)
  }
}

/// A locale whose rules differ from ours, where i and I are no pair, made with localedef(1) for one test.
struct TurkishLocale {
  let environment: [String: String]

  init(in scratch: Scratch) throws {
    let folder = try scratch.folder("locales")
    let made = try Tool("localedef").run(
      "--no-archive", "-i", "tr_TR", "-f", "UTF-8", "\(folder)/tr_TR.UTF-8")
    try #require(made.exit == 0, "\(made.errors)")
    environment = ["LOCPATH": folder.string, "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"]
    // `locale` answers with the rules that a program under this environment gets.
    let known = try BuiltProgram(tool: "locale", environment: environment)
      .run("-k", "yesexpr", "thousands_sep")
    try #require(known.output.contains("thousands_sep=\".\""), "\(known.output)")
  }
}
