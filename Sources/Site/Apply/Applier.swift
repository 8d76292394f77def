// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
package import Intents
import SystemPackage

/// What came of one run over the distribution point.
package struct ApplyOutcome: Sendable {
  /// Intents for which something was done in this run.
  package var done: [Name] = []
  /// Those that did not come to be, with why.
  package var open: [(intent: Name, refusal: Refusal)] = []
  /// Files removed from the store because the point holds them (A28), and their bytes.
  package var released: (files: Int64, bytes: Int64) = (0, 0)
  /// Things that had been right at the point and were put right again.
  package var repaired: Int64 = 0
  /// Files that the last report promised and that were gone when the run began, ascending.
  package var lost: [Digest] = []

  package init() {}

  /// 0 when all stands; 3 when work was done and some waits; otherwise the gravest.
  package var exit: ExitCode {
    if open.isEmpty { return brokenPromise.map(\.exit) ?? .done }
    return done.isEmpty ? ExitCode.gravest(open.map(\.refusal.exit)) : .waiting
  }

  /// What explains `exit`.
  package var refusal: Refusal? {
    guard let first = open.first(where: { $0.refusal.exit == exit }) ?? open.first else {
      return brokenPromise
    }
    guard open.count > 1 || first.refusal.exit != exit else { return first.refusal }
    return Refusal(
      SiteReason.workRemains, "\(open.count) intents",
      seen: open.map { "\($0.intent): \($0.refusal.code)" }.joined(separator: ", "),
      expected: "none", changed: changed)
  }

  /// That no intent waits for what is gone does not make it held.
  private var brokenPromise: Refusal? {
    guard let first = lost.first else { return nil }
    return Refusal(
      SiteReason.promiseBroken, "file \(first)", seen: "\(lost.count) files gone",
      expected: "every file that the last report promised", changed: changed)
  }

  /// What this run changed at the point, for people.
  package var changed: String {
    done.isEmpty ? "nothing" : "applied \(done.map(\.text).joined(separator: ", "))"
  }
}

/// Brings the desired state to the distribution point: each effect is journalled, then tried, then journalled
/// again. Every effect may be repeated, so a run that was killed is simply run again.
package struct Applier {
  private let site: OpenedSite
  private let clock: Instant
  /// Tells people what happens.
  private let say: (String) -> Void

  package init(_ site: OpenedSite, clock: Instant, say: @escaping (String) -> Void) {
    self.site = site
    self.clock = clock
    self.say = say
  }

  /// Applies `plan`, whose content lies in the store.
  package func run(_ plan: Plan) throws(Refusal) -> ApplyOutcome {
    var outcome = ApplyOutcome()
    var ran: Set<Digest> = []
    try begin(plan)
    try PlanAnnouncement(site: site, clock: clock).tell(plan)
    for item in plan.items {
      try Interruption.check()
      guard item.isEffective else {
        if let refusal = item.refusal { outcome.open.append((item.intent.id, refusal)) }
        continue
      }
      do throws(Refusal) {
        if item.action == .remove {
          try DeploymentRemoval(site: site, clock: clock, item: item).run()
          outcome.done.append(item.intent.id)
          continue
        }
        outcome.repaired += try apply(item)
        outcome.done.append(item.intent.id)
        ran.insert(item.intent.manifest)
      } catch {
        // A fault of this machine or of the journal ends the run; what the point or the content is to blame
        // for ends one intent.
        if error.endsRun || error.reason is SiteReason && isOfJournal(error) {
          throw error
        }
        try note(error, item)
        outcome.open.append((item.intent.id, error))
      }
    }
    // Before the bundle counts as applied: a run after a crash comes here again, and then too.
    outcome.released = try StoreRelease(site).run(verified: ran)
    try finish(plan, outcome)
    return outcome
  }

  /// What people approved is noted before its first effect, so that a run after a crash may finish it.
  private func begin(_ plan: Plan) throws(Refusal) {
    let approved = plan.items.filter { $0.isEffective && $0.approval == plan.digest }
    guard !approved.isEmpty else { return }
    try site.journal.write { journal in
      guard let bundle = try journal.newestBundle() else { return }
      try journal.begin(
        PlanGate.Begun(
          plan: plan.digest, number: bundle.number, fingerprint: bundle.fingerprint,
          changes: Set(approved.map(\.identity))))
      try journal.log(
        "plan.begun",
        ["plan": plan.digest.hex, "n": "\(bundle.number)", "changes": "\(approved.count)"],
        at: clock)
    }
  }

  private func isOfJournal(_ refusal: Refusal) -> Bool {
    switch refusal.reason as? SiteReason {
    case .journalBusy, .journalDamaged, .journalFull, .journalFailed, .logBroken: true
    default: false
    }
  }

  /// - Returns: how many things at the point had to be put right.
  private func apply(_ item: Plan.Item) throws(Refusal) -> Int64 {
    let point = try site.point.get()
    let intent = item.intent
    let key = EffectKey(intent)
    let manifest = ManifestFile(intent.manifest, in: site.folder)
    guard try manifest.isWhole() else {
      throw Refusal(
        SiteReason.storedFileAltered, "content \(intent.content)", seen: "another manifest",
        expected: "SHA-256 \(intent.manifest)")
    }
    let header = try manifest.header()
    guard let program = header.program(named: intent.program) else {
      throw Refusal(
        SiteReason.unknownProgram, "intent \(intent.id)", seen: intent.program.text,
        expected: header.programs.map(\.name.text).joined(separator: ", "))
    }
    say("\(intent.id): \(item.action.rawValue) \(header.name) \(header.version)")
    let content = ContentHandover(site: site, point: point, clock: clock)
    let receipt = try step(.content, intent, naming: \.contentID) { () throws(Refusal) in
      try content.hand(over: manifest, header, key: key)
    }
    _ = try step(.collection, intent, naming: \.self) { () throws(Refusal) in
      try point.ensureCollection(CollectionRequest(name: intent.collection), key: key)
    }
    _ = try step(.program, intent, naming: \.self) { () throws(Refusal) in
      try point.ensureProgram(ProgramRequest(content: receipt, program: program), key: key)
    }
    _ = try step(.deployment, intent, naming: \.self) { () throws(Refusal) in
      try point.ensureDeployment(DeploymentRequest(intent: intent, content: receipt), key: key)
    }
    _ = try step(.verification, intent, naming: \.self) { () throws(Refusal) in
      try verify(intent, at: point)
    }
    try record(item, header, receipt)
    return receipt.repaired
  }

  /// Journals an effect, tries it, and journals how it ended.
  private func step<Object: Sendable & Equatable>(
    _ kind: Step.Kind, _ intent: DeploymentIntent, naming name: (Object) -> String,
    _ effect: () throws(Refusal) -> Effect<Object>
  ) throws(Refusal) -> Object {
    func note(_ state: Step.State, _ object: String?) throws(Refusal) {
      let step = Step(
        intent: intent.id, revision: intent.revision, kind: kind, state: state, object: object,
        at: clock)
      try site.journal.write { try $0.record(step) }
    }
    try note(.planned, nil)
    do throws(Refusal) {
      switch try effect() {
      case .done(let object):
        try note(.done, name(object))
        return object
      case .pending(let text):
        throw Refusal(
          SiteReason.pointPending, "intent \(intent.id), \(kind.rawValue)", seen: text,
          expected: "done")
      }
    } catch {
      try note(.failed, "\(error.code) \(error)")
      throw error
    }
  }

  /// Asks the point itself whether all of it is there, after everything said it was (A12).
  private func verify(
    _ intent: DeploymentIntent, at point: any DistributionPoint
  ) throws(Refusal) -> Effect<String> {
    let description = try point.describe()
    guard description.contents.contains(where: { $0.manifest == intent.manifest && $0.isComplete })
    else { return .pending("the point does not list content \(intent.content) as complete") }
    guard description.deployments.contains(EffectKey(intent)) else {
      return .pending("the point does not list the deployment of \(EffectKey(intent))")
    }
    guard description.collections.contains(intent.collection) else {
      return .pending("the point does not list collection \(intent.collection)")
    }
    return .done(description.state.hex)
  }
}

extension Applier {
  private func record(
    _ item: Plan.Item, _ header: ContentManifest, _ receipt: ContentReceipt
  ) throws(Refusal) {
    let intent = item.intent
    let package = receipt.packageID.text
    try site.journal.write { journal in
      let before = try journal.applied().first { $0.intent == intent }
      let plan = item.approval ?? before?.plan
      try journal.setApplied(
        AppliedIntent(intent: intent, packageID: package, at: clock, plan: plan))
      let result = IntentResult(
        id: intent.id, revision: intent.revision, manifest: intent.manifest, state: .applied,
        reason: nil, packageID: package)
      try journal.setResult(result, code: nil, at: clock)
      let counter = try journal.counters()[header.line] ?? 0
      if item.action == .rollback || header.counter > counter {
        try journal.setCounter(header.counter, of: header.line)
      }
      var facts = [
        "intent": intent.id.text, "revision": "\(intent.revision)",
        "manifest": intent.manifest.hex, "package": package, "action": item.action.rawValue,
        "line": header.line.text, "counter": "\(header.counter)",
      ]
      if let plan = item.approval { facts["plan"] = plan.hex }
      if receipt.repaired > 0 { facts["repaired"] = "\(receipt.repaired)" }
      try journal.log("intent.applied", facts, at: clock)
    }
  }

  private func note(_ refusal: Refusal, _ item: Plan.Item) throws(Refusal) {
    try site.journal.write { journal in
      let before = try journal.applied().first { $0.intent.id == item.intent.id }
      try journal.setResult(
        item.result(refusal, packageID: before?.packageID), code: refusal.code, at: clock)
      try journal.log(
        "intent.\(IntentState(of: refusal).rawValue)",
        ["intent": item.intent.id.text, "code": refusal.code], at: clock)
    }
  }

  /// Says how the newest bundle stands: applied when nothing of it is left to try.
  private func finish(_ plan: Plan, _ outcome: ApplyOutcome) throws(Refusal) {
    let asked = Set(plan.items.filter { $0.needs != nil }.map(\.intent.id))
    let isDone = outcome.open.allSatisfy { open in
      switch open.refusal.exit {
      case .approvalMissing: !asked.contains(open.intent)  // policy never removes
      case .policyViolation, .replayed: true
      default: false
      }
    }
    try site.journal.write { journal in
      guard let newest = try journal.newestBundle(), newest.state == .staged, isDone else { return }
      try journal.record(
        KnownBundle(
          number: newest.number, fingerprint: newest.fingerprint, state: .applied, at: clock))
      try journal.log("bundle.applied", ["n": "\(newest.number)"], at: clock)
    }
  }
}

extension IntentState {
  /// How an intent stands that was met with `refusal`.
  init(of refusal: Refusal) {
    switch refusal.reason as? SiteReason {
    case .removalWaits: self = .removalPending
    default:
      if refusal.exit.isRetryable {
        self = .waiting
      } else {
        self = refusal.exit == .pointRefused ? .failed : .refused
      }
    }
  }
}

extension Plan.Item {
  /// The line of a report for this item.
  func result(_ refusal: Refusal?, packageID: String?) -> IntentResult {
    IntentResult(
      id: intent.id, revision: intent.revision, manifest: intent.manifest,
      state: refusal.map { IntentState(of: $0) } ?? (action == .none ? .applied : .waiting),
      reason: refusal.map { "\($0.code) \($0)" } ?? (action == .none ? nil : "staged, not applied"),
      packageID: packageID)
  }
}
