// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import SystemPackage
import Trust

/// A ConfigMgr site that is reached over its AdminService.
///
/// Content lands in a new source folder, a classic package points at it, the site distributes it. Objects are
/// found again by the stamp that they carry, never by what we remember alone; what has no stamp is not touched.
/// Routes that nobody has verified stay off, and the step then waits for an administrator (configmgr.md, 3.5).
package final class AdminServicePoint: DistributionPoint {
  package let configuration: AdminServiceConfiguration
  let client: AdminServiceClient
  let store: SourceStore
  private let memory: any PointMemory
  let clock: PointClock
  private var isSiteChecked = false

  /// - Parameter observer: called behind every change of the source folders, in tests only.
  /// - Throws: `DistributionReason.unavailable` when the folder for sources is not there, `.wrongLibrary`.
  package init(
    _ configuration: AdminServiceConfiguration, clock: PointClock, memory: any PointMemory,
    observer: LibraryPoint.Observer? = nil
  ) throws(Refusal) {
    self.configuration = configuration
    self.memory = memory
    self.clock = clock
    store = try LibraryFailure.atPoint { () throws(Refusal) in
      try SourceStore(
        configuration.share,
        LibraryMarker(id: configuration.id, siteCode: configuration.siteCode), observer: observer)
    }
    client = try AdminServiceClient(configuration, clock, memory)
  }

  /// Makes an empty or missing folder the one for sources; one that is this already is left alone.
  package static func create(_ configuration: AdminServiceConfiguration) throws(Refusal) {
    try LibraryFailure.atPoint { () throws(Refusal) in
      try SourceStore.create(
        configuration.share,
        LibraryMarker(id: configuration.id, siteCode: configuration.siteCode))
    }
  }

  package func holds(_ digest: Digest, length: Int64?) -> Bool {
    store.holds(digest, length: length)
  }

  package func open(held digest: Digest) throws(Refusal) -> FileDescriptor? {
    try LibraryFailure.atPoint { () throws(Refusal) in try store.open(digest) }
  }

  /// Hashes the landed folders. The site looks after its own library; ask it for a content validation.
  package func recheck(_ progress: @escaping PhaseProgress) throws(Refusal) -> PointRecheck {
    try effect { () throws(Refusal) in
      let records = try store.records()
      let total = records.reduce(0) { $0 + $1.files.reduce(0) { $0 + $1.length } }
      let meter = PhaseMeter("hashing", of: total, progress)
      let hash = FileHash()
      var files: Int64 = 0
      var damaged: Set<Digest> = []
      var unsound: Set<Digest> = []
      var texts: [String] = []
      for record in records {
        var wrong: Set<Digest> = []
        for file in record.files {
          try Interruption.check()
          files += 1
          let seen = try hash.file(store.path(of: file, in: record.folder), counted: meter)
          if seen?.digest == file.digest { continue }
          wrong.insert(file.digest)
          texts.append("\(record.folder)/\(file.path): \(seen == nil ? "missing" : "other bytes")")
        }
        guard !wrong.isEmpty else { continue }
        try store.note(damaged: wrong, in: record.folder)
        damaged.formUnion(wrong)
        unsound.insert(record.manifest)
      }
      meter.finish()
      return PointRecheck(
        files: files, bytes: total, damaged: damaged.sorted(), unsound: unsound,
        findings: Int64(texts.count), texts: Array(texts.prefix(DistributionLimits.findings)))
    }
  }

  /// Runs one effect under the lock of the source folders.
  func effect<Value>(_ body: () throws(Refusal) -> Value) throws(Refusal) -> Value {
    try LibraryFailure.atPoint { () throws(Refusal) in try store.effect(body) }
  }

  /// Asks which site answers, once, before anything else is asked.
  ///
  /// - Throws: `DistributionReason.wrongSite`.
  func checkSite() throws(Refusal) {
    guard !isSiteChecked else { return }
    let code = configuration.siteCode
    let rows = try client.rows(
      "SMS_Site", where: .equals("SiteCode", try PlainText(code.text, naming: "site code")),
      select: ["SiteCode", "SiteName", "Version"])
    let codes = try AdminServiceAnswer.read { () throws(Refusal) in
      var codes: [String] = []
      for row in rows { codes.append(try row.text("SiteCode")) }
      return codes
    }
    guard codes == [code.text] else {
      throw Refusal(
        DistributionReason.wrongSite, configuration.address,
        seen: codes.isEmpty ? "no site \(code)" : codes.joined(separator: ", "),
        expected: "site \(code)")
    }
    isSiteChecked = true
  }

  /// Rows of a class as values of ours.
  func rows<Row>(
    _ name: String, where filter: ODataFilter, select: [String], numberedBy number: String? = nil,
    _ read: (JSONField) throws(Refusal) -> Row
  ) throws(Refusal) -> [Row] {
    let fields = try client.rows(name, where: filter, select: select, numberedBy: number)
    return try AdminServiceAnswer.read { () throws(Refusal) in
      var rows: [Row] = []
      for field in fields { rows.append(try read(field)) }
      return rows
    }
  }

  /// The one object that carries a stamp, among those that were found by it; nil when there is none.
  func only<Row>(_ rows: [Row], carrying stamp: Stamp) throws(Refusal) -> Row? {
    guard rows.count <= 1 else {
      throw Refusal(
        DistributionReason.stampTwice, stamp.text, seen: "\(rows.count) objects", expected: "one")
    }
    return rows.first
  }

  /// Makes an object and looks for it by its stamp: an answer that is lost, or no answer, proves nothing (A03).
  func create<Row>(
    _ name: String, _ body: JSONValue, finding find: () throws(Refusal) -> Row?
  ) throws(Refusal) -> Row {
    var tries = 0
    while true {
      let made = try client.create(name, body)
      if let row = try find() { return row }
      tries += 1
      guard case .unknown(let refusal) = made else {
        throw AdminServiceAnswer.malformed(
          "\(configuration.address) \(name)", seen: "created, and not there",
          expected: "the object that was created")
      }
      // What a provider refuses with 500 had no effect, as the look-up says; what was lost may still come.
      guard refusal.reason as? DistributionReason == .refused, tries <= 2 else { throw refusal }
      try clock.sleep(Int64(tries))
    }
  }

  // What is remembered, under names that begin with the point's.

  func line(_ id: RandomID) throws(Refusal) -> LineRecord {
    let key = "\(configuration.id)/line/\(id)"
    guard let bytes = try memory.remembered(key) else { return LineRecord() }
    return try LineRecord(parsing: bytes, named: key)
  }

  /// Remembers what changed, before or behind the effect that it is about.
  func remember(_ record: LineRecord, of id: RandomID) throws(Refusal) {
    guard try line(id) != record else { return }
    try memory.remember(record.encoded, as: "\(configuration.id)/line/\(id)")
  }

  func forgetLine(_ id: RandomID) throws(Refusal) {
    try memory.remember(nil, as: "\(configuration.id)/line/\(id)")
  }

  /// Every line that something is remembered of, ascending.
  func rememberedLines() throws(Refusal) -> [RandomID] {
    let prefix = "\(configuration.id)/line/"
    return try memory.keys(beginning: prefix).compactMap { RandomID($0.dropFirst(prefix.count)) }
  }

  func remember(_ id: PackageID?, ofCollection name: CollectionName) throws(Refusal) {
    let key = "\(configuration.id)/collection/\(name)"
    let value = id.map { Array($0.text.utf8) }
    guard try memory.remembered(key) != value else { return }
    try memory.remember(value, as: key)
  }

  /// Collections that were ensured, with the id that each had.
  func rememberedCollections() throws(Refusal) -> [(name: CollectionName, id: PackageID)] {
    let prefix = "\(configuration.id)/collection/"
    var all: [(CollectionName, PackageID)] = []
    for key in try memory.keys(beginning: prefix) {
      guard let name = CollectionName(key.dropFirst(prefix.count)),
        let bytes = try memory.remembered(key),
        let id = PackageID(String(decoding: bytes, as: UTF8.self))
      else { continue }
      all.append((name, id))
    }
    return all
  }
}
