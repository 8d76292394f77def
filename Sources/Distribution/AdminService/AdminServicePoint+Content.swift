// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

extension AdminServicePoint {
  /// Lands the content, points the line's package at it, and waits until every distribution point has it.
  ///
  /// Done only when the site itself says so in every way that it can (A12); until then pending, however long it
  /// takes.
  package func ensureContent(
    _ request: ContentRequest, key: EffectKey
  ) throws(Refusal) -> Effect<ContentReceipt> {
    try effect { () throws(Refusal) in
      let name = try PlainText(request.name, naming: "name of the content")
      let version = try PlainText(request.version, naming: "version of \(name)")
      let longest = "\(ContentID(manifest: request.manifest))-\(SourceStore.mostFolders)"
      let check = try SourceCheck.of(request, in: store.share, folder: longest)
      try checkSite()
      var line = try line(request.line)
      try line.ask(request.manifest, key)
      let (record, repaired) = try store.landed(request, check)
      var package = try ensurePackage(
        PackageWish(line: request.line, name: name, version: version, record: record), &line)
      if package.sourceVersion <= line.after {
        if let wait = try refresh(&package, &line, request.line) { return .pending(wait) }
      }
      if let wait = try distribute(package) { return .pending(wait) }
      switch try standing(of: package) {
      case .pending(let text): return .pending(text)
      case .failed(let refusal): throw refusal
      case .present: break
      }
      // Nothing refers any more to what landed for the same content before it was damaged.
      for other in try store.records()
      where other.manifest == request.manifest && other.folder != record.folder {
        try store.remove(other)
      }
      return .done(
        ContentReceipt(
          packageID: package.id, sourceVersion: package.sourceVersion, repaired: repaired))
    }
  }

  /// What the package of a line shall be.
  private struct PackageWish {
    let line: RandomID
    let name: PlainText
    let version: PlainText
    let record: SourceRecord
  }

  /// The package of the line, pointed at the landed folder.
  private func ensurePackage(
    _ wish: PackageWish, _ line: inout LineRecord
  ) throws(Refusal) -> PackageRow {
    let folder = wish.record.folder
    let path = store.share.path(of: folder)
    let manifest = wish.record.manifest
    guard let found = try package(of: wish.line) else {
      try refuseForeign(wish.name)
      line.point(at: manifest, in: folder, after: 0)
      try remember(line, of: wish.line)
      let stamp = Stamp.package(of: wish.line)
      let body: JSONValue = [
        "Name": .string(wish.name.text), "Version": .string(wish.version.text),
        "PkgSourcePath": .string(path), "PkgSourceFlag": 2, "ISVString": .string(stamp.text),
      ]
      return try create(PackageRow.name, body) { () throws(Refusal) in try package(of: wish.line) }
    }
    if found.sourcePath.lowercased() == path.lowercased() {
      if line.manifest != manifest { line.point(at: manifest, in: folder, after: 0) }
      try remember(line, of: wish.line)
      return found
    }
    // Remembered before the switch: from here on only a higher source version counts.
    line.point(at: manifest, in: folder, after: found.sourceVersion)
    try remember(line, of: wish.line)
    return try point(found, at: path, wish)
  }

  /// Reads, changes and writes; when the site refuses because of another writer, once more (configmgr.md, 3.3).
  private func point(
    _ package: PackageRow, at path: String, _ wish: PackageWish
  ) throws(Refusal) -> PackageRow {
    var row = package
    var failure: Refusal?
    for _ in 1...2 {
      let body: JSONValue = [
        "PkgSourcePath": .string(path), "PkgSourceFlag": 2, "Version": .string(wish.version.text),
        "SedoObjectVersion": .string(row.objectVersion),
      ]
      do throws(Refusal) {
        _ = try client.update(PackageRow.name, ODataKey(row.id), body)
      } catch {
        guard error.reason as? DistributionReason == .refused else { throw error }
        failure = error
      }
      guard let seen = try self.package(of: wish.line) else { break }
      if seen.sourcePath.lowercased() == path.lowercased() { return seen }
      row = seen
    }
    throw failure
      ?? AdminServiceAnswer.malformed(
        "package \(package.id)", seen: "source \(row.sourcePath)", expected: path)
  }

  /// The one package that carries the line's stamp; nil when there is none, or it is being deleted.
  func package(of line: RandomID) throws(Refusal) -> PackageRow? {
    let stamp = Stamp.package(of: line)
    let text = PlainText(stamp)
    let found = try rows(
      PackageRow.name, where: .equals("ISVString", text) || .begins("Description", text),
      select: PackageRow.select
    ) { (row) throws(Refusal) in try PackageRow(row) }
    // The site compares without case, and may be asked through something that ignores the condition. A runbook writes
    // more behind the stamp.
    let exact = found.filter {
      !$0.isLeaving
        && ($0.stamp == text.text || $0.description == text.text
          || $0.description.hasPrefix(text.text + " "))
    }
    return try only(exact, carrying: stamp)
  }

  /// - Throws: `DistributionReason.foreignObject` when a package of that name is not ours (A05).
  private func refuseForeign(_ name: PlainText) throws(Refusal) {
    let named = try rows(
      PackageRow.name, where: .equals("Name", name), select: PackageRow.select
    ) { (row) throws(Refusal) in try PackageRow(row) }
    if let other = named.first(where: { !$0.isOurs && !$0.isLeaving }) {
      throw Refusal(
        DistributionReason.foreignObject, "package \(name)", seen: "\(other.id) without our stamp",
        expected: "no package of that name, or ours")
    }
  }

  /// Has the site read the source anew; the text says what is waited for, nil when its version has risen.
  private func refresh(
    _ package: inout PackageRow, _ line: inout LineRecord, _ id: RandomID
  ) throws(Refusal) -> String? {
    guard configuration.unverified.contains(.refreshSource) else {
      return "package \(package.id) points at its new source: an administrator has to run "
        + "Update-CMDistributionPoint -PackageId '\(package.id)'"
    }
    if !line.isRefreshAsked {
      do throws(Refusal) {
        try client.call(PackageRow.name, ODataKey(package.id), "RefreshPkgSource", [:])
      } catch {
        // What was lost may have been done: only the version tells. Else the failure stands.
        guard let seen = try self.package(of: id), seen.sourceVersion > line.after else {
          throw error
        }
      }
      line.isRefreshAsked = true
      try remember(line, of: id)
    }
    guard let seen = try self.package(of: id) else {
      return "package \(package.id), which the site does not list now"
    }
    package = seen
    return seen.sourceVersion > line.after
      ? nil : "package \(package.id): the site has not read its new source yet"
  }
}
