// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage
import Trust

/// Hands runbooks out and takes their results in. What it issued and what it accepted it remembers, so that it may
/// end anywhere and be asked again.
///
/// Two folders of the site, which people carry files from and to: scripts lie in the outbox, results are put into
/// the inbox. Results are left there; one that is refused stays a refusal until somebody takes it away.
package final class RunbookDesk {
  let memory: DeskMemory
  package let outbox: FilePath
  package let inbox: FilePath
  /// What the next script holds, by key; of this run only.
  var wanted: [SiteStep] = []
  var header: RunbookHeader
  /// The newest script that was issued; read when it is first asked for.
  var newest: IssuedRunbook?
  /// Results that were refused, by name: what steps without an answer are refused with.
  package internal(set) var refused: [Refusal] = []
  var interrupted: Set<Digest> = []

  /// - Parameter header: of scripts that are issued before `announce` gives a better one.
  /// - Throws: what `memory` throws, and `DistributionReason.recordDamaged`.
  package init(
    memory: any PointMemory, outbox: FilePath, inbox: FilePath, header: RunbookHeader
  ) throws(Refusal) {
    self.memory = DeskMemory(memory: memory)
    self.outbox = outbox
    self.inbox = inbox
    self.header = header
    newest = try self.memory.newest()
  }

  /// Takes in what lies in the inbox. While a step has no answer, one script with all steps lies in the outbox: what
  /// is done already answers so again. The same plan again gives the same script.
  package func announce(_ steps: [SiteStep], header: RunbookHeader) throws(Refusal) {
    self.header = header
    wanted = steps
    try collect()
    try issue()
  }

  /// How a step stands.
  ///
  /// A step that no script in the outbox holds is added to the next one, which is then issued with all that were asked
  /// for in this run. Who knows all steps beforehand announces them: then there is one script.
  /// - Parameter needed: steps that `step` needs, if they were not announced.
  /// - Throws: `DistributionReason.refused`, `.stepWaits` or `.stepForbidden` with the site's own words when the
  ///   last run failed at it; `.resultAltered` or `.resultForeign` while there is no answer and such a file lies in
  ///   the inbox.
  package func settle(
    _ step: SiteStep, needing needed: [SiteStep] = []
  ) throws(Refusal) -> Effect<StepAnswer> {
    if let answer = try answer(to: step.key) { return .done(answer) }
    if !wanted.contains(where: { $0.key == step.key }) {
      for each in needed + [step] {
        // Another version of the same object is no longer wanted.
        wanted.removeAll { $0.key.object == each.key.object }
        wanted.append(each)
      }
      try collect()
      if try !isIssued() { try issue() }
      if let answer = try answer(to: step.key) { return .done(answer) }
    }
    let held = try memory.object(step.key.object)
    if let failure = held?.failure, failure.key == step.key {
      guard failure.fault.isWaiting else { throw refusal(failure) }
      return .pending("\(failure.fault.message); \(waiting(for: step))")
    }
    if let first = refused.first { throw first }
    return .pending(waiting(for: step))
  }

  /// The script that was issued last by this desk in this run; nil before.
  package internal(set) var newestScript: RunbookScript?

  /// The last accepted answer to a step, nil while there is none or a later step failed at the object.
  package func answer(to key: StepKey) throws(Refusal) -> StepAnswer? {
    guard let held = try memory.object(key.object), held.failure == nil, held.held?.key == key
    else { return nil }
    return held.held?.answer
  }

  /// What is known of every object whose name begins so, ascending.
  package func objects(beginning prefix: String) throws(Refusal) -> [ObjectMemory] {
    try memory.objects(beginning: prefix)
  }

  /// What devices reported when the step of `key` last ran, with the moment; nil when it never did.
  package func devices(
    of key: StepKey
  ) throws(Refusal) -> (at: Instant, devices: [RunbookResult.Device])? {
    guard try answer(to: key) != nil, let at = try memory.object(key.object)?.held?.at else {
      return nil
    }
    return (at, try memory.devices(of: key))
  }

  /// What a result of the newest script would say.
  package func read(_ bytes: [UInt8], named name: String) throws(Refusal) -> RunbookResult.Reading?
  {
    guard let newest else { return nil }
    return try RunbookResult.read(bytes, of: newest, named: name)
  }

  private func refusal(_ failure: ObjectMemory.Failure) -> Refusal {
    let reason: DistributionReason =
      switch failure.fault.failureClass {
      case .transient: .stepWaits
      case .permanent: .refused
      case .policyViolation: .stepForbidden
      }
    let code = String(failure.fault.result, radix: 16, uppercase: true)
    return Refusal(
      reason, "step \(failure.key)",
      seen: "\(failure.fault.type) 0x\(code): \(failure.fault.message)",
      expected: "a step that succeeds")
  }

  private func waiting(for step: SiteStep) -> String {
    guard let newest else { return "a runbook for \(step.key)" }
    let state = interrupted.contains(newest.plan) ? "was interrupted" : "waits to be run"
    return "runbook \(newest.number) \(state), for \(step.key): \(newest.scriptName) in \(outbox)"
  }
}
