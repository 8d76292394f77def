// SPDX-License-Identifier: Apache-2.0
package import Bundles
import Foundation
import GRDB
package import Intents
import SystemPackage
import Trust

/// Takes a package source folder into the depot as a new content version: nothing of it, or all.
package struct ContentIntake {
  private let profile: CentreProfile
  private let depot: Depot
  private let now: Instant
  private let progress: PhaseProgress

  package init(
    to profile: CentreProfile, at now: Instant,
    progress: @escaping PhaseProgress = { _, _, _ in }
  ) {
    self.profile = profile
    depot = Depot(of: profile)
    self.now = now
    self.progress = progress
  }

  /// What came of it.
  package struct Result: Sendable {
    package let content: ContentRecord
    /// Files that the depot did not have, and the bytes that they take there.
    package let newFiles: Int64
    package let storedBytes: Int64
    /// That the same folder was added before under the same description, and nothing was to be done.
    package let wasThere: Bool
  }

  package func add(
    _ folder: SourceFolder, as description: ContentDescription
  ) throws(Refusal) -> Result {
    let meter = PhaseMeter("adding", of: folder.totalLength, progress)
    if let twin = try twin(of: description) {
      guard try RepeatedContent(depot: depot, meter: meter).isSame(folder, as: twin, description)
      else {
        throw Refusal(
          CentreReason.alreadyThere, "\(description.name) \(description.version)",
          seen:
            "content \(twin.id), added \(twin.addedAt), with other files or another description",
          expected: "a new version")
      }
      meter.finish()
      return Result(content: twin, newFiles: 0, storedBytes: 0, wasThere: true)
    }
    let line = try line(for: description)
    try depot.prepare()
    var new = try NewFiles(depot)
    var files: [ContentFile] = []
    var items = folder.items.makeIterator()
    var taking = folder.items.makeIterator()
    let (depot, knowledge) = (depot, try knowledge(of: line))
    try OrderedPipeline<SourceFolder.Item, FileIntake.Taken>(ahead: CentreLimits.filesAhead).run(
      makeWorker: { () throws(Refusal) in
        let intake = try FileIntake(depot: depot, knowledge, meter)
        return { (item: SourceFolder.Item) throws(Refusal) in try intake.take(item) }
      },
      next: { () throws(Refusal) in items.next() },
      take: { (taken) throws(Refusal) in
        guard let item = taking.next() else { preconditionFailure("one result an item") }
        files.append(
          ContentFile(
            path: item.name, length: item.length, digest: taken.result.digest,
            modified: item.modified))
        try new.add(taken, length: item.length)
      })
    try new.finish()
    try depot.synchronize()
    meter.finish()
    let content = try writeManifest(files, of: line, description)
    try book(content, new)
    return Result(
      content: content, newFiles: new.count, storedBytes: new.storedBytes, wasThere: false)
  }

  /// What is worth knowing of the depot and the version before, when a version of `line` is read.
  private func knowledge(of line: RandomID) throws(Refusal) -> FileIntake.Knowledge {
    let lengths = try profile.ledger.read { database in
      try Int64.fetchAll(
        database,
        sql: """
          SELECT of FROM pieces WHERE start = 0 AND of >= ? UNION SELECT length FROM originals
          """, arguments: [CentreLimits.smallFile])
    }
    var paths: Set<String> = []
    var earlier: Set<Digest> = []
    let versions = try profile.ledger.contents().filter { $0.line == line }
    if let newest = versions.max(by: { $0.counter < $1.counter }) {
      let listing = try depot.files(of: newest.manifest)
      while let element = try listing.next() {
        let file = try ManifestDocument.file(element)
        earlier.insert(file.digest)
        if file.length >= CentreLimits.smallFile { paths.insert(file.path) }
      }
    }
    return FileIntake.Knowledge(
      lengths: Set(lengths), earlierPaths: paths, earlier: earlier)
  }

  /// The content that has this name and version.
  private func twin(of description: ContentDescription) throws(Refusal) -> ContentRecord? {
    try profile.ledger.contents().first {
      $0.name.utf8.elementsEqual(description.name.utf8)
        && $0.version.utf8.elementsEqual(description.version.utf8)
    }
  }

  /// The line of the product: the one that its name has, or a fresh one.
  private func line(for description: ContentDescription) throws(Refusal) -> RandomID {
    let released = try profile.ledger.contents().filter {
      $0.name.utf8.elementsEqual(description.name.utf8)
    }
    if let highest = released.map(\.counter).max(), description.counter <= highest {
      throw Refusal(
        CentreReason.counterNotAbove, "\(description.name) \(description.version), counter",
        seen: String(description.counter), expected: "above \(highest)")
    }
    return try profile.ledger.line(of: description.name) ?? RandomID.generate()
  }

  private func writeManifest(
    _ files: [ContentFile], of line: RandomID, _ description: ContentDescription
  ) throws(Refusal) -> ContentRecord {
    let manifest = ContentManifest(
      salt: RandomID.generate(), line: line, name: description.name, version: description.version,
      counter: description.counter, publisherScope: description.publisherScope,
      programs: description.programs, fileCount: Int64(files.count),
      totalLength: files.reduce(0) { $0 + $1.length })
    try DurableFile.makeFolder(depot.folder.appending("manifests"))
    let draft = depot.folder.appending("manifests").appending("new.part")
    try DurableFile.unlinkIfPresent(draft)
    let descriptor = try DurableFile.create(draft)
    var stream = SHA256Stream()
    var length: Int64 = 0
    var writer = ListingWriter(
      header: ManifestDocument.header(manifest), listName: ManifestDocument.list
    ) { (bytes) throws(Refusal) in
      stream.update(bytes)
      length += Int64(bytes.count)
      try descriptor.writeAll(bytes, naming: draft)
    }
    try writer.headerLine()
    for file in files { try writer.element(ManifestDocument.element(file)) }
    try writer.end()
    try descriptor.synchronize(naming: draft)
    try descriptor.closing(naming: draft)
    let digest = stream.finalize()
    try DurableFile.rename(draft, to: depot.path(ofManifest: digest))
    return ContentRecord(
      manifest: digest, line: line, name: manifest.name, version: manifest.version,
      counter: manifest.counter, length: length, fileCount: manifest.fileCount,
      totalLength: manifest.totalLength, addedAt: now, releasedVersion: nil)
  }

  private func book(_ content: ContentRecord, _ new: NewFiles) throws(Refusal) {
    try profile.ledger.write { database in
      try new.book(in: database)
      try database.execute(
        sql: "INSERT OR IGNORE INTO lines(line, name) VALUES (?, ?)",
        arguments: [content.line.text, content.name])
      try database.execute(
        sql: """
          INSERT INTO content(manifest, line, counter, version, length, file_count, total_length, added_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          content.manifest.hex, content.line.text, content.counter, content.version,
          content.length, content.fileCount, content.totalLength, content.addedAt.description,
        ])
      try LedgerAudit.append(
        "content.added",
        [
          "content": content.id.text, "manifest": content.manifest.hex, "name": content.name,
          "version": content.version, "counter": String(content.counter),
        ], at: now, in: database)
    }
  }
}
