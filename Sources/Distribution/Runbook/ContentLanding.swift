// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import SystemPackage

/// Where content lies that the site server reads: one folder for each content version, written once, shown whole or
/// not at all, never changed in place (configmgr.md, 2 and 8).
package protocol ContentLanding {
  /// The folder of a content version as the site server names it. Follows from the manifest alone.
  func source(of manifest: Digest) throws(Refusal) -> StepText

  /// Makes the folder hold the content, hashed as it is written.
  ///
  /// - Returns: how many files of a folder that was there had to be put right.
  func land(_ request: ContentRequest) throws(Refusal) -> Int64

  /// Takes the folder away; one that is not there is fine.
  func remove(manifest: Digest) throws(Refusal)

  /// Bytes that new content may take.
  func freeBytes() throws(Refusal) -> Int64

  /// As `DistributionPoint.holds`.
  func holds(_ digest: Digest, length: Int64?) -> Bool

  /// As `DistributionPoint.open(held:)`.
  func open(held digest: Digest) throws(Refusal) -> FileDescriptor?

  /// As `DistributionPoint.recheck`.
  func recheck(_ progress: @escaping PhaseProgress) throws(Refusal) -> PointRecheck
}
