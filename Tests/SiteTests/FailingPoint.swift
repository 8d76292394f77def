// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage

import Bundles
import Distribution

/// A point that goes away after so many effects.
final class FailingPoint: DistributionPoint {
  private let point: any DistributionPoint
  private var left: Int

  init(_ point: any DistributionPoint, failsBehind count: Int) {
    self.point = point
    left = count
  }

  private func count() throws(Refusal) {
    guard left > 0 else {
      throw Refusal(
        DistributionReason.unavailable, "point", seen: "no answer", expected: "one")
    }
    left -= 1
  }

  func describe() throws(Refusal) -> PointDescription { try point.describe() }

  func ensureContent(
    _ request: ContentRequest, key: EffectKey
  ) throws(Refusal) -> Effect<ContentReceipt> {
    try count()
    return try point.ensureContent(request, key: key)
  }

  func ensureProgram(_ request: ProgramRequest, key: EffectKey) throws(Refusal) -> Effect<String> {
    try count()
    return try point.ensureProgram(request, key: key)
  }

  func ensureCollection(
    _ request: CollectionRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> {
    try count()
    return try point.ensureCollection(request, key: key)
  }

  func ensureDeployment(
    _ request: DeploymentRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> {
    try count()
    return try point.ensureDeployment(request, key: key)
  }

  func remove(_ removal: Removal, key: EffectKey) throws(Refusal) -> Effect<String> {
    try count()
    return try point.remove(removal, key: key)
  }

  func status(of key: EffectKey, asOf: Instant) throws(Refusal) -> [ComplianceRecord] {
    try point.status(of: key, asOf: asOf)
  }

  func recheck(_ progress: @escaping PhaseProgress) throws(Refusal) -> PointRecheck {
    try point.recheck(progress)
  }

  func holds(_ digest: Digest, length: Int64?) -> Bool { point.holds(digest, length: length) }

  func open(held digest: Digest) throws(Refusal) -> FileDescriptor? { try point.open(held: digest) }
}
