// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
import Trust

extension AdminServicePoint {
  /// What of ours is at the site, as the site itself says. Objects of others do not count.
  package func describe() throws(Refusal) -> PointDescription {
    try LibraryFailure.atPoint { () throws(Refusal) in
      try checkSite()
      let mark = try PlainText(Stamp.mark, naming: "stamp")
      let packages = try rows(
        PackageRow.name, where: .begins("ISVString", mark) || .begins("Description", mark),
        select: PackageRow.select
      ) { (row) throws(Refusal) in try PackageRow(row) }.filter { !$0.isLeaving }
      let deployments = try rows(
        AdvertisementRow.name, where: .begins("ISVString", mark) || .begins("Comment", mark),
        select: AdvertisementRow.select
      ) { (row) throws(Refusal) in try AdvertisementRow(row) }
      let contents = try contents(packages)
      let collections = try collections()
      return PointDescription(
        id: configuration.id, kind: .adminservice,
        freeBytes: try DiskSpace.free(at: store.share.local),
        state: state(packages, contents, deployments, collections),
        collections: collections.map(\.name), contents: contents,
        deployments: deployments.compactMap(\.key).sorted {
          ($0.intent, $0.revision) < ($1.intent, $1.revision)
        })
    }
  }

  /// Every landed content of a line that has a package; complete when it is the package's source, whole, and
  /// on every distribution point.
  private func contents(
    _ packages: [PackageRow]
  ) throws(Refusal) -> [PointDescription.Content] {
    var contents: [PointDescription.Content] = []
    for package in packages.sorted(by: { $0.id < $1.id }) {
      guard
        let id = Stamp.line(package.stamp) ?? Stamp.line(package.description)
      else { continue }
      let line = try line(id)
      let source = store.share.folder(of: package.sourcePath)
      for record in try store.records() where record.line == id {
        let isSource = record.folder == source
        guard isSource || record.manifest != line.manifest else { continue }
        // Only of the folder that the package was pointed at last is the version known that has it.
        var isComplete =
          isSource && (record.folder != line.folder || package.sourceVersion > line.after)
        if isComplete { isComplete = try store.defects(of: record) == 0 }
        if isComplete, case .present = try standing(of: package) {} else { isComplete = false }
        contents.append(
          PointDescription.Content(
            line: id, manifest: record.manifest,
            receipt: ContentReceipt(
              packageID: package.id, sourceVersion: package.sourceVersion),
            isComplete: isComplete))
      }
    }
    return contents
  }

  /// Those of our collections that are still there under their name.
  private func collections() throws(Refusal) -> [(name: CollectionName, id: PackageID)] {
    let known = try rememberedCollections()
    var there: Set<String> = []
    var rest = known[...]
    while let first = rest.first {
      var filter = ODataFilter.equals("CollectionID", PlainText(first.id))
      for entry in rest.prefix(DistributionLimits.idsAtOnce).dropFirst() {
        filter = filter || .equals("CollectionID", PlainText(entry.id))
      }
      rest = rest.dropFirst(DistributionLimits.idsAtOnce)
      let found = try rows(
        CollectionRow.name, where: filter, select: CollectionRow.select
      ) { (row) throws(Refusal) in try CollectionRow(row) }
      there.formUnion(found.map { "\($0.id) \($0.name)" })
    }
    return known.filter { there.contains("\($0.id) \($0.name)") }.sorted { $0.name < $1.name }
  }

  private func state(
    _ packages: [PackageRow], _ contents: [PointDescription.Content],
    _ deployments: [AdvertisementRow], _ collections: [(name: CollectionName, id: PackageID)]
  ) -> Digest {
    var stream = SHA256Stream()
    func add(_ parts: [String]) {
      stream.update(JSONValue.array(parts.map(JSONValue.string)).encoded)
    }
    for row in packages.sorted(by: { $0.id < $1.id }) {
      add(["package", row.id.text, row.sourcePath, "\(row.sourceVersion)"])
    }
    for content in contents { add(["content", content.manifest.hex, "\(content.isComplete)"]) }
    for row in deployments.sorted(by: { $0.id < $1.id }) {
      add(["deployment", row.id.text, row.package, row.program, row.collection, "\(row.offer)"])
      if let key = row.key { add([key.description]) }
    }
    for (name, id) in collections { add(["collection", name.text, id.text]) }
    return stream.finalize()
  }
}
