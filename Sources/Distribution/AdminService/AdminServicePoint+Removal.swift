// SPDX-License-Identifier: Apache-2.0
package import Intents

extension AdminServicePoint {
  package func remove(_ removal: Removal, key: EffectKey) throws(Refusal) -> Effect<String> {
    try effect { () throws(Refusal) in
      try checkSite()
      switch removal {
      case .deployment(let intent):
        if let wait = try withdraw(try advertisements(of: intent)) { return .pending(wait) }
        return .done(intent.text)
      case .content(let manifest): return try removeContent(manifest)
      case .collection(let name): return try removeCollection(name)
      }
    }
  }

  /// The package goes when the content is its source; then the folder, to which nothing refers any more.
  private func removeContent(_ manifest: Digest) throws(Refusal) -> Effect<String> {
    let landed = try store.records().filter { $0.manifest == manifest }
    var lines = Set(landed.map(\.line))
    for id in try rememberedLines() where try line(id).manifest == manifest { lines.insert(id) }
    var answer = manifest.hex
    for id in lines.sorted() {
      var record = try line(id)
      let package = try package(of: id)
      if let package, try isSource(manifest, of: package, record) {
        try refuseUsed(by: .equals("PackageID", PlainText(package.id)), "package \(package.id)")
        try client.delete(PackageRow.name, ODataKey(package.id))
        guard try self.package(of: id) == nil else {
          return .pending("package \(package.id), which the site has not deleted yet")
        }
        answer = "\(package.id).\(package.sourceVersion)"
        try forgetLine(id)
      } else {
        record.superseded.remove(manifest)
        if record.manifest == manifest { record.manifest = nil }
        try remember(record, of: id)
      }
    }
    for record in landed { try store.remove(record) }
    return .done(answer)
  }

  private func isSource(
    _ manifest: Digest, of package: PackageRow, _ line: LineRecord
  ) throws(Refusal) -> Bool {
    guard let folder = store.share.folder(of: package.sourcePath) else {
      return line.manifest == manifest
    }
    guard let record = try store.record(ofFolder: folder) else { return line.manifest == manifest }
    return record.manifest == manifest
  }

  /// A collection that we did not make stays: it belongs to somebody.
  private func removeCollection(_ name: CollectionName) throws(Refusal) -> Effect<String> {
    guard let row = try collection(name) else {
      try remember(nil, ofCollection: name)
      return .done(name.text)
    }
    guard row.stamp == Stamp.collection(name).text else {
      throw Refusal(
        DistributionReason.foreignObject, "collection \(name)",
        seen: "\(row.id) without our stamp", expected: "a collection that Waybill made")
    }
    try refuseUsed(by: .equals("CollectionID", PlainText(row.id)), "collection \(name)")
    try client.delete(CollectionRow.name, ODataKey(row.id))
    guard try collection(name) == nil else {
      return .pending("collection \(row.id), which the site has not deleted yet")
    }
    try remember(nil, ofCollection: name)
    return .done(name.text)
  }

  /// - Throws: `DistributionReason.inUse` while any deployment, ours or not, is of that package or collection.
  private func refuseUsed(by filter: ODataFilter, _ subject: String) throws(Refusal) {
    let users = try rows(
      AdvertisementRow.name, where: filter, select: AdvertisementRow.select
    ) { (row) throws(Refusal) in try AdvertisementRow(row) }
    if let user = users.first {
      let whose = user.key.map { " of \($0)" } ?? ""
      throw Refusal(
        DistributionReason.inUse, subject, seen: "deployment \(user.id)\(whose)",
        expected: "no deployment")
    }
  }
}
