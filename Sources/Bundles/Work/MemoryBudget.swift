// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Bytes that all work in flight may hold together. Who makes work waits until what it needs is free.
package final class MemoryBudget: @unchecked Sendable {
  // Unchecked: `used` is only touched while the condition is locked.

  /// A part of the budget, given back when this goes.
  package final class Share: Sendable {
    private let budget: MemoryBudget
    private let bytes: Int

    fileprivate init(_ budget: MemoryBudget, _ bytes: Int) {
      self.budget = budget
      self.bytes = bytes
    }

    deinit { budget.release(bytes) }
  }

  private let condition = NSCondition()
  private let limit: Int
  private var used = 0

  package init(_ limit: Int) { self.limit = limit }

  /// Waits for `bytes`. What is larger than the whole budget gets it alone.
  package func share(_ bytes: Int) -> Share {
    condition.withLock {
      while used > 0, used + bytes > limit { condition.wait() }
      used += bytes
    }
    return Share(self, bytes)
  }

  private func release(_ bytes: Int) {
    condition.withLock {
      used -= bytes
      condition.broadcast()
    }
  }
}
