// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage

/// The part of a `BundleSurvey` that looks at orders and volumes.
struct SurveyPieces {
  private let locations: [PieceLocation]
  private let blockSize: Int64
  private let scan: MediumScan
  /// What is wrong with the best copy of each, by the name in the waybill.
  private var reasons: [String: [String]] = [:]

  init(_ locations: [PieceLocation], blockSize: Int64, scan: MediumScan) {
    self.locations = locations
    self.blockSize = blockSize
    self.scan = scan
  }

  /// Reads each piece from its best copy, and those that are damaged there from all copies together.
  mutating func look(
    workers: Int, progress: @Sendable @escaping (Int64) -> Void
  ) -> [BundleSurvey.Item] {
    var best: [BlockCheck.Piece] = []
    for location in locations {
      guard let file = location.best else { continue }
      do throws(Refusal) {
        best.append(BlockCheck.Piece(location.file, from: try file.open()))
      } catch {
        reasons[location.file.name] = [error.seen]
      }
    }
    let defects = BlockCheck.defects(
      in: best, blockSize: blockSize, workers: workers, progress: progress)
    for defect in defects {
      reasons[defect.file, default: []].append("block \(defect.block) is \(defect.kind)")
    }
    return locations.map { location in
      let (state, places) = judge(location)
      return BundleSurvey.Item(
        name: location.file.name, role: .piece, state: state, places: places)
    }
  }

  private func judge(_ location: PieceLocation) -> (BundleSurvey.State, [FilePath]) {
    guard let best = location.best else { return (.missing, []) }
    guard let reasons = reasons[location.file.name] else {
      if case .found(let copies) = location.state { return (.good, copies.map(\.path)) }
      return (.good, [best.path])
    }
    if location.copies.count > 1, let sources = try? location.sources() {  // told by `reasons`
      let piece = BlockCheck.Piece(location.file, copies: sources)
      if BlockCheck.defects(in: [piece], blockSize: blockSize).isEmpty {
        return (.merged, location.copies.map(\.path))
      }
    }
    return (.damaged(reasons), [best.path])
  }
}
