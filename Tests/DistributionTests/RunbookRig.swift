// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import SystemPackage
import Testing
import Trust

/// A runbook point with its folders, in a scratch folder of its own.
final class RunbookRig {
  let scratch: Scratch
  let memory = CrashingMemory()
  let landing = TestLanding()
  let settings: RunbookSettings
  private(set) var point: RunbookPoint

  var outbox: FilePath { scratch.path.appending("outbox") }
  var inbox: FilePath { scratch.path.appending("inbox") }

  init(_ settings: RunbookSettings? = nil) throws {
    scratch = try Scratch()
    let given = if let settings { settings } else { try Runbooks.settings() }
    self.settings = given
    point = try RunbookPoint(
      given, landing: landing, memory: memory, outbox: scratch.path.appending("outbox"),
      inbox: scratch.path.appending("inbox"))
  }

  /// A new process with the same memory.
  func restart() throws {
    point = try RunbookPoint(
      settings, landing: landing, memory: memory, outbox: outbox, inbox: inbox)
  }

  func announce(_ work: [PlannedWork], bundle: Int64 = 42) throws {
    let brief = try Runbooks.brief
    try point.announce(
      work,
      of: PlanBrief(
        plan: brief.plan, bundle: bundle, fingerprint: brief.fingerprint,
        approvedBy: brief.approvedBy))
  }

  /// What lies in the outbox.
  var scripts: [String] {
    get throws {
      guard FileQuery.status(outbox) != nil else { return [] }
      return try FileQuery.names(in: outbox)
    }
  }

  /// The one script in the outbox: its bytes.
  func scriptBytes() throws -> [UInt8] {
    let names = try scripts
    try #require(names.count == 1)
    return try FileQuery.contents(of: outbox.appending(names[0]), cap: 1 << 24)
  }

  /// The same made anew from what is in memory, to look at.
  func script() throws -> RunbookScript { try #require(point.desk.newestScript) }

  /// Everything that an apply asks for one intent, in its order; ends at the first that is not done.
  func apply(_ intent: DeploymentIntent) throws -> Effect<String> {
    let key = EffectKey(intent)
    let content: ContentReceipt
    switch try point.ensureContent(Runbooks.request(intent), key: key) {
    case .pending(let text): return .pending(text)
    case .done(let receipt): content = receipt
    }
    let collection = try point.ensureCollection(
      CollectionRequest(name: intent.collection), key: key)
    guard case .done = collection else { return collection }
    let program = try #require(Runbooks.manifest().programs.first)
    let made = try point.ensureProgram(ProgramRequest(content: content, program: program), key: key)
    guard case .done = made else { return made }
    return try point.ensureDeployment(
      DeploymentRequest(intent: intent, content: content), key: key)
  }
}
