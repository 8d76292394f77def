// SPDX-License-Identifier: Apache-2.0
import Intents
import Trust

/// What our folder keeps of one product line: the package id it got and its content versions. Never deleted,
/// so that a line keeps its id and a version number is never used twice.
struct PackageRecord: Hashable {
  enum State: String, CaseIterable {
    /// Being copied; readers do not see it.
    case writing
    case complete
    /// Being taken away; readers do not see it any more.
    case removing
  }

  struct Version: Hashable {
    /// The source version.
    let number: Int64
    let manifest: Digest
    /// What people call it.
    let label: String
    var state: State
  }

  let id: PackageID
  let line: RandomID
  var name: String
  /// The source version that the next new manifest gets.
  var next: Int64
  /// Ascending.
  var versions: [Version]

  func contentID(_ version: Version) -> String { "\(id).\(version.number)" }

  func version(manifest: Digest) -> Version? { versions.first { $0.manifest == manifest } }

  mutating func set(_ state: State, of number: Int64) {
    for index in versions.indices where versions[index].number == number {
      versions[index].state = state
    }
  }

  /// The lines of `PkgLib\<PackageID>.INI`; nil when no version is visible and there shall be no such file.
  ///
  /// - Parameter visible: numbers of the versions that readers shall see.
  func information(visible: [Int64]) -> InformationFile? {
    guard let newest = visible.max() else { return nil }
    return InformationFile(sections: [
      InformationFile.Section(
        name: "Info", entries: [InformationFile.Entry(name: "Version", value: String(newest))]),
      InformationFile.names(visible.sorted().map { "\(id).\($0)" }, section: "Packages"),
    ])
  }

  var encoded: [UInt8] {
    let value: JSONValue = [
      "_type": "waybill-package", "format": 1, "package_id": .string(id.text),
      "line": .string(line.text), "name": .string(name), "next": .integer(next),
      "versions": .array(
        versions.map { version in
          [
            "number": .integer(version.number), "manifest": .string(version.manifest.hex),
            "label": .string(version.label), "state": .string(version.state.rawValue),
          ]
        }),
    ]
    return value.encoded
  }

  init(id: PackageID, line: RandomID, name: String) {
    self.id = id
    self.line = line
    self.name = name
    next = 1
    versions = []
  }

  init(_ root: JSONField) throws(Refusal) {
    let numbers = 1...TrustLimits.jsonInteger
    _ = try root["_type"].parsed("waybill-package") { $0 == "waybill-package" ? $0 : nil }
    id = try root["package_id"].parsed("a package id: \(PackageID.rule)") { PackageID($0) }
    line = try root["line"].randomID()
    name = try root["name"].string()
    next = try root["next"].integer(in: numbers)
    versions = []
    for field in try root["versions"].array() {
      versions.append(
        Version(
          number: try field["number"].integer(in: numbers),
          manifest: try field["manifest"].digest(),
          label: try field["label"].string(),
          state: try field["state"].parsed("a state") { State(rawValue: $0) }))
    }
  }
}
