// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage

/// What we keep of one landed folder, so that its files can be found by digest: one line a file, between a
/// head and a last line with their count.
struct SourceRecord: Sendable {
  struct File: Hashable, Sendable {
    let digest: Digest
    let length: Int64
    /// Relative, `/` between parts.
    let path: String
  }

  /// The folder's name below the share.
  let folder: String
  let manifest: Digest
  let line: RandomID
  /// Ascending by path.
  let files: [File]

  private static let head = "waybill-source 1"

  var encoded: [UInt8] {
    var text = "\(SourceRecord.head)\nmanifest \(manifest)\nline \(line)\n"
    for file in files { text += "\(file.digest) \(file.length) \(file.path)\n" }
    text += "end \(files.count)\n"
    return Array(text.utf8)
  }

  init(folder: String, manifest: Digest, line: RandomID, files: [File]) {
    self.folder = folder
    self.manifest = manifest
    self.line = line
    self.files = files
  }

  /// Nil for any text but that of a whole record.
  init?(folder: String, parsing bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self), text.hasSuffix("\n") else {
      return nil
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    guard lines.count >= 4, lines[0] == SourceRecord.head, lines[1].hasPrefix("manifest "),
      let manifest = Digest(hex: lines[1].dropFirst(9)), lines[2].hasPrefix("line "),
      let line = RandomID(lines[2].dropFirst(5)), lines.last == "end \(lines.count - 4)"
    else { return nil }
    var files: [File] = []
    for entry in lines[3..<(lines.count - 1)] {
      let parts = entry.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, let digest = Digest(hex: parts[0]), let length = Int64(parts[1]),
        length >= 0, WindowsName.defect(ofPath: parts[2]) == nil
      else { return nil }
      files.append(File(digest: digest, length: length, path: String(parts[2])))
    }
    self.init(folder: folder, manifest: manifest, line: line, files: files)
  }
}
