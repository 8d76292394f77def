// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage
import Trust

/// A folder for an auditor: a log, the signed statements beside it, and what verifies them with stock tools
/// alone (P11). Its names are made of ids, numbers and hashes only.
package final class EvidencePack {
  private let folder: FilePath
  private var sums: [SumsFile.Line] = []

  /// - Throws: `BundleReason.folderNotEmpty` unless `folder` is empty or missing.
  package init(at folder: FilePath) throws(Refusal) {
    if FileQuery.status(folder) != nil {
      let names = try FileQuery.names(in: folder)
      guard names.isEmpty else {
        throw Refusal(
          BundleReason.folderNotEmpty, folder.text, seen: "\(names.count) entries",
          expected: "an empty folder, or none")
      }
    }
    try DurableFile.makeFolder(folder)
    self.folder = folder
  }

  /// What the `number`-th key of an epoch is called, from 0 on.
  package static func keyName(_ number: Int) -> String {
    number == 0 ? "key.json" : "key-\(number + 1).json"
  }

  /// Adds a file under a relative name such as `roots/1.root.json`.
  package func add(_ name: String, _ bytes: [UInt8]) throws(Refusal) {
    let file = try open(name)
    try file.append(bytes)
    try finish(file)
  }

  /// Adds a file whose parts `fill` hands over one by one.
  package func add(
    _ name: String, filledBy fill: (_ append: ([UInt8]) throws -> Void) throws -> Void
  ) throws {
    let file = try open(name)
    try fill { try file.append($0) }
    try finish(file)
  }

  /// Adds the page and the script that tell how to verify, and the list of all files.
  ///
  /// - Parameter facts: what the pack is of, a line each.
  /// - Returns: how many files there are.
  package func finish(about facts: [String]) throws(Refusal) -> Int {
    try add("README.txt", Array(PackTexts.page(facts).utf8))
    try add("verify.py", Array(PackTexts.script.utf8))
    try DurableFile.write(SumsFile(sums).bytes, to: folder.appending(SumsFile.name))
    return sums.count + 1
  }

  private func open(_ name: String) throws(Refusal) -> PackFile {
    precondition(!name.hasPrefix("/") && !name.contains(".."), "names are made here")
    let path = folder.pushing(FilePath(name))
    try DurableFile.makeFolder(path.removingLastComponent())
    return try PackFile(path, name: name)
  }

  private func finish(_ file: PackFile) throws(Refusal) {
    sums.append(SumsFile.Line(name: file.name, digest: try file.finish()))
  }
}

/// A file of a pack while it is written.
private final class PackFile {
  let name: String
  private let path: FilePath
  private let descriptor: FileDescriptor
  private var hash = SHA256Stream()
  private var buffer: [UInt8] = []

  init(_ path: FilePath, name: String) throws(Refusal) {
    self.path = path
    self.name = name
    descriptor = try DurableFile.create(path)
  }

  func append(_ bytes: [UInt8]) throws(Refusal) {
    hash.update(bytes)
    buffer += bytes
    if buffer.count >= 1 << 20 { try flush() }
  }

  func finish() throws(Refusal) -> Digest {
    try flush()
    try descriptor.synchronize(naming: path)
    try descriptor.closing(naming: path)
    return hash.finalize()
  }

  private func flush() throws(Refusal) {
    try descriptor.writeAll(buffer, naming: path)
    buffer.removeAll(keepingCapacity: true)
  }
}
