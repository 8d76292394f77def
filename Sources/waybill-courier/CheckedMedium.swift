// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// Every bundle on a medium, checked, and what belongs to none.
struct CheckedMedium {
  /// By folder, then by name.
  private(set) var findings: [Finding] = []
  /// Files, links, pipes that are part of no bundle; relative to the medium.
  private(set) var strangers: [String] = []

  /// - Parameter say: told of each bundle before it is read; the result counts the bytes read since.
  init(
    _ root: FilePath, key: MinisignPublicKey?,
    say: (_ bundle: String, _ total: Int64) -> PhaseMeter
  ) throws(Refusal) {
    let scan = try MediumScan(root)
    let papers = FoundPapers(on: scan)
    var locator = PieceLocator(scan)
    for bundle in papers.bundles {
      let others = papers.bundles.filter { $0.name != bundle.name || $0.folder != bundle.folder }
      let found = bundle.variants.map { variant in
        Finding(
          variant, besides: others.flatMap { $0.variants.flatMap(\.files) }, on: scan,
          with: &locator, key: key, say: say)
      }
      // Of two papers for one bundle in one folder the one that fits the rest is the one that was written.
      if let best = found.min(by: { $0.defects < $1.defects }) { findings.append(best) }
    }
    var claimed = Set(findings.flatMap(\.claimed))
    for folder in Set(scan.files.map(\.folder)) {
      let files = scan.files.filter { $0.folder == folder }.map(\.path)
      guard claimed.isDisjoint(with: files),
        let refusal = CheckedMedium.refusal(of: folder, papers.unreadable)
      else { continue }
      findings.append(Finding(folder: folder, refusal: refusal, claimed: files))
    }
    findings.sort { ($0.folder, $0.name) < ($1.folder, $1.name) }
    claimed.formUnion(findings.flatMap(\.claimed))
    strangers = (scan.files.map(\.path) + scan.others).filter { !claimed.contains($0) }
      .map { path in
        var rest = path
        return rest.removePrefix(root) && !rest.isEmpty ? rest.text : path.text
      }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Why a folder in which nothing belongs to a readable bundle is one all the same: its papers are damaged, or
  /// it is named as one and has none (M13).
  private static func refusal(
    of folder: FilePath, _ unreadable: [(file: MediumScan.File, refusal: Refusal)]
  ) -> Refusal? {
    let own = unreadable.filter { $0.file.folder == folder }
    if let papers = own.first(where: { $0.file.name == BundleFiles.papers }) ?? own.first {
      return papers.refusal
    }
    return BundleName(folder.lastComponent?.string ?? "").map { name in
      Refusal(CourierReason.unfinished, name.text, seen: "no papers", expected: "papers.tar")
    }
  }
}
