// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What an adapter must know again after a restart: ids that the plane minted, scripts that were issued, when a
/// device was first seen well, how long to leave a host alone. The site keeps it in its journal.
package protocol PointMemory {
  /// What was remembered under `key`; nil when nothing was.
  func remembered(_ key: String) throws(Refusal) -> [UInt8]?

  /// Every key that begins with `prefix`, ascending.
  func keys(beginning prefix: String) throws(Refusal) -> [String]

  /// Durable when this returns; nil forgets.
  func remember(_ value: [UInt8]?, as key: String) throws(Refusal)
}
