// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import SystemPackage

/// Reads any content library, writes nothing, and compares everything with everything: INI files, users files
/// both ways, directory hashes, and every byte of every blob (configmgr.md, 1).
package struct LibraryVerifier {
  /// One use of one blob.
  private struct Use: Hashable {
    let content: Int
    let digest: Digest
  }

  private let layout: LibraryLayout
  private var report = LibraryReport()
  private let hash = FileHash()
  /// Contents that some package lists.
  private var listed: Set<String> = []
  /// Contents met in DataLib, numbered to keep `uses` small.
  private var numbers: [String: Int] = [:]
  private var uses: Set<Use> = []
  private let progress: PhaseProgress

  package init(root: FilePath, progress: @escaping PhaseProgress = { _, _, _ in }) {
    layout = LibraryLayout(root: root)
    self.progress = progress
  }

  /// - Throws: only when the root is no content library at all; whatever is wrong below is in the report.
  package func verify() throws(Refusal) -> LibraryReport {
    guard
      [layout.packageLibrary, layout.dataLibrary, layout.fileLibrary].contains(
        where: FileQuery.isFolder)
    else {
      throw Refusal(
        DistributionReason.unknownObject, layout.root.text, seen: "no PkgLib, DataLib or FileLib",
        expected: "the folder of a content library")
    }
    var verifier = self
    for name in verifier.names(in: layout.packageLibrary) { verifier.checkPackage(name) }
    for name in verifier.names(in: layout.dataLibrary) { verifier.checkData(name) }
    for content in verifier.listed.sorted() where verifier.numbers[content] == nil {
      verifier.report.note(
        .contentMissing, "DataLib/\(content).INI", "listed in PkgLib", package: content.package)
    }
    let meter = PhaseMeter("hashing", of: layout.blobLength(), progress)
    for name in verifier.names(in: layout.fileLibrary) { verifier.checkBlobFolder(name, meter) }
    meter.finish()
    return verifier.report
  }

  private mutating func checkPackage(_ name: String) {
    let path = layout.packageLibrary.appending(name)
    guard let id = name.strippingInformation, FileQuery.status(path)?.kind == .regular else {
      return report.note(.stray, relative(path), "no INI file")
    }
    report.packages += 1
    guard let information = information(path, of: id) else { return }
    guard information["Info"] != nil, let contents = information["Packages"] else {
      return report.note(.malformed, relative(path), "no [Info] or no [Packages]", package: id)
    }
    listed.formUnion(contents.entries.map(\.name))
    if let version = information.value("Version", in: "Info"),
      !contents.entries.contains(where: { $0.name == "\(id).\(version)" })
    {
      report.note(.versionNotListed, relative(path), "\(id).\(version)", package: id)
    }
  }

  private mutating func checkData(_ name: String) {
    let path = layout.dataLibrary.appending(name)
    let kind = FileQuery.status(path)?.kind
    if kind == .regular, let content = name.strippingInformation {
      return checkContent(content, path)
    }
    guard kind == .folder else { return report.note(.stray, relative(path), "no INI file") }
    if FileQuery.status(layout.content(name)) == nil {
      report.note(
        .contentMissing, "\(relative(path)).INI", "its folder is there", package: name.package)
    }
  }

  private mutating func checkContent(_ content: String, _ path: FilePath) {
    report.contents += 1
    let number = numbers.count
    numbers[content] = number
    let package = content.package
    if !listed.contains(content) {
      report.note(.contentOrphaned, relative(path), "listed by no package", package: package)
    }
    var expected: Digest?
    if let information = information(path, of: package) {
      expected = information.value("Hash", in: "Info").flatMap { Digest(upperHex: $0) }
      if expected == nil {
        report.note(
          .malformed, relative(path), "no Hash of 64 upper-case digits in [Info]", package: package)
      }
    }
    do throws(Refusal) {
      let result = try DirectoryHash.of(layout.contentFolder(content)) {
        (entry) throws(Refusal) in
        switch entry {
        case .information(let path, _): return checkFile(path, content, number)
        case .stray(let path):
          report.note(.stray, relative(path), "neither folder nor INI file", package: package)
          return nil
        }
      }
      compare(result, with: expected, path, package)
    } catch {
      report.note(.unreadable, relative(path), error.description, package: package)
    }
  }

  private mutating func compare(
    _ result: DirectoryHash.Result, with expected: Digest?, _ path: FilePath, _ package: String
  ) {
    guard let digest = result.digest, let expected, digest != expected else { return }
    if result.isCertain {
      report.note(
        .directoryHash, relative(path), "says \(expected.upperHex), is \(digest.upperHex)",
        package: package)
    } else {
      report.uncertain += 1
    }
  }

  private mutating func checkFile(
    _ path: FilePath, _ content: String, _ number: Int
  ) -> Digest? {
    report.files += 1
    let package = content.package
    guard let information = information(path, of: package) else { return nil }
    guard let file = FileInformation(information) else {
      report.note(
        .malformed, relative(path), "no Attributes, TimeModified, Size and Hash", package: package)
      return nil
    }
    let names = information["File"]?.entries.map(\.name) ?? []
    if let first = names.first(where: { $0.contains("Hash") }), first != "Hash" {
      report.note(.hashNotFirst, relative(path), "\(first) stands before Hash", package: package)
    }
    guard uses.insert(Use(content: number, digest: file.digest)).inserted else {
      return file.digest
    }
    let blob = layout.blob(file.digest)
    guard let status = FileQuery.status(blob), status.kind == .regular else {
      report.note(.blobMissing, relative(blob), "used by \(relative(path))", package: package)
      return file.digest
    }
    if status.length != file.size {
      report.note(
        .blobSize, relative(blob), "\(status.length) bytes, \(relative(path)) says \(file.size)",
        package: package)
    }
    let users = parse(layout.users(file.digest))?["Users"]?.entries ?? []
    if !users.contains(where: { $0.name == content }) {
      report.note(.userMissing, relative(layout.users(file.digest)), content, package: package)
    }
    return file.digest
  }

  private mutating func checkBlobFolder(_ name: String, _ meter: PhaseMeter) {
    let folder = layout.fileLibrary.appending(name)
    guard FileQuery.status(folder)?.kind == .folder else {
      return report.note(.stray, relative(folder), "no folder")
    }
    for file in names(in: folder) {
      let path = folder.appending(file)
      let stem = file.strippingInformation ?? file
      if file.hasSuffix(".SIG") {
        report.signatures += 1
      } else if let digest = Digest(upperHex: stem), stem.hasPrefix(name), name.utf8.count == 4,
        FileQuery.status(path)?.kind == .regular
      {
        file == stem ? checkBlob(digest, path, meter) : checkUsers(digest, path)
      } else {
        report.note(.stray, relative(path), "no blob of this folder")
      }
    }
  }

  private mutating func checkBlob(_ digest: Digest, _ path: FilePath, _ meter: PhaseMeter) {
    report.blobs += 1
    if FileQuery.status(layout.users(digest)) == nil {
      report.note(.blobOrphaned, relative(path), "no users file")
    }
    do throws(Refusal) {
      guard let seen = try hash.file(path, counted: meter) else { return }
      report.bytes += seen.length
      if seen.digest != digest {
        report.noteDamaged(digest, relative(path), seen: seen.digest)
      }
    } catch {
      report.note(.unreadable, relative(path), error.description)
    }
  }

  private mutating func checkUsers(_ digest: Digest, _ path: FilePath) {
    if FileQuery.status(layout.blob(digest)) == nil {
      report.note(.blobMissing, relative(layout.blob(digest)), "its users file is there")
    }
    guard let information = information(path) else { return }
    guard let users = information["Users"]?.entries, !users.isEmpty else {
      return report.note(.malformed, relative(path), "no user in [Users]")
    }
    for user in users {
      guard let number = numbers[user.name], uses.contains(Use(content: number, digest: digest))
      else {
        report.note(.userOrphaned, relative(path), user.name)
        continue
      }
    }
  }

  /// An INI file; notes one that cannot be read.
  private mutating func information(
    _ path: FilePath, of package: String? = nil
  ) -> InformationFile? {
    if let information = parse(path) { return information }
    report.note(
      .malformed, relative(path), "no ASCII text of sections and entries", package: package)
    return nil
  }

  private func parse(_ path: FilePath) -> InformationFile? {
    LibraryFiles(layout: layout, observer: nil)
      .contents(of: path, cap: DistributionLimits.informationFile)
      .flatMap { InformationFile(parsing: $0) }
  }

  /// What lies in a folder; notes one that cannot be read.
  private mutating func names(in folder: FilePath) -> [String] {
    do throws(Refusal) {
      return try FileQuery.names(in: folder)
    } catch {
      report.note(.unreadable, relative(folder), error.description)
      return []
    }
  }

  private func relative(_ path: FilePath) -> String {
    var rest = path
    return rest.removePrefix(layout.root) ? rest.text : path.text
  }
}

extension String {
  /// The package id of a content id such as `WB100001.1`.
  fileprivate var package: String { String(split(separator: ".").first ?? "") }
}
