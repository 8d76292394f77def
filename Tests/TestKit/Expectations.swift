// SPDX-License-Identifier: Apache-2.0
package import Intents

/// The refusal that `body` throws, or nil when it throws none.
package func refusal(_ body: () throws(Refusal) -> Void) -> Refusal? {
  do {
    try body()
    return nil
  } catch {
    return error
  }
}
