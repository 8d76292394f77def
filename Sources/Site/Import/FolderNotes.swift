// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// What is worth telling of a bundle's folder although nothing of it is used: damage to the copies and lists
/// for people, files under other names, and strangers. None of it is ever a reason to trust or to refuse.
struct FolderNotes {
  let scan: MediumScan
  /// All papers on the medium; the accepted ones and others.
  let trials: [PapersTrial]
  let accepted: PapersTrial
  let papers: Papers
  let waybill: Waybill
  let locations: [PieceLocation]
  let courier: MinisignPublicKey
  let fingerprint: Digest

  /// Lines for people, in a fixed order.
  func lines() -> [String] {
    paperNotes() + pieceNotes() + peopleNotes() + strangerNotes()
  }

  private var folder: FilePath { accepted.folder }

  private func paperNotes() -> [String] {
    var notes: [String] = []
    for name in [BundleFiles.papers, BundleFiles.papersCopy] {
      let path = folder.appending(name)
      if accepted.files.contains(where: { $0.path == path }) { continue }
      if let other = trials.first(where: { $0.files.contains { $0.path == path } }) {
        notes.append("\(name) is damaged, papers repaired from \(used)\(reason(other))")
      } else {
        notes.append("\(name) is missing, \(used) used")
      }
    }
    for trial in trials where trial.folder == folder {
      for file in trial.files where !accepted.files.contains(file) {
        if [BundleFiles.papers, BundleFiles.papersCopy].contains(file.name) { continue }
        notes.append("stranger: \(file.path.text)\(reason(trial))")
      }
    }
    for file in accepted.files
    where ![BundleFiles.papers, BundleFiles.papersCopy].contains(file.name) {
      notes.append("the papers were found as \(file.path.text)")
    }
    return notes
  }

  private var used: String { accepted.files.first?.path.lastComponent?.string ?? "another copy" }

  private func reason(_ trial: PapersTrial) -> String {
    switch trial.verdict {
    case .refused(let refusal), .foreign(let refusal): " (\(refusal.code) \(refusal))"
    case .ours, .back: " (other papers)"
    }
  }

  private func pieceNotes() -> [String] {
    locations.compactMap { location in
      guard location.isRenamed, let file = location.best else { return nil }
      return "\(location.file.name) was found as \(file.path.text)"
    }
  }

  /// The page, the list of sums and its signature (FORMAT.md, 13).
  private func peopleNotes() -> [String] {
    var notes: [String] = []
    let page = read(StartHere.name)
    var listedPage: Digest?
    var isParsed = false
    if let bytes = read(SumsFile.name) {
      do throws(Refusal) {
        let sums = try SumsFile(parsing: bytes)
        isParsed = true
        listedPage = sums[StartHere.name]
        let wrong = mismatches(sums)
        if !wrong.isEmpty { notes.append("\(SumsFile.name) is damaged: \(wrong)") }
      } catch {
        notes.append("\(SumsFile.name) is damaged: \(error)")
      }
      notes += signatureNotes(over: bytes)
    } else {
      notes.append("\(SumsFile.name) is missing or unreadable")
      if FileQuery.status(folder.appending(SumsFile.signatureName)) == nil {
        notes.append("\(SumsFile.signatureName) is missing")
      }
    }
    if let page {
      if isParsed, Digest.sha256(page) != listedPage {
        notes.append("\(StartHere.name) is not as \(SumsFile.name) lists it; do not rely on it")
      } else if !isParsed {
        notes.append("\(StartHere.name) could not be compared; do not rely on it")
      }
    } else {
      notes.append("\(StartHere.name) is missing or unreadable")
    }
    return notes
  }

  private func mismatches(_ sums: SumsFile) -> String {
    var known = waybill.files.map { ($0.name, $0.sha256) }
    known += [(BundleFiles.papers, papers.digest), (BundleFiles.papersCopy, papers.digest)]
    let expected = Set(known.map(\.0) + [StartHere.name])
    let names = Set(sums.lines.map(\.name))
    var wrong = known.filter { names.contains($0.0) && sums[$0.0] != $0.1 }.map(\.0)
    wrong += expected.symmetricDifference(names)
    return wrong.sorted().joined(separator: ", ")
  }

  private func signatureNotes(over sums: [UInt8]) -> [String] {
    let name = SumsFile.signatureName
    guard let bytes = read(name) else { return ["\(name) is missing or unreadable"] }
    do throws(Refusal) {
      let signature = try MinisignSignature(parsing: bytes, named: name)
      try courier.verify(
        signature, over: sums, untrustedComment: "waybill: damage and mix-up check, never trust")
      let expected = "waybill \(waybill.bundleName) \(fingerprint)"
      guard signature.trustedComment == expected else {
        return ["\(name) has another trusted comment: \(signature.trustedComment)"]
      }
      return []
    } catch {
      return ["\(name) does not fit: \(error.code) \(error)"]
    }
  }

  private func read(_ name: String) -> [UInt8]? {
    // What cannot be read is told as such by the caller.
    try? FileQuery.contents(of: folder.appending(name), cap: BundleLimits.papersLength)
  }

  private func strangerNotes() -> [String] {
    let ours = Set(accepted.files.map(\.path) + locations.compactMap { $0.best?.path })
    let people = [StartHere.name, SumsFile.name, SumsFile.signatureName]
    let papers = Set(trials.flatMap { $0.files.map(\.path) })
    let bundles = Set(trials.map(\.folder)).subtracting([folder])
    var strangers: [String] = []
    // Names that are no regular file come from the folder itself, empty folders too.
    let names = (try? FileQuery.names(in: folder)) ?? []  // the folder was read a moment ago
    for name in names where !MediumScan.isNoise(name) && !people.contains(name) {
      let path = folder.appending(name)
      if ours.contains(path) || papers.contains(path) || bundles.contains(path) { continue }
      let holdsOurs = (ours.union(bundles)).contains { $0.starts(with: path) }
      if !holdsOurs { strangers.append(path.text) }
    }
    for file in scan.files.map(\.path) + scan.others
    where file.removingLastComponent() != folder && !ours.contains(file) && !papers.contains(file) {
      // What lies beside another bundle's papers is that bundle's matter.
      let isElsewhere = bundles.contains { file.starts(with: $0) }
      let isCounted = file.starts(with: folder) && strangers.contains { file.text.hasPrefix($0) }
      if !isElsewhere && !isCounted { strangers.append(file.text) }
    }
    guard strangers.count > 20 else { return strangers.map { "stranger: \($0)" } }
    return strangers.prefix(20).map { "stranger: \($0)" }
      + ["and \(strangers.count - 20) more strangers"]
  }
}
