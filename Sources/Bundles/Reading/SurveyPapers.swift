// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import Trust

/// The part of a `BundleSurvey` that looks at the copies of the papers and at the files for people. Each is
/// taken from its place when it is right there, else from any file beside it that holds it (M15), else the one in
/// its place is damaged.
struct SurveyPapers {
  private let papers: Papers
  private let waybill: Waybill
  private let folder: FilePath
  private let scan: MediumScan
  private let others: Set<FilePath>
  private var claimed: Set<FilePath>
  private(set) var items: [BundleSurvey.Item] = []
  private(set) var sums: [UInt8]?
  private(set) var signature: [UInt8]?
  /// Where the same papers lie again, with a second copy of the bundle perhaps.
  private var otherFolders: Set<FilePath> = []

  /// - Parameters:
  ///   - others: papers of other bundles, whatever they are called.
  ///   - claimed: what is something else already.
  init(
    papers: Papers, waybill: Waybill, folder: FilePath, scan: MediumScan,
    others: [MediumScan.File], claimed: Set<FilePath>
  ) {
    self.papers = papers
    self.waybill = waybill
    self.folder = folder
    self.scan = scan
    self.others = Set(others.map(\.path))
    self.claimed = claimed
  }

  mutating func look(_ copies: [MediumScan.File]) {
    otherFolders = Set(copies.map(\.folder)).subtracting([folder])
    lookAtPapers(copies)
    let list = lookAtSums()
    lookAtPage(list)
    if case .out = waybill.kind { lookAtSignature() }
  }

  private mutating func lookAtPapers(_ copies: [MediumScan.File]) {
    let named = [
      (BundleFiles.papers, BundleSurvey.Role.papers), (BundleFiles.papersCopy, .papersCopy),
    ]
    let inPlace = Set(named.map { folder.appending($0.0) })
    var renamed = copies.map(\.path).filter { !inPlace.contains($0) }
    for (name, role) in named {
      let path = folder.appending(name)
      if copies.contains(where: { $0.path == path }) {
        add(name, role, .good, path)
      } else if !renamed.isEmpty {
        add(name, role, .good, renamed.removeFirst())
      } else if isThere(path) {
        add(name, role, .damaged(["not the papers of this bundle"]), path)
      } else {
        add(name, role, .missing, nil)
      }
    }
    claimed.formUnion(renamed)
  }

  /// What the list says of papers and pieces is compared with what is known of them, so that the list itself is
  /// found wrong where it is.
  private mutating func lookAtSums() -> SumsFile? {
    let known =
      [(BundleFiles.papers, papers.digest), (BundleFiles.papersCopy, papers.digest)]
      + waybill.files.map { ($0.name, $0.sha256) }
    func faults(_ list: SumsFile) -> [String] {
      let expected = Set(known.map(\.0) + [StartHere.name])
      let names = Set(list.lines.map(\.name))
      return known.filter { list[$0.0] != $0.1 }.map { "wrong for \($0.0)" }
        + expected.subtracting(names).sorted().map { "without \($0)" }
        + names.subtracting(expected).sorted().map { "with \($0)" }
    }
    let length = SumsFile(
      (known + [(StartHere.name, papers.digest)]).map { SumsFile.Line(name: $0.0, digest: $0.1) }
    ).bytes.count
    let found = find(SumsFile.name, lengths: Int64(length)...Int64(length)) { bytes in
      guard let list = try? SumsFile(parsing: bytes) else { return false }  // another file
      return faults(list).isEmpty
    }
    guard let found else {
      addAbsent(SumsFile.name, .sums)
      return nil
    }
    sums = found.bytes
    do throws(Refusal) {
      let list = try SumsFile(parsing: found.bytes)
      let faults = faults(list)
      add(SumsFile.name, .sums, faults.isEmpty ? .good : .damaged(faults), found)
      return list
    } catch {
      add(SumsFile.name, .sums, .damaged([error.seen]), found)
      return nil
    }
  }

  private mutating func lookAtPage(_ list: SumsFile?) {
    let digest = list?[StartHere.name]
    let found = find(StartHere.name, lengths: 1...BundleLimits.papersLength) { bytes in
      digest.map { .sha256(bytes) == $0 } ?? false
    }
    let name = StartHere.name
    guard let found else { return addAbsent(name, .startHere) }
    let state: BundleSurvey.State =
      switch (list, digest) {
      case (nil, _): .unchecked
      case (_, nil): .damaged(["not listed in SHA256SUMS"])
      case (_, let digest?):
        .sha256(found.bytes) == digest
          ? .good : .damaged(["not as SHA256SUMS lists it, or that line is damaged"])
      }
    add(name, .startHere, state, found)
  }

  private mutating func lookAtSignature() {
    let fingerprint = Digest.sha256(Array(papers.metadata("timestamp.json") ?? []))
    let comment = SumsFile.trustedComment(waybill.bundleName, fingerprint: fingerprint)
    let name = SumsFile.signatureName
    let found = find(name, lengths: 1...BundleLimits.signatureLength) { bytes in
      let signature = try? MinisignSignature(parsing: bytes, named: name)  // nil: another file
      return signature?.trustedComment.utf8.elementsEqual(comment.utf8) ?? false
    }
    guard let found else { return addAbsent(name, .signature) }
    signature = found.bytes
    add(name, .signature, .unchecked, found)
  }

  /// The file `name` in its place if `isRight` says so, else a file beside it that is, else the one in its place
  /// whatever it holds.
  private func find(
    _ name: String, lengths: ClosedRange<Int64>, _ isRight: ([UInt8]) -> Bool
  ) -> (path: FilePath, bytes: [UInt8])? {
    let place = folder.appending(name)
    var own: (path: FilePath, bytes: [UInt8])?
    if let bytes = contents(place) {
      own = (place, bytes)
      if isRight(bytes) { return own }
    }
    for file in scan.files where file.folder == folder && lengths.contains(file.length) {
      guard file.path != place, let bytes = contents(file.path), isRight(bytes) else { continue }
      return (file.path, bytes)
    }
    return own
  }

  /// Nothing was found that can be read: missing, unless its place is taken by a pipe, a link or the like.
  private mutating func addAbsent(_ name: String, _ role: BundleSurvey.Role) {
    let path = folder.appending(name)
    if isThere(path) {
      add(name, role, .damaged(["no file that can be read"]), path)
    } else {
      add(name, role, .missing, nil)
    }
  }

  /// Adds a file for people, and its equals beside other copies of the papers.
  private mutating func add(
    _ name: String, _ role: BundleSurvey.Role, _ state: BundleSurvey.State,
    _ found: (path: FilePath, bytes: [UInt8])
  ) {
    let equals = otherFolders.map { $0.appending(name) }.filter { contents($0) == found.bytes }
    let places = [found.path] + equals
    items.append(BundleSurvey.Item(name: name, role: role, state: state, places: places))
    claimed.formUnion(places)
  }

  private mutating func add(
    _ name: String, _ role: BundleSurvey.Role, _ state: BundleSurvey.State, _ path: FilePath?
  ) {
    let places = path.map { [$0] } ?? []
    items.append(BundleSurvey.Item(name: name, role: role, state: state, places: places))
    claimed.formUnion(places)
  }

  /// Whether anything lies there that is nothing else already.
  private func isThere(_ path: FilePath) -> Bool {
    FileQuery.status(path) != nil && !claimed.contains(path) && !others.contains(path)
  }

  /// Nil when it is no regular file, too large for what is looked for, or something else already.
  private func contents(_ path: FilePath) -> [UInt8]? {
    guard isThere(path) else { return nil }
    return try? FileQuery.contents(of: path, cap: BundleLimits.papersLength)  // told as absent
  }
}
