// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
import SystemPackage

extension LibraryPoint {
  /// The same manifest is the same content version, whoever asks: it is looked at again and put right where
  /// it is wrong (A03, A04, A15). Another manifest of the line becomes the next version beside the others.
  package func ensureContent(
    _ request: ContentRequest, key: EffectKey
  ) throws(Refusal) -> Effect<ContentReceipt> {
    try effect { (files) throws(Refusal) in
      let check = try ContentCheck.of(request, in: layout)
      var package = try package(for: request, files)
      guard let version = package.version(manifest: request.manifest) else {
        preconditionFailure("package(for:) adds the version")
      }
      let wasComplete = version.state == .complete
      let content = package.contentID(version)
      if !wasComplete { try checkSpace(check, for: content) }
      var writer = ContentWriter(
        files: files, request: request, content: content,
        durability: wasComplete ? .atOnce : .atTheEnd)
      try writer.write()
      let hash = try writer.directoryHash(expecting: check)
      if !wasComplete { try writer.synchronize() }
      var repaired = writer.written
      if try files.ensure(LibraryPoint.information(of: hash), at: layout.content(content)) {
        repaired += 1
      }
      package.set(.complete, of: version.number)
      if try showPackage(package, files) { repaired += 1 }
      try files.ensure(package.encoded, at: records.path(of: package))
      return .done(
        ContentReceipt(
          packageID: package.id, sourceVersion: version.number,
          repaired: wasComplete ? repaired : 0))
    }
  }

  package func recheck(
    _ progress: @escaping PhaseProgress = { _, _, _ in }
  ) throws(Refusal) -> PointRecheck {
    try effect { (files) throws(Refusal) in
      let report = try LibraryVerifier(root: layout.root, progress: progress).verify()
      let damaged = report.damaged.sorted()
      for digest in damaged {
        try files.remove(layout.blob(digest))
        try DurableFile.synchronizeFolder(layout.blobFolder(digest))
      }
      let unsound = try records.packages().filter { report.packagesFound.contains($0.id.text) }
      return PointRecheck(
        files: report.blobs, bytes: report.bytes, damaged: damaged,
        unsound: Set(unsound.flatMap(\.versions).map(\.manifest)),
        findings: report.counts.values.reduce(0, +),
        texts: report.findings.map { "\($0.kind.rawValue): \($0.path): \($0.detail)" })
    }
  }

  /// Goes on with what was being removed when the power went.
  func finishRemovals(_ files: LibraryFiles) throws(Refusal) {
    for package in try records.packages() {
      for version in package.versions where version.state == .removing {
        try removeContent(version, of: package, files)
      }
    }
  }

  /// Removes a content version, unless a deployment uses it (A16, A26).
  func removeContent(manifest: Digest, _ files: LibraryFiles) throws(Refusal) -> Effect<String> {
    for package in try records.packages() {
      guard let version = package.version(manifest: manifest) else { continue }
      let content = package.contentID(version)
      if let user = try records.deployments().first(where: { $0.content == content }) {
        throw Refusal(
          DistributionReason.inUse, content, seen: "the deployment of \(user.key)",
          expected: "no deployment")
      }
      try removeContent(version, of: package, files)
      return .done(content)
    }
    return .done(manifest.hex)
  }

  /// The package of the request's line, with a version for its manifest: what was there, or newly minted.
  /// Numbers follow from the records alone, so that a run after a crash draws the same.
  private func package(
    for request: ContentRequest, _ files: LibraryFiles
  ) throws(Refusal) -> PackageRecord {
    let packages = try records.packages()
    var package: PackageRecord
    if let known = packages.first(where: { $0.line == request.line }) {
      package = known
    } else {
      let id = try mint(after: packages.compactMap(\.id.number).max() ?? 0)
      package = PackageRecord(id: id, line: request.line, name: request.name)
    }
    if package.version(manifest: request.manifest) == nil {
      package.versions.append(
        PackageRecord.Version(
          number: package.next, manifest: request.manifest, label: request.version, state: .writing)
      )
      package.next += 1
      package.name = request.name
      try files.ensure(package.encoded, at: records.path(of: package))
    }
    return package
  }

  /// The next id of this site code.
  func mint(after highest: Int) throws(Refusal) -> PackageID {
    guard let id = PackageID(site: marker.siteCode, number: highest + 1) else {
      throw Refusal(
        DistributionReason.idsExhausted, layout.root.text, seen: "number \(highest) in use",
        expected: "at most 99999 objects of a kind")
    }
    return id
  }

  private func checkSpace(_ check: ContentCheck, for content: String) throws(Refusal) {
    let free = try DiskSpace.free(at: layout.root)
    guard check.missing <= free else {
      throw Refusal(
        DistributionReason.noSpace, layout.root.text, seen: "\(free) bytes free",
        expected: "\(check.missing) bytes for \(content)")
    }
  }

  /// Writes `PkgLib\<PackageID>.INI` for the complete versions, or removes it when there is none.
  private func showPackage(
    _ package: PackageRecord, _ files: LibraryFiles
  ) throws(Refusal) -> Bool {
    let path = layout.package(package.id)
    let visible = package.versions.filter { $0.state == .complete }.map(\.number)
    if let information = package.information(visible: visible) {
      return try files.ensure(information.encoded, at: path)
    }
    try files.remove(path)
    try DurableFile.synchronizeFolder(layout.packageLibrary)
    return true
  }

  private func removeContent(
    _ version: PackageRecord.Version, of package: PackageRecord, _ files: LibraryFiles
  ) throws(Refusal) {
    var package = package
    let content = package.contentID(version)
    package.set(.removing, of: version.number)
    try files.ensure(package.encoded, at: records.path(of: package))
    _ = try showPackage(package, files)
    for program in try records.programs(of: content) { try files.remove(program) }
    try DurableFile.synchronizeFolder(layout.programs)
    try ContentRemover(files: files, content: content).remove(sweeping: version.state != .complete)
    package.versions.removeAll { $0.number == version.number }
    try files.ensure(package.encoded, at: records.path(of: package))
  }

  /// `DataLib\<ContentID>.INI`: 100 bytes. The directory hash comes first, for readers that take the first
  /// name with "Hash" in it; 32780 is CALG_SHA_256.
  private static func information(of hash: Digest) -> [UInt8] {
    InformationFile(sections: [
      InformationFile.Section(
        name: "Info",
        entries: [
          InformationFile.Entry(name: "Hash", value: hash.upperHex),
          InformationFile.Entry(name: "HashAlgorithm", value: "32780"),
        ])
    ]).encoded
  }
}
