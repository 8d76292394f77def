// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// The strict JSON files under `waybill/`, one an object, each replaced in one step.
struct LibraryRecords {
  let layout: LibraryLayout

  private static let suffix = ".json"

  /// All packages, ascending by id.
  func packages() throws(Refusal) -> [PackageRecord] {
    var records: [PackageRecord] = []
    for name in try names(in: layout.packages) {
      records.append(
        try decode(layout.packages, name) { (root) throws(Refusal) in try PackageRecord(root) })
    }
    return records
  }

  /// All deployments, ascending by intent.
  func deployments() throws(Refusal) -> [DeploymentRecord] {
    var records: [DeploymentRecord] = []
    for name in try names(in: layout.deployments) {
      records.append(try deployment(named: name))
    }
    return records
  }

  func deployment(_ intent: Name) throws(Refusal) -> DeploymentRecord? {
    guard FileQuery.status(path(of: intent)) != nil else { return nil }
    return try deployment(named: intent.text)
  }

  private func deployment(named name: String) throws(Refusal) -> DeploymentRecord {
    try decode(layout.deployments, name) { (root) throws(Refusal) in try DeploymentRecord(root) }
  }

  /// All collections with the id that each got, ascending by name.
  func collections() throws(Refusal) -> [(name: CollectionName, id: PackageID)] {
    var records: [(CollectionName, PackageID)] = []
    for name in try names(in: layout.collections) {
      records.append(
        try decode(layout.collections, name) { (root) throws(Refusal) in
          (
            try root["name"].parsed("a collection: \(CollectionName.rule)") { CollectionName($0) },
            try root["collection_id"].parsed("an id: \(PackageID.rule)") { PackageID($0) }
          )
        })
    }
    return records
  }

  /// What the exit codes of a content version's program mean; nil when the program is not there.
  func exitCodes(program: Name, of content: String) throws(Refusal) -> ExitCodes? {
    let place = path(of: program, content: content)
    guard FileQuery.status(place) != nil else { return nil }
    return try decode(layout.programs, "\(content).\(program)") { (root) throws(Refusal) in
      var meanings: [Int64: ExitCodes.Meaning] = [:]
      for (key, field) in try root["exit_codes"].members() {
        guard let meaning = ExitCodes.Meaning(rawValue: key) else { throw field.wrong("a meaning") }
        for code in try field.array() {
          meanings[try code.integer(in: -TrustLimits.jsonInteger...TrustLimits.jsonInteger)] =
            meaning
        }
      }
      return ExitCodes(meanings)
    }
  }

  /// Everything that a plan may depend on, in one digest: our records and what readers see in PkgLib.
  func state() throws(Refusal) -> Digest {
    var stream = SHA256Stream()
    for folder in [
      layout.packages, layout.programs, layout.collections, layout.deployments,
      layout.packageLibrary,
    ] where FileQuery.isFolder(folder) {
      for name in try FileQuery.names(in: folder) {
        let bytes = try FileQuery.contents(
          of: folder.appending(name), cap: DistributionLimits.record)
        let entry: JSONValue = [
          .string(folder.lastComponent?.string ?? ""), .string(name),
          .string(Digest.sha256(bytes).hex),
        ]
        stream.update(entry.encoded)
      }
    }
    return stream.finalize()
  }

  func path(of package: PackageRecord) -> FilePath { file(layout.packages, package.id.text) }
  func path(of intent: Name) -> FilePath { file(layout.deployments, intent.text) }
  func path(of collection: CollectionName) -> FilePath { file(layout.collections, collection.text) }
  func path(of program: Name, content: String) -> FilePath {
    file(layout.programs, "\(content).\(program)")
  }

  /// The programs of a content version, as paths.
  func programs(of content: String) throws(Refusal) -> [FilePath] {
    try names(in: layout.programs).filter { $0.hasPrefix(content + ".") }.map {
      file(layout.programs, $0)
    }
  }

  private func names(in folder: FilePath) throws(Refusal) -> [String] {
    guard FileQuery.isFolder(folder) else { return [] }
    return try FileQuery.names(in: folder).filter { $0.hasSuffix(LibraryRecords.suffix) }.map {
      String($0.dropLast(LibraryRecords.suffix.count))
    }
  }

  private func file(_ folder: FilePath, _ name: String) -> FilePath {
    folder.appending(name + LibraryRecords.suffix)
  }

  private func decode<Value>(
    _ folder: FilePath, _ name: String, _ read: (JSONField) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    let path = file(folder, name)
    let bytes = try FileQuery.contents(of: path, cap: DistributionLimits.record)
    do throws(Refusal) {
      return try read(try JSONField(parsing: bytes, named: path.text))
    } catch {
      throw Refusal(
        DistributionReason.recordDamaged, error.subject, seen: error.seen, expected: error.expected)
    }
  }
}
