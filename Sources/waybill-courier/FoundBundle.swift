// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage

/// A folder on the medium that is, or claims to be, a bundle.
struct FoundBundle {
  let folder: FilePath
  /// Its papers, from whichever copy could be read; or why none could.
  let papers: Result<Papers, Refusal>

  /// One for each folder that holds papers, damaged ones included, or is named as a bundle; by folder.
  static func all(in scan: MediumScan) throws(Refusal) -> [FoundBundle] {
    var best: [FilePath: Result<Papers, Refusal>] = [:]
    for file in scan.papersCandidates() {
      let result = read(file)
      if case .success = best[file.folder] { continue }
      if case .failure = result, best[file.folder] != nil { continue }
      best[file.folder] = result
    }
    for file in scan.files where best[file.folder] == nil {
      guard let name = BundleName(file.folder.lastComponent?.string ?? "") else { continue }
      best[file.folder] = .failure(
        Refusal(
          CourierReason.unfinished, name.text, seen: "no papers", expected: "papers.tar"))
    }
    return best.map { FoundBundle(folder: $0.key, papers: $0.value) }
      .sorted { $0.folder.string < $1.folder.string }
  }

  private static func read(_ file: MediumScan.File) -> Result<Papers, Refusal> {
    do throws(Refusal) {
      return .success(try PapersReader.read(try file.open()))
    } catch {
      return .failure(error)
    }
  }
}
