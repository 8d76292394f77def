// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What a distribution point found when it hashed everything that it holds.
package struct PointRecheck: Hashable, Sendable {
  /// Files that were hashed.
  package let files: Int64
  /// Their bytes.
  package let bytes: Int64
  /// Files whose bytes were not theirs: taken away, no longer held. Ascending.
  package let damaged: [Digest]
  /// Manifests of content of which something was found wrong, and that `ensureContent` puts right.
  package let unsound: Set<Digest>
  /// How many things were found wrong.
  package let findings: Int64
  /// The first of them, a line each for people; text from outside.
  package let texts: [String]
}
