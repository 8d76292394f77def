// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// Takes orders and volumes of a return apart, in a private folder: every block is verified before a parser
/// sees it, every file is what the signed statement says.
struct EvidenceReader {
  let state: StateDocument
  private let folder: FilePath
  /// Of the rows that are booked, once all of the return was read.
  private var rows: PhaseMeter?

  /// - Throws: 20 for a missing or unreadable file, 10 for another content.
  init(
    _ report: SignedReport, pieces: [PieceLocation], for identity: AgeIdentity?, work: FilePath,
    _ progress: @escaping PhaseProgress
  ) throws(Refusal) {
    let meter = PhaseMeter("reading volumes", of: report.waybill.totalLength, progress)
    folder = work.appending(EvidenceReader.prefix + report.digest.hex.prefix(16))
    let sources = try EvidenceReader.sources(pieces)
    func metered(_ copies: [any ByteSource], _ file: Waybill.File) throws(Refusal) -> MeteredStream
    {
      MeteredStream(
        try PieceStream.open(copies: copies, as: file, of: report.waybill, for: identity), meter)
    }
    EvidenceReader.remove(folder)
    try DurableFile.makeFolder(folder)
    var stateBytes: [UInt8] = []
    let index = folder.appending("index.json")
    let tar = try TarReader(
      try metered(sources[0], report.waybill.orders),
      rules: .backOrders)
    while let entry = try tar.next() {
      if entry.name == "state.json" {
        stateBytes = try tar.contents(cap: CentreLimits.stateLength)
      } else {
        let file = try WorkFile(index)
        try tar.forEachChunk { (bytes) throws(Refusal) in try file.append(bytes) }
        try file.close()
      }
    }
    try report.check("state.json", is: Digest.sha256(stateBytes))
    state = try StateDocument(parsing: stateBytes)
    try SignedReport.match(
      "state.json, site, epoch and seq", seen: "\(state.site) \(state.epoch) \(state.seq)",
      expected: "\(report.site.id) \(report.predicate.epoch) \(report.predicate.seq)")
    guard state.evidence.count <= CentreLimits.evidenceFiles else {
      throw Refusal(
        BundleReason.valueAboveLimit, "state.json: evidence",
        seen: "\(state.evidence.count) files", expected: "at most \(CentreLimits.evidenceFiles)")
    }
    try readFrames(report.waybill, index: index) { (number, file) throws(Refusal) in
      try metered(sources[number], file)
    }
    for evidence in state.evidence {
      try report.check(evidence.name, is: try digest(of: evidence))
    }
    meter.finish()
    rows = PhaseMeter("booking rows", of: EvidenceReader.rowBytes(in: state), progress)
  }

  /// Calls `take` for each line of an evidence file, parsed and as it stands with its line feed; for none when
  /// the return has no such file.
  func forEachLine(
    of name: String, _ take: (_ field: JSONField, _ line: [UInt8]) throws(Refusal) -> Void
  ) throws(Refusal) {
    guard let evidence = state.evidence.first(where: { $0.name == name }), evidence.length > 0
    else {
      return
    }
    var lines = LineReader(try FileSource(path(evidence.digest)))
    var number = 0
    while let line = try lines.next() {
      number += 1
      try take(try JSONField(parsing: line, named: "\(name), line \(number)"), line + [10])
      rows?.add(Int64(line.count) + 1)
    }
  }

  private static let prefix = "return-"

  /// Removes what ingests that did not end have left (F13); one at a time has the centre.
  static func clear(_ work: FilePath) throws(Refusal) {
    guard FileQuery.isFolder(work) else { return }
    for name in try FileQuery.names(in: work) where name.hasPrefix(prefix) {
      remove(work.appending(name))
    }
  }

  /// Says that all rows were booked.
  func finish() { rows?.finish() }

  /// Removes the private folder.
  func discard() { EvidenceReader.remove(folder) }

  private func path(_ file: Digest) -> FilePath { folder.appending(file.hex) }

  private func readFrames(
    _ waybill: Waybill, index: FilePath,
    _ open: (_ number: Int, _ file: Waybill.File) throws(Refusal) -> any ByteStream
  ) throws(Refusal) {
    let wanted = Set(state.evidence.map(\.digest))
    let frames = try FrameStream(
      index: try IndexReader(
        try FileSource(index), volumes: waybill.volumes))
    var files: [Digest: WorkFile] = [:]
    for (number, file) in waybill.volumes.enumerated() {
      let stream = try open(number + 1, file)
      _ = try frames.read(
        volume: number + 1, from: stream,
        wants: { frame in frame.pieces.contains { wanted.contains($0.file) } }
      ) { (piece, bytes) throws(Refusal) in
        guard wanted.contains(piece.file) else { return }
        if files[piece.file] == nil { files[piece.file] = try WorkFile(path(piece.file)) }
        try files[piece.file]?.append(bytes)
      }
    }
    try frames.finish()
    for file in files.values { try file.close() }
  }

  /// Bytes of the files that are booked line by line, as claimed.
  private static func rowBytes(in state: StateDocument) -> Int64 {
    let booked = state.evidence.filter {
      [EvidenceLine.events, EvidenceLine.devices].contains($0.name)
    }
    return booked.reduce(0) { sum, file in
      let (total, overflows) = sum.addingReportingOverflow(file.length)
      return overflows ? .max : total
    }
  }

  private static func sources(_ pieces: [PieceLocation]) throws(Refusal) -> [[any ByteSource]] {
    let missing = pieces.filter { $0.best == nil }.map(\.file.name)
    guard missing.isEmpty else {
      throw Refusal(
        BundleReason.pieceShort, "return", seen: "missing \(missing.joined(separator: ", "))",
        expected: "all \(pieces.count) files of its waybill")
    }
    var sources: [[any ByteSource]] = []
    for piece in pieces {
      sources.append(try piece.sources())
    }
    return sources
  }

  private func digest(of evidence: StateDocument.Evidence) throws(Refusal) -> Digest {
    if evidence.length == 0 { return Digest.sha256([UInt8]()) }
    let file = path(evidence.digest)
    let length = FileQuery.status(file)?.length
    try SignedReport.match(
      evidence.name, seen: length.map { "\($0) bytes" } ?? "no frame of it in the volumes",
      expected: "\(evidence.length) bytes")
    let stream = SourceStream(try FileSource(file))
    var hash = SHA256Stream()
    while let bytes = try stream.next() { hash.update(bytes) }
    return hash.finalize()
  }

  private static func remove(_ folder: FilePath) {
    guard let names = try? FileQuery.names(in: folder) else { return }  // there is none
    for name in names {
      try? DurableFile.unlinkIfPresent(folder.appending(name))  // a left-over is removed next time
    }
    try? DurableFile.removeFolder(folder)  // the same
  }
}

/// A private file that is appended to.
private final class WorkFile {
  private let path: FilePath
  private let descriptor: FileDescriptor

  init(_ path: FilePath) throws(Refusal) {
    self.path = path
    descriptor = try DurableFile.create(path)
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
    try descriptor.writeAll(bytes, naming: path)
  }

  func close() throws(Refusal) { try descriptor.closing(naming: path) }
}
