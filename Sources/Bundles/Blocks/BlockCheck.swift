// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Intents
import Synchronization
import Trust

/// Checks every block of files of a bundle, on both cores, in one buffer of a block a core.
package enum BlockCheck {
  /// A file of the waybill and where its bytes are.
  package struct Piece: Sendable {
    package let file: Waybill.File
    /// Of each block it is enough that one copy has it right (M08).
    package let copies: [any ByteSource]

    package init(_ file: Waybill.File, from source: any ByteSource) {
      self.init(file, copies: [source])
    }

    package init(_ file: Waybill.File, copies: [any ByteSource]) {
      self.file = file
      self.copies = copies
    }
  }

  /// Reads all of `pieces` and compares them with the waybill.
  ///
  /// - Parameter progress: called with the bytes just read, from any thread.
  /// - Returns: every block that is not right, in the order of the pieces; a piece that is longer than
  ///   listed counts as damaged in its last block.
  package static func defects(
    in pieces: [Piece], blockSize: Int64, workers: Int = 2,
    progress: @Sendable @escaping (_ bytes: Int64) -> Void = { _ in }
  ) -> [BlockDefect] {
    let total = pieces.reduce(0) { $0 + $1.file.length }
    let longest = Int(min(blockSize, pieces.map(\.file.length).max() ?? 0))
    let state = Mutex(Progress())
    let work: @Sendable () -> Void = {
      let buffer = StreamBuffer(count: max(longest, 1))
      while let job = state.withLock({ $0.next(pieces) }) {
        let place = BlockPlace(
          file: pieces[job.piece].file, block: job.block, blockSize: blockSize)
        let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<place.length])
        let defect = place.defect(of: pieces[job.piece].copies, in: bytes)
        if let defect { state.withLock { $0.found.append((job, defect)) } }
        progress(Int64(place.length))
      }
    }
    if workers > 1, total > BundleLimits.parallelFrom {
      DispatchQueue.concurrentPerform(iterations: workers) { _ in work() }
    } else {
      work()
    }
    var found = state.withLock { $0.found }
    found += pieces.indices.compactMap { excess(of: pieces[$0], at: $0, blockSize: blockSize) }
    found.sort { ($0.0.piece, $0.0.block) < ($1.0.piece, $1.0.block) }
    return found.map(\.1)
  }

  private struct Job {
    var piece: Int
    var block: Int
  }

  private struct Progress {
    var job = Job(piece: 0, block: 0)
    var found: [(Job, BlockDefect)] = []

    mutating func next(_ pieces: [Piece]) -> Job? {
      while job.piece < pieces.count, job.block >= pieces[job.piece].file.blocks.count {
        job = Job(piece: job.piece + 1, block: 0)
      }
      guard job.piece < pieces.count else { return nil }
      defer { job.block += 1 }
      return job
    }
  }

  private static func excess(
    of piece: Piece, at index: Int, blockSize: Int64
  ) -> (Job, BlockDefect)? {
    let file = piece.file
    // A copy that goes on behind its end is no fault where one of the right length lies beside it.
    guard let copy = piece.copies.first(where: { $0.length > file.length }),
      !piece.copies.contains(where: { $0.length == file.length }),
      let expected = file.blocks.last
    else { return nil }
    let last = file.blocks.count - 1
    let offset = Int64(last) * blockSize
    return (
      Job(piece: index, block: last),
      BlockDefect(
        file: file.name, block: last, offset: offset, length: file.length - offset, kind: .damaged,
        seen: "\(copy.length - file.length) bytes behind the end", expected: expected)
    )
  }
}
