// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage

/// Makes the FileLib and DataLib part of one content version so. What is so already is only looked at, which
/// makes the first writing, the one after a crash and the check of a complete version the same.
struct ContentWriter {
  let files: LibraryFiles
  let request: ContentRequest
  let content: String
  /// A complete version is put right at once; a new one is synced as a whole before it gets visible.
  let durability: LibraryFiles.Durability
  /// How many things had to be written.
  private(set) var written: Int64 = 0
  private let hash = FileHash()

  init(
    files: LibraryFiles, request: ContentRequest, content: String,
    durability: LibraryFiles.Durability
  ) {
    self.files = files
    self.request = request
    self.content = content
    self.durability = durability
  }

  private var layout: LibraryLayout { files.layout }

  /// Blob, users file and DataLib file of everything, in this order for each (configmgr.md, 1.2).
  mutating func write() throws(Refusal) {
    if durability == .atTheEnd { written += try BlobStage(files: files).fill(from: request) }
    let request = request
    try request.walk { (file) throws(Refusal) in
      try ensureBlob(file)
      try ensureUser(file)
      try ensureInformation(file)
    }
  }

  /// The directory hash of the DataLib tree as it now lies there. A tree with anything besides our files is
  /// cleared and written again.
  mutating func directoryHash(expecting check: ContentCheck) throws(Refusal) -> Digest {
    if let digest = try walk(expecting: check) { return digest }
    written += 1
    try files.clearTree(layout.contentFolder(content)) { (_) throws(Refusal) in }
    let request = request
    try request.walk { (file) throws(Refusal) in try ensureInformation(file) }
    if let digest = try walk(expecting: check) { return digest }
    throw Refusal(
      DistributionReason.refused, layout.contentFolder(content).text,
      seen: "other files than those written", expected: "\(check.files) files")
  }

  /// Syncs what was written `atTheEnd`: one sync of the file system is a tenth of the time that one a file takes.
  func synchronize() throws(Refusal) { try FileSystem.synchronize(layout.root) }

  /// Copies a blob unless it is there. A blob gets its name only after its bytes were hashed and synced, so one
  /// of the right size is believed until `recheck` says otherwise.
  private mutating func ensureBlob(_ file: ContentFile) throws(Refusal) {
    let path = layout.blob(file.digest)
    let held = FileQuery.status(path)
    if held?.kind == .regular, held?.length == file.length { return }
    let source = try request.open(file)
    defer { try? source.close() }  // opened for reading only
    try files.ensureFolder(layout.blobFolder(file.digest))
    try files.replace(path, .atOnce) { (target, temporary) throws(Refusal) in
      try BlobStage.copy(file, from: source, to: target, naming: temporary, with: hash)
    }
    written += 1
  }

  private mutating func ensureUser(_ file: ContentFile) throws(Refusal) {
    let users = files.users(of: file.digest)
    if let users, users.contains(content) { return }
    try files.ensureUsers((users ?? []) + [content], of: file.digest, durability)
    written += 1
  }

  private mutating func ensureInformation(_ file: ContentFile) throws(Refusal) {
    let path = layout.file(file.path, of: content)
    try files.ensureFolder(path.removingLastComponent())
    if try files.ensure(FileInformation(file).encoded, at: path, durability) { written += 1 }
  }

  /// Nil when the tree has more than it shall have.
  private func walk(expecting check: ContentCheck) throws(Refusal) -> Digest? {
    var strays = 0
    let result = try DirectoryHash.of(layout.contentFolder(content)) { (entry) throws(Refusal) in
      guard case .information(let path, _) = entry else {
        strays += 1
        return nil
      }
      return files.information(of: path)?.digest
    }
    guard strays == 0, result.files == check.files, result.folders == check.folders else {
      return nil
    }
    return result.digest
  }
}

extension LibraryFiles {
  /// Removes a tree of INI files, and whatever else lies in it; `each` is called behind each INI file.
  func clearTree(
    _ folder: FilePath, depth: Int = 0, each: (Digest) throws(Refusal) -> Void
  ) throws(Refusal) {
    guard FileQuery.status(folder)?.kind == .folder else { return }
    guard depth < DistributionLimits.depth else {
      throw Refusal(
        DistributionReason.refused, folder.text, seen: "folders nested too deep",
        expected: "at most \(DistributionLimits.depth) levels")
    }
    for name in try FileQuery.names(in: folder) {
      let path = folder.appending(name)
      if FileQuery.status(path)?.kind == .folder {
        try clearTree(path, depth: depth + 1, each: each)
        continue
      }
      let information = information(of: path)
      try remove(path)
      if let information { try each(information.digest) }
    }
    try removeFolderIfEmpty(folder)
  }
}
