// SPDX-License-Identifier: Apache-2.0
import Bundles
import Glibc
import Intents
import SystemPackage
import Trust

/// The landed folders below a share, and what we keep of them in `.waybill`.
///
/// A landed folder is never written to: other bytes get another folder. It is there when it has its name; what
/// a crash left half copied has none, and goes with the next effect.
final class SourceStore {
  typealias Observer = (LibraryStep) throws(Refusal) -> Void

  /// A held file: where it lies, and how many bytes it must have.
  private struct Held {
    let path: FilePath
    let length: Int64
  }

  let share: SourceShare
  private let marker: LibraryMarker
  private let observer: Observer?
  /// What is landed, and the files by digest; nil until it is asked for, and behind every change.
  private var known: (records: [SourceRecord], held: [Digest: Held])?

  private var ours: FilePath { share.local.appending(".waybill") }
  private var incoming: FilePath { ours.appending("incoming") }
  private var leaving: FilePath { ours.appending("leaving") }
  private static let suffix = ".files"

  /// - Throws: `DistributionReason.unavailable` when nothing is there (not mounted?), `.foreignLibrary`,
  ///   `.wrongLibrary`.
  init(_ share: SourceShare, _ marker: LibraryMarker, observer: Observer?) throws(Refusal) {
    self.share = share
    self.marker = marker
    self.observer = observer
    try check()
  }

  /// Makes an empty or missing folder one for sources; one that is this already is left alone.
  static func create(_ share: SourceShare, _ marker: LibraryMarker) throws(Refusal) {
    let ours = share.local.appending(".waybill")
    if FileQuery.status(ours) == nil {
      try DurableFile.makeFolder(share.local, permissions: folderPermissions)
      guard try FileQuery.names(in: share.local).isEmpty else {
        throw Refusal(
          DistributionReason.foreignLibrary, share.local.text, seen: "a folder with files",
          expected: "an empty folder")
      }
      try DurableFile.makeFolder(ours)
      try DurableFile.write(marker.encoded, to: ours.appending("source.json"))
    }
    _ = try SourceStore(share, marker, observer: nil)
  }

  private func check() throws(Refusal) {
    let place = ours.appending("source.json")
    guard FileQuery.status(place) != nil else {
      throw Refusal(
        DistributionReason.unavailable, share.local.text, seen: "no .waybill/source.json",
        expected: "the folder for sources that was set up")
    }
    let bytes = try FileQuery.contents(of: place, cap: DistributionLimits.record)
    guard bytes == marker.encoded else {
      throw Refusal(
        DistributionReason.wrongLibrary, place.text,
        seen: String(decoding: bytes.prefix(200), as: UTF8.self),
        expected: "point \(marker.id) of site \(marker.siteCode)")
    }
  }

  /// Runs one effect under the lock, and clears what a crash left.
  func effect<Value>(_ body: () throws(Refusal) -> Value) throws(Refusal) -> Value {
    try check()
    let place = ours.appending("lock")
    return try FileLock(place) { holder in
      Refusal(
        DistributionReason.busy, place.text, seen: "a lock of \(holder)", expected: "no lock")
    }.holding { () throws(Refusal) in
      for folder in [incoming, leaving] { try SourceStore.remove(folder) }
      let there = Set(try records().map(\.folder))
      for name in try FileQuery.names(in: ours) where name.hasSuffix(SourceStore.suffix) {
        let folder = String(name.dropLast(SourceStore.suffix.count))
        guard !there.contains(folder), !FileQuery.isFolder(share.local.appending(folder)) else {
          continue
        }
        try DurableFile.unlinkIfPresent(ours.appending(name))
        try DurableFile.unlinkIfPresent(damage(folder))
      }
      return try body()
    }
  }

  /// Everything that is landed, ascending by folder.
  func records() throws(Refusal) -> [SourceRecord] { try look().records }

  func record(ofFolder folder: String) throws(Refusal) -> SourceRecord? {
    try records().first { $0.folder == folder }
  }

  func holds(_ digest: Digest, length: Int64?) -> Bool {
    guard let held = try? look().held[digest],  // what cannot be looked at is not held
      let status = FileQuery.status(held.path), status.kind == .regular
    else { return false }
    return status.length == held.length && (length == nil || status.length == length)
  }

  func open(_ digest: Digest) throws(Refusal) -> FileDescriptor? {
    guard let held = try look().held[digest], FileQuery.status(held.path)?.kind == .regular else {
      return nil
    }
    return try FileQuery.openRegular(held.path)
  }

  /// How many files of a landed folder are missing, have another size, or were found damaged.
  func defects(of record: SourceRecord) throws(Refusal) -> Int64 {
    let damaged = try damaged(record.folder)
    return Int64(
      record.files.count { file in
        let status = FileQuery.status(path(of: file, in: record.folder))
        return status?.kind != .regular || status?.length != file.length
          || damaged.contains(file.digest)
      })
  }

  /// Where a file of a landed folder lies.
  func path(of file: SourceRecord.File, in folder: String) -> FilePath {
    share.local.appending(folder).appending(file.path)
  }

  /// Notes files whose bytes are not theirs: they are held no longer, and their folder is not referenced again.
  func note(damaged digests: Set<Digest>, in folder: String) throws(Refusal) {
    let all = try damaged(folder).union(digests).sorted()
    let text = all.map { "\($0)\n" }.joined()
    try DurableFile.write(Array(text.utf8), to: damage(folder))
    known = nil
  }

  /// Copies a content into a new folder: a free name that begins with the content's id.
  func land(_ request: ContentRequest, _ check: SourceCheck) throws(Refusal) -> SourceRecord {
    let name = try freeName(for: request.manifest)
    let free = try DiskSpace.free(at: share.local)
    guard check.wanted <= free else {
      throw Refusal(
        DistributionReason.noSpace, share.local.text, seen: "\(free) bytes free",
        expected: "\(check.wanted) bytes for \(name)")
    }
    let record = SourceRecord(
      folder: name, manifest: request.manifest, line: request.line, files: check.files)
    try makeFolder(incoming)
    try copy(request, check)
    try FileSystem.synchronize(share.local)
    try DurableFile.write(record.encoded, to: ours.appending(name + SourceStore.suffix))
    try observe(.written(ours.appending(name + SourceStore.suffix)))
    let target = share.local.appending(name)
    try DurableFile.rename(incoming, to: target)
    known = nil
    try observe(.renamed(target))
    try SourceStore.change(target, to: SourceStore.readOnlyFolder)
    return record
  }

  /// Takes a landed folder away. The caller has made sure that nothing refers to it.
  func remove(_ record: SourceRecord) throws(Refusal) {
    let place = share.local.appending(record.folder)
    known = nil
    if FileQuery.status(place) != nil {
      try SourceStore.change(place, to: SourceStore.folderPermissions)
      try DurableFile.rename(place, to: leaving)
      try observe(.removed(place))
    }
    try DurableFile.unlinkIfPresent(ours.appending(record.folder + SourceStore.suffix))
    try DurableFile.unlinkIfPresent(damage(record.folder))
    try DurableFile.synchronizeFolder(ours)
    try SourceStore.remove(leaving)
  }

  private func copy(_ request: ContentRequest, _ check: SourceCheck) throws(Refusal) {
    let hash = FileHash()
    var here: [Digest: FilePath] = [:]
    var folders: Set<FilePath> = [incoming]
    try request.walk { (file) throws(Refusal) in
      let target = incoming.appending(file.path)
      try ensureFolder(target.removingLastComponent(), &folders)
      try observe(.started(target))
      if try !copyHeld(file, to: target, here[file.digest], hash) {
        let source = try request.open(file)
        defer { try? source.close() }  // opened for reading only
        try SourceStore.copy(file, from: source, to: target, hash)
      }
      here[file.digest] = target
      try observe(.written(target))
    }
    for folder in folders where folder != incoming {
      try SourceStore.change(folder, to: SourceStore.readOnlyFolder)
    }
  }

  /// Copies from this folder or another one; false when none has the bytes as they should be.
  private func copyHeld(
    _ file: ContentFile, to target: FilePath, _ here: FilePath?, _ hash: FileHash
  ) throws(Refusal) -> Bool {
    let elsewhere = try look().held[file.digest]?.path
    guard let place = here ?? elsewhere,
      FileQuery.status(place)?.length == file.length
    else { return false }
    let source = try FileQuery.openRegular(place)
    defer { try? source.close() }  // opened for reading only
    do throws(Refusal) {
      try SourceStore.copy(file, from: source, to: target, hash)
      return true
    } catch {
      guard error.reason as? DistributionReason == .contentDiffers else { throw error }
      try DurableFile.unlinkIfPresent(target)
      return false
    }
  }

  private static func copy(
    _ file: ContentFile, from source: FileDescriptor, to path: FilePath, _ hash: FileHash
  ) throws(Refusal) {
    let target = try DurableFile.create(path, permissions: readOnlyFile)
    do throws(Refusal) {
      try BlobStage.copy(file, from: source, to: target, naming: path, with: hash)
    } catch {
      try? target.close()  // the first failure is the one to tell
      throw error
    }
    FileSystem.beginWriting(target)
    try target.closing(naming: path)
  }

  /// A name that neither a folder of ours nor one of somebody else's has.
  private func freeName(for manifest: Digest) throws(Refusal) -> String {
    let stem = ContentID(manifest: manifest).text
    for number in 1...SourceStore.mostFolders {
      let name = number == 1 ? stem : "\(stem)-\(number)"
      if FileQuery.status(share.local.appending(name)) == nil { return name }
    }
    throw Refusal(
      DistributionReason.idsExhausted, share.local.text, seen: "\(stem)-\(SourceStore.mostFolders)",
      expected: "a free name for a folder")
  }

  private func look() throws(Refusal) -> (records: [SourceRecord], held: [Digest: Held]) {
    if let known { return known }
    var records: [SourceRecord] = []
    var held: [Digest: Held] = [:]
    for name in try FileQuery.names(in: ours) where name.hasSuffix(SourceStore.suffix) {
      let folder = String(name.dropLast(SourceStore.suffix.count))
      guard FileQuery.isFolder(share.local.appending(folder)) else { continue }
      let place = ours.appending(name)
      let bytes = try FileQuery.contents(of: place, cap: DistributionLimits.sourceRecord)
      guard let record = SourceRecord(folder: folder, parsing: bytes) else {
        throw Refusal(
          DistributionReason.recordDamaged, place.text, seen: "another form",
          expected: "the list of files that Waybill wrote")
      }
      records.append(record)
      let damaged = try damaged(folder)
      for file in record.files where !damaged.contains(file.digest) {
        held[file.digest] = Held(path: path(of: file, in: folder), length: file.length)
      }
    }
    known = (records, held)
    return (records, held)
  }

  private func damage(_ folder: String) -> FilePath { ours.appending(folder + ".damaged") }

  private func damaged(_ folder: String) throws(Refusal) -> Set<Digest> {
    guard FileQuery.status(damage(folder)) != nil else { return [] }
    let bytes = try FileQuery.contents(of: damage(folder), cap: DistributionLimits.sourceRecord)
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    return Set(lines.compactMap { Digest(hex: $0) })
  }

  private func observe(_ step: LibraryStep) throws(Refusal) { try observer?(step) }
}

extension SourceStore {
  static let folderPermissions: FilePermissions = [
    .ownerReadWriteExecute, .groupRead, .groupExecute, .otherRead, .otherExecute,
  ]
  /// The site server's computer account reads through a file server, as anybody.
  static let readOnlyFolder: FilePermissions = [
    .ownerRead, .ownerExecute, .groupRead, .groupExecute, .otherRead, .otherExecute,
  ]
  static let readOnlyFile: FilePermissions = [.ownerRead, .groupRead, .otherRead]
  /// How often one content version lands anew before somebody should ask why.
  static let mostFolders = 99

  private func makeFolder(_ path: FilePath) throws(Refusal) {
    try DurableFile.makeOneFolder(path, permissions: SourceStore.folderPermissions)
  }

  private func ensureFolder(
    _ path: FilePath, _ known: inout Set<FilePath>
  ) throws(Refusal) {
    guard !known.contains(path) else { return }
    try ensureFolder(path.removingLastComponent(), &known)
    try makeFolder(path)
    known.insert(path)
  }

  /// Removes a tree of ours, read-only folders included; one that is not there is fine. No link is followed.
  static func remove(_ path: FilePath, depth: Int = 0) throws(Refusal) {
    guard let status = FileQuery.status(path) else { return }
    guard status.kind == .folder, depth < DistributionLimits.depth else {
      return try DurableFile.unlinkIfPresent(path)
    }
    try change(path, to: folderPermissions)
    for name in try FileQuery.names(in: path) {
      try remove(path.appending(name), depth: depth + 1)
    }
    try DurableFile.removeFolder(path)
  }

  static func change(_ path: FilePath, to permissions: FilePermissions) throws(Refusal) {
    try FileError.catching("change mode of", path) {
      let folder = try FileDescriptor.open(
        path, .readOnly, options: [.directory, .noFollow, .closeOnExec])
      defer { try? folder.close() }  // opened for reading only
      guard fchmod(folder.rawValue, mode_t(permissions.rawValue)) == 0 else {
        throw Errno.current
      }
    }
  }
}
