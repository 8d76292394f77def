// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Intents
import SystemPackage

/// A distribution point that fails, loses replies or lies where a test says so.
final class FlakyPoint: DistributionPoint {
  /// Where a call can be met: before its work is done, or behind it, when the reply gets lost.
  enum Moment { case before, behind }

  private let inner: any DistributionPoint
  private let meet: (_ call: String, Moment) throws(Refusal) -> Void
  /// Bends what the point says of itself.
  var describing: (PointDescription) -> PointDescription = { $0 }

  init(
    _ inner: any DistributionPoint,
    meet: @escaping (_ call: String, Moment) throws(Refusal) -> Void = { (_, _) throws(Refusal) in }
  ) {
    self.inner = inner
    self.meet = meet
  }

  private func call<Value>(
    _ name: String, _ body: () throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    try meet(name, .before)
    let value = try body()
    try meet(name, .behind)
    return value
  }

  func describe() throws(Refusal) -> PointDescription { describing(try inner.describe()) }

  func ensureContent(
    _ request: ContentRequest, key: EffectKey
  ) throws(Refusal) -> Effect<ContentReceipt> {
    try call("content") { () throws(Refusal) in try inner.ensureContent(request, key: key) }
  }

  func ensureProgram(_ request: ProgramRequest, key: EffectKey) throws(Refusal) -> Effect<String> {
    try call("program") { () throws(Refusal) in try inner.ensureProgram(request, key: key) }
  }

  func ensureCollection(
    _ request: CollectionRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> {
    try call("collection") { () throws(Refusal) in try inner.ensureCollection(request, key: key) }
  }

  func ensureDeployment(
    _ request: DeploymentRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> {
    try call("deployment") { () throws(Refusal) in try inner.ensureDeployment(request, key: key) }
  }

  func remove(_ removal: Removal, key: EffectKey) throws(Refusal) -> Effect<String> {
    try inner.remove(removal, key: key)
  }

  func status(of key: EffectKey, asOf: Instant) throws(Refusal) -> [ComplianceRecord] {
    try inner.status(of: key, asOf: asOf)
  }

  func recheck(_ progress: @escaping PhaseProgress) throws(Refusal) -> PointRecheck {
    try call("recheck") { () throws(Refusal) in try inner.recheck(progress) }
  }

  func holds(_ digest: Digest, length: Int64?) -> Bool { inner.holds(digest, length: length) }

  func open(held digest: Digest) throws(Refusal) -> FileDescriptor? {
    try inner.open(held: digest)
  }
}

/// Why a flaky point refuses, besides the reasons of a real one.
enum TestReason: String, RefusalReason {
  /// As if the process had been killed: nothing is booked any more.
  case killed = "WB7099"

  var summary: String { "a test says so" }
  var hint: String { "nothing" }

  static func refusal(_ reason: any RefusalReason, _ subject: String) -> Refusal {
    Refusal(reason, subject, seen: "what the test says", expected: "an answer")
  }
}
