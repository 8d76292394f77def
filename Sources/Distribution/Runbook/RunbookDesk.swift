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
  private let memory: DeskMemory
  package let outbox: FilePath
  package let inbox: FilePath
  /// What the next script holds, by key; of this run only.
  private var wanted: [SiteStep] = []
  private var header: RunbookHeader
  /// The newest script that was issued; read when it is first asked for.
  private var newest: IssuedRunbook?
  /// Results that were refused, by name: what steps without an answer are refused with.
  package private(set) var refused: [Refusal] = []
  private var interrupted: Set<Digest> = []

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
  /// A step that no script holds is added to the next one, which is then issued.
  /// - Parameter needed: steps that `step` needs, if they were not announced.
  /// - Throws: `DistributionReason.stepFailed`, `.stepWaits` or `.stepForbidden` with the site's own words when the
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
      try issue()
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
  package private(set) var newestScript: RunbookScript?

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

  private func refusal(_ failure: ObjectMemory.Failure) -> Refusal {
    let reason: DistributionReason =
      switch failure.fault.failureClass {
      case .transient: .stepWaits
      case .permanent: .stepFailed
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

// Issuing.
extension RunbookDesk {
  /// Writes the next script, unless the newest one holds all that is open.
  private func issue() throws(Refusal) {
    var isOpen = false
    for step in wanted where try answer(to: step.key) == nil { isOpen = true }
    guard isOpen else { return try withdraw(newest) }
    if let newest {
      let again = try RunbookScript(RunbookPlan(header, number: newest.number, steps: wanted))
      if IssuedRunbook(again) == newest { return try place(again) }
    }
    let script = try RunbookScript(
      RunbookPlan(header, number: (newest?.number ?? 0) + 1, steps: wanted))
    let issued = IssuedRunbook(script)
    try memory.remember(issued)
    try withdraw(newest)
    newest = issued
    try place(script)
  }

  /// Temporary name, sync, rename: what lies in the outbox is whole. One that is there is left alone.
  private func place(_ script: RunbookScript) throws(Refusal) {
    newestScript = script
    let path = outbox.appending(script.fileName)
    if FileQuery.status(path)?.length == Int64(script.bytes.count) { return }
    try LibraryFailure.atPoint { () throws(Refusal) in
      try DurableFile.makeFolder(outbox)
      try DurableFile.write(
        script.bytes, to: path, permissions: [.ownerReadWrite, .groupRead])
    }
  }

  private func withdraw(_ issued: IssuedRunbook?) throws(Refusal) {
    guard let issued else { return }
    try LibraryFailure.atPoint { () throws(Refusal) in
      try DurableFile.unlinkIfPresent(outbox.appending(issued.scriptName))
    }
  }
}

// Taking in.
extension RunbookDesk {
  /// Reads every result in the inbox that is new.
  package func collect() throws(Refusal) {
    refused = []
    interrupted = []
    guard FileQuery.status(inbox)?.kind == .folder else { return }
    let names = try LibraryFailure.atPoint { () throws(Refusal) in
      try FileQuery.names(in: inbox, most: DistributionLimits.inboxEntries)
    }
    for name in names {
      guard let plan = RunbookDesk.plan(ofResult: name) else { continue }
      do throws(Refusal) {
        try take(name, of: plan)
      } catch where [.resultAltered, .resultForeign, .runbookTooLarge].contains(error.reason as? DistributionReason) {
        refused.append(error)
      }
    }
  }

  /// The digest in the name of a result file; nil for any other name.
  private static func plan(ofResult name: String) -> Digest? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1] == "ndjson", parts[0].hasPrefix("waybill-result-") else {
      return nil
    }
    return Digest(hex: parts[0].dropFirst("waybill-result-".count))
  }

  private func take(_ name: String, of plan: Digest) throws(Refusal) {
    guard let issued = try memory.issued(plan) else {
      throw Refusal(
        DistributionReason.resultForeign, name, seen: "plan \(plan)",
        expected: newest.map { "a plan that was issued, such as \($0.plan)" } ?? "none yet")
    }
    let path = inbox.appending(name)
    guard let status = FileQuery.status(path), status.kind == .regular,
      status.length <= DistributionLimits.runbookResult
    else {
      throw Refusal(
        DistributionReason.runbookTooLarge, name, seen: "no regular file, or a larger one",
        expected: "a file of at most \(DistributionLimits.runbookResult) bytes")
    }
    let bytes = try LibraryFailure.atPoint { () throws(Refusal) in
      try FileQuery.contents(of: path, cap: DistributionLimits.runbookResult)
    }
    let digest = Digest.sha256(bytes)
    let before = try memory.accepted(plan)
    if before?.digest == digest { return }
    switch try RunbookResult.read(bytes, of: issued, named: name) {
    case .interrupted: interrupted.insert(plan)
    case .whole(let result):
      // A copy of an earlier run of the same script is no news.
      if let before, result.at < before.at { return }
      for line in result.lines { try book(line, issued) }
      try memory.remember(result.devices, steps: issued.steps)
      try memory.accept(plan, DeskMemory.Accepted(digest: digest, at: result.at))
    }
  }

  private func book(_ line: RunbookResult.Line, _ issued: IssuedRunbook) throws(Refusal) {
    var object = try memory.object(line.key.object) ?? ObjectMemory(number: issued.number)
    guard object.number <= issued.number else { return }
    object.number = issued.number
    switch line.outcome {
    case .done(let answer), .already(let answer):
      object.held = ObjectMemory.Held(key: line.key, answer: answer, at: line.at)
      object.failure = nil
    case .failed(let fault): object.failure = ObjectMemory.Failure(key: line.key, fault: fault)
    case .skipped:
      // What another version failed with says nothing of this one.
      object.failure = nil
    }
    try memory.remember(object, as: line.key.object)
  }
}
