// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// What people read above a runbook: what it belongs to and who agreed.
package struct RunbookHeader: Hashable, Sendable {
  package let site: SiteID
  package let siteCode: SiteCode
  /// The bundle: its number and the fingerprint on the paper slip; nil when no bundle is the cause.
  package let bundle: (number: Int64, fingerprint: Digest)?
  /// The plan that people reviewed.
  package let plan: Digest?
  package let approvedBy: [PersonName]
  /// The program that wrote the script, such as `waybill-site 0.2.0`.
  package let generator: String

  package init(
    site: SiteID, siteCode: SiteCode, bundle: (number: Int64, fingerprint: Digest)? = nil,
    plan: Digest? = nil, approvedBy: [PersonName] = [], generator: String
  ) {
    self.site = site
    self.siteCode = siteCode
    self.bundle = bundle
    self.plan = plan
    self.approvedBy = approvedBy
    self.generator = generator
  }

  package static func == (left: RunbookHeader, right: RunbookHeader) -> Bool {
    left.facts == right.facts
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(facts) }

  /// One line a fact.
  var facts: [String] {
    var facts = ["site: \(site) (site code \(siteCode))"]
    if let bundle { facts.append("bundle: \(bundle.number), fingerprint \(bundle.fingerprint)") }
    if let plan { facts.append("reviewed plan: \(plan)") }
    let people = approvedBy.map(\.text).joined(separator: ", ")
    facts.append("approved by: \(people.isEmpty ? "nobody was asked" : people)")
    facts.append("generator: \(generator)")
    return facts
  }
}

/// The steps of one script, in the order in which it runs them.
package struct RunbookPlan: Hashable, Sendable {
  package let header: RunbookHeader
  /// Rises with every script that was issued for this point.
  package let number: Int64
  /// Each behind those that it needs.
  package let steps: [ScriptedStep]

  /// - Parameter steps: in any order that pleases people; each is moved behind those that it needs.
  /// - Throws: `DistributionReason.stepsDisagree` when a key stands for two steps, a needed step is missing or
  ///   steps need each other in a circle; `.tooManySteps`.
  package init(_ header: RunbookHeader, number: Int64, steps: [SiteStep]) throws(Refusal) {
    guard steps.count <= DistributionLimits.runbookSteps else {
      throw Refusal(
        DistributionReason.runbookTooLarge, "runbook \(number)", seen: "\(steps.count) steps",
        expected: "at most \(DistributionLimits.runbookSteps)")
    }
    self.header = header
    self.number = number
    var scripted: [ScriptedStep] = []
    for step in try RunbookPlan.ordered(steps) { scripted.append(try ScriptedStep(step)) }
    self.steps = scripted
  }

  private static func ordered(_ steps: [SiteStep]) throws(Refusal) -> [SiteStep] {
    var byKey: [StepKey: SiteStep] = [:]
    // Tables of PowerShell take keys in any case for one.
    var objects: [String: StepKey] = [:]
    for step in steps {
      let other = byKey.updateValue(step, forKey: step.key)
      guard other == nil || other?.action == step.action else {
        throw disagreement(step, seen: "two steps of one key", expected: "one")
      }
      let version = objects.updateValue(step.key, forKey: step.key.object.lowercased())
      guard version == nil || version == step.key else {
        throw disagreement(
          step, seen: "\(step.key) and \(version?.description ?? "")",
          expected: "one version of an object")
      }
    }
    var waiting = steps
    var ordered: [SiteStep] = []
    var placed: Set<StepKey> = []
    while !waiting.isEmpty {
      var left: [SiteStep] = []
      for step in waiting where !placed.contains(step.key) {
        if step.needs.allSatisfy(placed.contains) {
          ordered.append(step)
          placed.insert(step.key)
        } else {
          left.append(step)
        }
      }
      if let first = left.first, left.count == waiting.count {
        let missing = first.needs.filter { !placed.contains($0) }
        throw disagreement(
          first, seen: "\(missing.map(\.description).joined(separator: ", ")) missing or circular",
          expected: "every step that it needs before it")
      }
      waiting = left
    }
    return ordered
  }

  private static func disagreement(_ step: SiteStep, seen: String, expected: String) -> Refusal {
    Refusal(DistributionReason.stepsDisagree, "step \(step.key)", seen: seen, expected: expected)
  }

  /// SHA-256 over all that the script does and says: names its result file.
  package var digest: Digest {
    var text = "waybill-runbook/1\n\(number)\n"
    for fact in header.facts { text += fact + "\n" }
    for step in steps {
      text += "\(step.step.key)\n\(step.step.intent)\n\(step.fingerprint)\n"
    }
    return .sha256(Array(text.utf8))
  }
}

/// A step and the function that does it.
package struct ScriptedStep: Hashable, Sendable {
  package let step: SiteStep
  let body: PowerShellText

  init(_ step: SiteStep) throws(Refusal) {
    self.step = step
    body = try step.body()
  }

  /// SHA-256 over everything that the step does.
  package var fingerprint: Digest {
    let needs = step.needs.map(\.description).joined(separator: "\n")
    return .sha256(Array("\(step.key)\n\(needs)\n\(body.text)".utf8))
  }
}
