// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage

/// The papers on a medium, by the bundles that they claim to be of.
struct FoundPapers {
  /// Papers with the same bytes, and every place where they lie.
  struct Variant {
    let papers: Papers
    let waybill: Waybill
    var files: [MediumScan.File]
  }

  /// What claims to be one bundle: one variant, unless a copy was changed.
  struct Bundle {
    let name: BundleName
    let folder: FilePath
    var variants: [Variant]
  }

  private(set) var bundles: [Bundle] = []
  private(set) var unreadable: [(file: MediumScan.File, refusal: Refusal)] = []

  init(on scan: MediumScan) {
    for file in scan.papersCandidates() {
      do throws(Refusal) {
        let papers = try PapersReader.read(try file.open())
        take(Variant(papers: papers, waybill: try papers.waybill(), files: [file]))
      } catch {
        unreadable.append((file, error))
      }
    }
  }

  private mutating func take(_ variant: Variant) {
    for index in bundles.indices {
      let equal = bundles[index].variants.firstIndex { $0.papers.digest == variant.papers.digest }
      guard let equal else { continue }
      bundles[index].variants[equal].files += variant.files
      return
    }
    let name = variant.waybill.bundleName
    let folder = variant.files.first?.folder ?? ""
    if let index = bundles.firstIndex(where: { $0.name == name && $0.folder == folder }) {
      bundles[index].variants.append(variant)
    } else {
      bundles.append(Bundle(name: name, folder: folder, variants: [variant]))
    }
  }
}
