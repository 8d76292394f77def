// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

extension AdminServicePoint {
  package func ensureProgram(_ request: ProgramRequest, key: EffectKey) throws(Refusal) -> Effect<
    String
  > {
    try effect { () throws(Refusal) in
      try checkSite()
      let id = request.content.packageID
      let program = request.program
      guard try isCurrent(request.content) else {
        return .pending("content \(request.content.contentID)")
      }
      let stamp = Stamp.program(of: id)
      let values: [(String, JSONValue)] = [
        ("CommandLine", .string(program.commandLine)),
        ("ProgramFlags", .integer(Int64(ProgramFlags.flags(of: program.account).rawValue))),
        ("Duration", .integer(ProgramDuration.minutes(of: program))),
        ("ISVString", .string(stamp.text)),
      ]
      guard let row = try self.program(program.name, of: id) else {
        let body = JSONValue.object(
          JSONObject(
            values + [("PackageID", .string(id.text)), ("ProgramName", .string(program.name.text))])
        )
        _ = try create(ProgramRow.name, body) { () throws(Refusal) in
          try self.program(program.name, of: id)
        }
        return .done("\(id)/\(program.name)")
      }
      guard row.stamp == stamp.text || row.comment == stamp.text else {
        throw Refusal(
          DistributionReason.foreignObject, "program \(program.name) of \(id)",
          seen: "one without our stamp", expected: "no program of that name, or ours")
      }
      if !row.is(program) {
        let key = ODataKey(["PackageID": PlainText(id), "ProgramName": PlainText(program.name)])
        _ = try client.update(ProgramRow.name, key, .object(JSONObject(values)))
        guard try self.program(program.name, of: id)?.is(program) == true else {
          return .pending("program \(program.name) of \(id), which was changed and is not")
        }
      }
      return .done("\(id)/\(program.name)")
    }
  }

  /// A collection that is there belongs to the administrators who mapped it, and is taken as it is; a missing one
  /// is made under the limiting collection of the configuration.
  package func ensureCollection(
    _ request: CollectionRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> {
    try effect { () throws(Refusal) in
      try checkSite()
      let name = request.name
      let row: CollectionRow
      if let found = try collection(name) {
        row = found
      } else {
        let body: JSONValue = [
          "Name": .string(name.text), "CollectionType": .integer(CollectionRow.devices),
          "LimitToCollectionID": .string(configuration.limitingCollection.text), "RefreshType": 1,
          "ISVString": .string(Stamp.collection(name).text),
        ]
        row = try create(CollectionRow.name, body) { () throws(Refusal) in try collection(name) }
      }
      try remember(row.id, ofCollection: name)
      return row.isReady ? .done(row.id.text) : .pending(row.wait)
    }
  }

  /// The collection of exactly that name; nil when there is none.
  ///
  /// - Throws: `DistributionReason.collectionRefused` for one of users, or of a like name.
  func collection(_ name: CollectionName) throws(Refusal) -> CollectionRow? {
    let found = try rows(
      CollectionRow.name, where: .equals("Name", PlainText(name)), select: CollectionRow.select
    ) { (row) throws(Refusal) in try CollectionRow(row) }
    guard let row = found.first else { return nil }
    guard found.count == 1, row.name == name.text, row.type == CollectionRow.devices else {
      throw Refusal(
        DistributionReason.collectionRefused, "collection \(name)",
        seen: found.map { "\($0.id) \($0.name) of type \($0.type)" }.joined(separator: ", "),
        expected: "one collection of devices with exactly this name")
    }
    return row
  }

  /// - Throws: `DistributionReason.collectionRefused` when it has too few or too many members.
  func checkBounds(_ row: CollectionRow) throws(Refusal) {
    guard configuration.members.contains(row.members) else {
      throw Refusal(
        DistributionReason.collectionRefused, "collection \(row.name)",
        seen: "\(row.members) members",
        expected:
          "from \(configuration.members.lowerBound) to \(configuration.members.upperBound)")
    }
  }

  func program(_ name: Name, of id: PackageID) throws(Refusal) -> ProgramRow? {
    let found = try rows(
      ProgramRow.name,
      where: .equals("PackageID", PlainText(id)) && .equals("ProgramName", PlainText(name)),
      select: ProgramRow.select
    ) { (row) throws(Refusal) in try ProgramRow(row) }
    return try only(found, carrying: Stamp.program(of: id))
  }

  /// Whether the package is ours and its source is the version that the receipt names.
  func isCurrent(_ receipt: ContentReceipt) throws(Refusal) -> Bool {
    let found = try rows(
      PackageRow.name, where: .equals("PackageID", PlainText(receipt.packageID)),
      select: PackageRow.select
    ) { (row) throws(Refusal) in try PackageRow(row) }
    guard let row = found.first(where: { $0.id == receipt.packageID }), !row.isLeaving else {
      return false
    }
    guard row.isOurs else {
      throw Refusal(
        DistributionReason.foreignObject, "package \(row.id)", seen: "no stamp of ours",
        expected: "our package")
    }
    return row.sourceVersion == receipt.sourceVersion
  }
}

extension ProgramRow {
  fileprivate func `is`(_ program: Program) -> Bool {
    commandLine == program.commandLine
      && flags == Int64(ProgramFlags.flags(of: program.account).rawValue)
      && duration == ProgramDuration.minutes(of: program)
  }
}

extension CollectionRow {
  /// Members are found some time after a rule is made (configmgr.md, 3.4).
  var isReady: Bool { status == CollectionRow.ready }
  var wait: String { "collection \(id): status \(status), its members are not known yet" }
}
