// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage
import Trust

/// Writes one bundle into a folder of its own, in the order of FORMAT.md, 1, so that an interrupted writing
/// leaves no papers. What it writes depends on names and contents alone.
///
///     let writer = try BundleWriter(medium: stick, name: name)
///     try writer.writeVolumes(frames, index: temporary)
///     try writer.writeOrders(entries, kind: kind)
///     let waybill = Waybill(… files: writer.files)       // sign the papers now
///     let bundle = try writer.finish(papers: papers, startHere: page, minisign: sign)
///     try bundle.reread()
package final class BundleWriter {
  /// Called with the bytes just read or written.
  package typealias Progress = @Sendable (_ bytes: Int64) -> Void

  /// Of every file and folder of a bundle: it is there to be read by anyone.
  package static let filePermissions = FilePermissions(rawValue: 0o644)
  package static let folderPermissions = FilePermissions(rawValue: 0o755)

  package let name: BundleName
  package let folder: FilePath
  package let blockSize: Int64
  private let recipients: [AgeRecipient]
  /// Bytes that the archive in a volume never passes.
  private let volumeSize: Int64
  private let progress: Progress
  private var orders: Waybill.File?
  private var volumes: [Waybill.File] = []

  /// Makes the folder, or clears what an interrupted writing left in it.
  ///
  /// - Parameters:
  ///   - medium: an existing folder.
  ///   - volumeSize: bytes that no volume passes.
  ///   - recipients: whom orders and volumes are sealed to; nobody leaves them plain.
  /// - Throws: `bundleThere` (64) when the folder holds `papers.tar` already.
  package init(
    medium: FilePath, name: BundleName, blockSize: Int64 = BundleLimits.defaultBlockSize,
    volumeSize: Int64 = BundleLimits.defaultVolumeSize, sealedTo recipients: [AgeRecipient] = [],
    progress: @escaping Progress = { _ in }
  ) throws(Refusal) {
    precondition(
      BundleLimits.blockSizes.contains(blockSize) && blockSize & (blockSize - 1) == 0,
      "a block size is a power of two within its limits")
    precondition(volumeSize <= BundleLimits.fileLength, "a volume fits on FAT32")
    self.name = name
    self.blockSize = blockSize
    self.recipients = recipients
    self.volumeSize =
      recipients.isEmpty
      ? volumeSize : AgeSealer.plainLength(within: volumeSize, recipients: recipients.count)
    self.progress = progress
    folder = medium.appending(name.text)
    if let status = FileQuery.status(folder), status.kind != .folder {
      throw Refusal(
        BundleReason.notRegular, folder.text, seen: "no folder", expected: "a folder or nothing")
    }
    try DurableFile.makeFolder(folder, permissions: Self.folderPermissions)
    guard FileQuery.status(folder.appending(BundleFiles.papers)) == nil else {
      throw Refusal(
        BundleReason.bundleThere, folder.text, seen: BundleFiles.papers, expected: "no such file")
    }
    try clearLeftOvers()
  }

  /// What the waybill lists: orders, then the volumes. Complete once both were written.
  package var files: [Waybill.File] { (orders.map { [$0] } ?? []) + volumes }

  /// Writes frames into as many volumes as they need, and the index of them.
  ///
  /// - Parameter index: a private file, made anew; its bytes go into the orders.
  /// - Throws: `valueAboveLimit` (22) when one frame alone passes the volume size.
  package func writeVolumes(
    _ frames: some Sequence<FrameSource>, index: FilePath
  ) throws(Refusal) {
    precondition(volumes.isEmpty && orders == nil, "volumes come first, once")
    let output = try IndexOutput(index)
    var writer = try IndexWriter { (bytes) throws(Refusal) in try output.write(bytes) }
    var volume: PieceFile?
    for frame in frames {
      try Interruption.check()
      let open = try nextVolume(volume, toHold: frame)
      volume = open
      let offset = try open.append(
        "f/\(frame.frame.hex)", try frame.open(), length: frame.length, expecting: frame.frame,
        progress: progress)
      try writer.append(
        IndexEntry(
          volume: volumes.count + 1, offset: offset, length: frame.length, frame: frame.frame,
          encoding: frame.encoding, plain: frame.plain, pieces: frame.pieces))
    }
    if let volume { volumes.append(try volume.finish()) }
    try writer.finish()
    try output.finish()
  }

  /// Writes the orders; `entries` may come in any order.
  package func writeOrders(_ entries: some Sequence<OrdersEntry>) throws(Refusal) {
    precondition(orders == nil, "orders are written once")
    let piece = try newPiece(at: 0)
    let sorted = entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    for entry in sorted {
      _ = try piece.append(
        entry.name, entry.source, length: entry.source.length, expecting: nil, progress: progress)
    }
    orders = try piece.finish()
  }

  /// Writes what is left, `papers.tar` last, each file durable before the next.
  ///
  /// - Parameters:
  ///   - papers: signed over the waybill of `files`.
  ///   - startHere: makes the page from the table of files.
  ///   - minisign: makes the signature of `SHA256SUMS`; nil for a back bundle, which has none.
  package func finish(
    papers: [UInt8], startHere: (_ files: [StartHere.File]) -> [UInt8],
    minisign: ((_ sums: [UInt8]) throws(Refusal) -> [UInt8])?
  ) throws(Refusal) -> WrittenBundle {
    precondition(orders != nil, "orders come before papers")
    let digest = Digest.sha256(papers)
    var listed = files.map { StartHere.File(name: $0.name, length: $0.length, digest: $0.sha256) }
    for name in [BundleFiles.papersCopy, BundleFiles.papers] {
      listed.append(StartHere.File(name: name, length: Int64(papers.count), digest: digest))
    }
    let page = startHere(listed)
    let sums = SumsFile(
      listed.map { SumsFile.Line(name: $0.name, digest: $0.digest) } + [
        SumsFile.Line(name: StartHere.name, digest: .sha256(page))
      ])
    try write(papers, as: BundleFiles.papersCopy)
    try write(page, as: StartHere.name)
    try write(sums.bytes, as: SumsFile.name)
    var signature: [UInt8]?
    if let minisign {
      let bytes = try minisign(sums.bytes)
      try write(bytes, as: SumsFile.signatureName)
      signature = bytes
    }
    try write(papers, as: BundleFiles.papers)
    return WrittenBundle(
      folder: folder, blockSize: blockSize, pieces: files, sums: sums, signature: signature)
  }

  private func write(_ bytes: [UInt8], as name: String) throws(Refusal) {
    try DurableFile.write(
      bytes, to: folder.appending(name), permissions: Self.filePermissions)
    progress(Int64(bytes.count))
  }

  private func newPiece(at index: Int) throws(Refusal) -> PieceFile {
    let name = Waybill.fileName(at: index, isSealed: !recipients.isEmpty)
    return try PieceFile(
      folder.appending(name), name: name, blockSize: blockSize, sealedTo: recipients)
  }

  private func nextVolume(
    _ open: PieceFile?, toHold frame: FrameSource
  ) throws(Refusal) -> PieceFile {
    let room = TarWriter.room(forEntryOf: frame.length) + TarWriter.endLength
    guard room <= volumeSize else {
      throw Refusal(
        BundleReason.valueAboveLimit, "frame \(frame.frame)", seen: "\(room) bytes",
        expected: "at most \(volumeSize), the size of a volume")
    }
    if let open {
      if open.tar.alignedPosition + room <= volumeSize { return open }
      volumes.append(try open.finish())
    }
    return try newPiece(at: volumes.count + 1)
  }

  /// Removes files of ours that an interrupted writing left; whatever else lies there stays.
  private func clearLeftOvers() throws(Refusal) {
    let names = try FileQuery.names(in: folder, most: BundleLimits.searchedEntries)
    for name in names {
      let plain = name.hasSuffix(".part") ? String(name.dropLast(5)) : name
      guard BundleFiles.isOurs(plain) else { continue }
      try DurableFile.unlinkIfPresent(folder.appending(name))
    }
    try DurableFile.synchronizeFolder(folder)
  }
}

/// The private file that holds the index until it is copied into the orders.
private final class IndexOutput {
  private let path: FilePath
  private let descriptor: FileDescriptor
  private var isOpen = true

  init(_ path: FilePath) throws(Refusal) {
    self.path = path
    try DurableFile.unlinkIfPresent(path)
    descriptor = try DurableFile.create(path)
  }

  deinit { if isOpen { try? descriptor.close() } }  // given up: a failure was told already

  func write(_ bytes: [UInt8]) throws(Refusal) { try descriptor.writeAll(bytes, naming: path) }

  func finish() throws(Refusal) {
    isOpen = false
    try descriptor.closing(naming: path)
  }
}
