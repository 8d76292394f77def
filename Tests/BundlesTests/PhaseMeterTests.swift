// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization
import Testing

import Bundles

@Suite struct PhaseMeterTests {
  /// What a meter told.
  private final class Told: Sendable {
    private let steps = Mutex<[Int64]>([])

    var all: [Int64] { steps.withLock { $0 } }
    var progress: PhaseProgress {
      { _, done, _ in self.steps.withLock { $0.append(done) } }
    }
  }

  @Test(
    "a phase begins with nothing, ends with all, and tells of steps between",
    arguments: [
      (total: 10, added: [4, 4, 2], told: [0, 4, 8, 9, 10]),
      // More than was known beforehand is no end.
      (total: 10, added: [40, 1], told: [0, 9, 10]),
      (total: 1000, added: [1, 8, 1, 990], told: [0, 10, 999, 1000]),
      (total: 1, added: [1], told: [0, 1]),
      (total: 0, added: [7], told: []),
    ] as [(total: Int64, added: [Int64], told: [Int64])])
  func steps(total: Int64, added: [Int64], told: [Int64]) {
    let seen = Told()
    let meter = PhaseMeter("packing", of: total, seen.progress)
    for bytes in added { meter.add(bytes) }
    meter.finish()
    #expect(seen.all == told)
  }

  @Test("a phase that is refused never ends")
  func refused() {
    let seen = Told()
    PhaseMeter("packing", of: 10, seen.progress).add(10)
    #expect(seen.all == [0, 9])
  }

  @Test("two threads are counted together, and what is told never goes back")
  func threads() {
    let seen = Told()
    let meter = PhaseMeter("packing", of: 20_000, seen.progress)
    DispatchQueue.concurrentPerform(iterations: 2) { _ in
      for _ in 0..<10_000 { meter.add(1) }
    }
    meter.finish()
    #expect(seen.all == seen.all.sorted())
    #expect(seen.all.suffix(2) == [19_800, 20_000])
    #expect(seen.all.count == 101)
  }
}
