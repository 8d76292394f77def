// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import Trust

/// The work of a `FolderSurvey`.
struct SurveyReader {
  let folder: FilePath
  let papers: Papers
  let waybill: Waybill
  private(set) var items: [FolderSurvey.Item] = []
  private(set) var sumsBytes: [UInt8]?
  private(set) var signatureBytes: [UInt8]?

  private var names: Set<String> = []
  private var startHere: Digest?

  init(folder: FilePath, papers: Papers, waybill: Waybill) {
    self.folder = folder
    self.papers = papers
    self.waybill = waybill
  }

  mutating func look(
    workers: Int, progress: @Sendable @escaping (Int64) -> Void
  ) throws(Refusal) {
    let listed = try FileQuery.names(in: folder, most: BundleLimits.searchedEntries)
    names = Set(listed)
    let expected = papers.bytes
    for (name, role) in [
      (BundleFiles.papers, FolderSurvey.Role.papers), (BundleFiles.papersCopy, .papersCopy),
    ] {
      add(name, role) { (bytes) in
        bytes == expected ? .good : .damaged(["not the papers of this bundle"])
      }
    }
    lookAtPieces(workers: workers, progress: progress)
    lookAtSums()
    for name in listed where names.contains(name) {
      items.append(
        FolderSurvey.Item(
          name: name, role: MediumScan.isNoise(name) ? .noise : .stranger, state: .unchecked))
    }
  }

  private mutating func lookAtPieces(
    workers: Int, progress: @Sendable @escaping (Int64) -> Void
  ) {
    var pieces: [BlockCheck.Piece] = []
    var reasons: [String: [String]] = [:]
    for file in waybill.files where names.contains(file.name) {
      do throws(Refusal) {
        pieces.append(BlockCheck.Piece(file, from: try FileSource(folder.appending(file.name))))
      } catch {
        reasons[file.name] = [error.seen]
      }
    }
    let defects = BlockCheck.defects(
      in: pieces, blockSize: waybill.blockSize, workers: workers, progress: progress)
    for defect in defects {
      reasons[defect.file, default: []].append("block \(defect.block) is \(defect.kind)")
    }
    for file in waybill.files {
      let isThere = names.remove(file.name) != nil
      let state: FolderSurvey.State =
        isThere ? reasons[file.name].map { .damaged($0) } ?? .good : .missing
      items.append(FolderSurvey.Item(name: file.name, role: .piece(file.name), state: state))
    }
  }

  /// The page, the list and its signature. What the list says of papers and pieces is compared with what is
  /// known of them, so that the list itself is found wrong where it is.
  private mutating func lookAtSums() {
    var page: Digest?
    let known =
      [
        (BundleFiles.papers, papers.digest), (BundleFiles.papersCopy, papers.digest),
      ] + waybill.files.map { ($0.name, $0.sha256) }
    var bytes: [UInt8]?
    var list: SumsFile?
    var state = FolderSurvey.State.missing
    if let found = take(SumsFile.name) {
      do throws(Refusal) {
        let read = try found.get()
        bytes = read
        let sums = try SumsFile(parsing: read)
        list = sums
        let expected = Set(known.map(\.0) + [StartHere.name])
        var wrong = known.filter { sums[$0.0] != $0.1 }.map { "wrong for \($0.0)" }
        wrong += expected.subtracting(sums.lines.map(\.name)).sorted().map { "without \($0)" }
        wrong += Set(sums.lines.map(\.name)).subtracting(expected).sorted().map { "with \($0)" }
        state = wrong.isEmpty ? .good : .damaged(wrong)
        page = sums[StartHere.name]
      } catch {
        state = .damaged([error.seen])
      }
    }
    sumsBytes = bytes
    let isListed = list != nil
    add(StartHere.name, .startHere) { (bytes) in
      if let page {
        return .sha256(bytes) == page
          ? .good : .damaged(["not as SHA256SUMS lists it, or that line is damaged"])
      }
      return isListed ? .damaged(["not listed in SHA256SUMS"]) : .unchecked
    }
    items.append(FolderSurvey.Item(name: SumsFile.name, role: .sums, state: state))
    guard case .out = waybill.kind else { return }
    var signature: [UInt8]?
    add(SumsFile.signatureName, .signature) { (bytes) in
      signature = bytes
      return .unchecked
    }
    signatureBytes = signature
  }

  /// Reads the file `name`, which belongs to the bundle, and adds what `judge` says of it.
  private mutating func add(
    _ name: String, _ role: FolderSurvey.Role, _ judge: ([UInt8]) -> FolderSurvey.State
  ) {
    let state: FolderSurvey.State =
      switch take(name) {
      case .success(let bytes): judge(bytes)
      case .failure(let refusal): .damaged([refusal.seen])
      case nil: .missing
      }
    items.append(FolderSurvey.Item(name: name, role: role, state: state))
  }

  /// The bytes of a small file of the folder; nil when it is not there.
  private mutating func take(_ name: String) -> Result<[UInt8], Refusal>? {
    guard names.remove(name) != nil else { return nil }
    do throws(Refusal) {
      return .success(
        try FileQuery.contents(of: folder.appending(name), cap: BundleLimits.papersLength))
    } catch {
      return .failure(error)
    }
  }
}
