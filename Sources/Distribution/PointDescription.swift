// SPDX-License-Identifier: Apache-2.0
package import Intents

/// What a distribution point says of itself.
package struct PointDescription: Hashable, Sendable {
  /// Which adapter drives the point.
  package enum Kind: String, Sendable, CaseIterable { case library, adminservice, runbook }

  /// One content version that the point has.
  package struct Content: Hashable, Sendable {
    package let line: RandomID
    package let manifest: Digest
    package let receipt: ContentReceipt
    /// False while its writing or removal was interrupted.
    package let isComplete: Bool

    package init(line: RandomID, manifest: Digest, receipt: ContentReceipt, isComplete: Bool) {
      self.line = line
      self.manifest = manifest
      self.receipt = receipt
      self.isComplete = isComplete
    }
  }

  package let id: Name
  package let kind: Kind
  /// Bytes that new content may take.
  package let freeBytes: Int64
  /// Changes whenever something that a plan may depend on changes; free space and devices do not count.
  package let state: Digest
  /// Ascending.
  package let collections: [CollectionName]
  /// Ascending by content id.
  package let contents: [Content]
  /// Intents that are deployed, with their revision; ascending by intent.
  package let deployments: [EffectKey]

  package init(
    id: Name, kind: Kind, freeBytes: Int64, state: Digest, collections: [CollectionName],
    contents: [Content], deployments: [EffectKey]
  ) {
    self.id = id
    self.kind = kind
    self.freeBytes = freeBytes
    self.state = state
    self.collections = collections
    self.contents = contents
    self.deployments = deployments
  }
}
