// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// A private file of evidence while it is written: hashed on the way, and cut into frames afterwards.
final class EvidenceFile {
  let name: String
  let path: FilePath
  private let descriptor: FileDescriptor
  private var hash = SHA256Stream()
  private var length: Int64 = 0
  private var buffer: [UInt8] = []

  /// Bytes of a frame's plain form: what a reader holds at once.
  private static let chunk = 4 << 20

  init(_ name: String, in folder: FilePath) throws(Refusal) {
    self.name = name
    path = folder.appending(name)
    try DurableFile.unlinkIfPresent(path)
    descriptor = try DurableFile.create(path)
  }

  deinit { try? descriptor.close() }  // it is read again by path; what is missing shows in its hash

  func append(_ line: [UInt8]) throws(Refusal) {
    hash.update(line)
    length += Int64(line.count)
    buffer += line
    if buffer.count >= SiteLimits.chunk { try flush() }
  }

  /// Ends the writing.
  func finish() throws(Refusal) -> StateDocument.Evidence {
    try flush()
    return StateDocument.Evidence(name: name, length: length, digest: hash.finalize())
  }

  /// The stored frames of the finished file, each in a private file of its own.
  func frames(
    of evidence: StateDocument.Evidence, with encoder: FrameEncoder
  ) throws(Refusal) -> [FrameSource] {
    let source = try FileSource(path)
    var frames: [FrameSource] = []
    var offset: Int64 = 0
    while offset < evidence.length {
      let count = Int(min(Int64(EvidenceFile.chunk), evidence.length - offset))
      var plain = [UInt8](repeating: 0, count: count)
      let (start, frame) = (offset, path.removingLastComponent())
      let filled = try plain.withUnsafeMutableBufferPointer { (bytes) throws(Refusal) in
        try source.fill(UnsafeMutableRawBufferPointer(bytes), at: start)
      }
      guard filled == count else {
        throw Refusal(
          SiteReason.storedFileAltered, name, seen: "\(start + Int64(filled)) bytes",
          expected: "\(evidence.length)")
      }
      let piece = IndexEntry.Piece(
        at: 0, file: evidence.digest, from: start, length: Int64(count), of: evidence.length)
      frames.append(
        try plain.withUnsafeBufferPointer { (bytes) throws(Refusal) in
          try encoder.encode(UnsafeRawBufferPointer(bytes)) {
            (encoding, stored) throws(Refusal) in
            try EvidenceFile.keep(stored, encoding, piece, in: frame)
          }
        })
      offset += Int64(count)
    }
    return frames
  }

  private static func keep(
    _ stored: UnsafeRawBufferPointer, _ encoding: FrameEncoding, _ piece: IndexEntry.Piece,
    in folder: FilePath
  ) throws(Refusal) -> FrameSource {
    let digest = Digest.sha256(stored)
    let path = folder.appending("\(digest).frame")
    try DurableFile.unlinkIfPresent(path)
    let descriptor = try DurableFile.create(path)
    defer { try? descriptor.close() }  // its hash is checked when it is read
    try descriptor.writeAll(stored, naming: path)
    return FrameSource(
      frame: digest, encoding: encoding, length: Int64(stored.count), plain: piece.length,
      pieces: [piece]
    ) { () throws(Refusal) in try FileSource(path) }
  }

  private func flush() throws(Refusal) {
    try descriptor.writeAll(buffer, naming: path)
    buffer.removeAll(keepingCapacity: true)
  }
}

extension ReportFacts {
  /// Writes the evidence that policy lets out: events always, devices or counts as it says (R17).
  func writeEvidence(
    of site: OpenedSite, into folder: FilePath
  ) throws(Refusal) -> [(file: EvidenceFile, evidence: StateDocument.Evidence)] {
    var files: [EvidenceFile] = []
    let events = try EvidenceFile(EvidenceLine.events, in: folder)
    files.append(events)
    try site.journal.read { journal in
      try journal.events(after: baseEvents) { event in
        if event.seq <= auditHead.seq { try events.append(event.encoded) }
      }
    }
    switch egress {
    case .receiptOnly: break
    case .countsOnly:
      let counts = try EvidenceFile(EvidenceLine.counts, in: folder)
      files.append(counts)
      for line in countLines() { try counts.append(line) }
    case .full:
      let list = try EvidenceFile(EvidenceLine.devices, in: folder)
      files.append(list)
      for record in devices { try list.append(EvidenceLine.encoded(record)) }
    }
    var finished: [(file: EvidenceFile, evidence: StateDocument.Evidence)] = []
    for file in files { finished.append((file, try file.finish())) }
    return finished
  }

  /// Counts of states for each intent, ascending.
  private func countLines() -> [[UInt8]] {
    struct Group: Hashable {
      let intent: Name
      let revision: Int64
      let state: ComplianceRecord.State
    }
    let groups = Dictionary(grouping: devices) {
      Group(intent: $0.intent, revision: $0.revision, state: $0.state)
    }
    let sorted = groups.sorted {
      ($0.key.intent.text, $0.key.revision, $0.key.state.rawValue)
        < ($1.key.intent.text, $1.key.revision, $1.key.state.rawValue)
    }
    return sorted.map { group, records in
      let line: JSONValue = [
        "intent": .string(group.intent.text), "revision": .integer(group.revision),
        "state": .string(group.state.rawValue), "count": .integer(Int64(records.count)),
      ]
      return line.encoded + [10]
    }
  }
}
