// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// The script of a plan: what an admin reads, may sign, and runs on the site server (configmgr.md, 4.3).
///
/// The same plan gives the same bytes.
package struct RunbookScript: Sendable {
  package let plan: RunbookPlan
  /// With LF between lines.
  package let text: String
  /// As the file holds it: UTF-8 with BOM, CRLF, as Windows PowerShell 5.1 wants it.
  package let bytes: [UInt8]
  /// SHA-256 of `bytes`: what the last line of the result repeats.
  package let digest: Digest

  /// What lies in the outbox, and what the script answers with.
  package var fileName: String { "waybill-runbook-\(plan.digest).ps1" }
  package var resultName: String { RunbookScript.resultName(of: plan.digest) }

  package static func resultName(of plan: Digest) -> String { "waybill-result-\(plan).ndjson" }

  /// While a file of this name lies beside the result, no step begins.
  package static let stopName = "waybill-stop"

  package init(_ plan: RunbookPlan) throws(Refusal) {
    self.plan = plan
    text = try RunbookScript.write(plan).text
    var bytes: [UInt8] = [0xEF, 0xBB, 0xBF]
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\r")) }
      bytes.append(byte)
    }
    guard bytes.count <= DistributionLimits.runbookBytes else {
      throw Refusal(
        DistributionReason.runbookTooLarge, "runbook \(plan.number)", seen: "\(bytes.count) bytes",
        expected: "at most \(DistributionLimits.runbookBytes)")
    }
    self.bytes = bytes
    digest = .sha256(bytes)
  }

  private static func write(_ plan: RunbookPlan) throws(Refusal) -> PowerShellText {
    let site = try PowerShellLiteral(plan.header.siteCode.text, of: "site code")
    let drive = try PowerShellLiteral("\(plan.header.siteCode):", of: "site drive")
    let namespace = try PowerShellLiteral(
      "root\\SMS\\site_\(plan.header.siteCode)", of: "namespace")
    var pieces = [try head(plan), RunbookFrame.parameters]
    pieces.append(
      """
      $PlanDigest = '\(plan.digest)'
      $SiteCode = \(site)
      $SiteDrive = \(drive)
      $Namespace = \(namespace)

      """)
    pieces.append(RunbookFrame.functions)
    for (index, scripted) in plan.steps.enumerated() {
      pieces.append(try function(scripted, number: Int64(index + 1)))
    }
    pieces.append(RunbookFrame.preflight)
    for (index, scripted) in plan.steps.enumerated() {
      pieces.append(try call(scripted, number: Int64(index + 1)))
    }
    pieces.append(RunbookFrame.end)
    return .lines(pieces)
  }

  /// What people read first.
  private static func head(_ plan: RunbookPlan) throws(Refusal) -> PowerShellText {
    var lines: [PowerShellText] = [
      "#Requires -Version 5.1", "# Waybill runbook \(plan.number), plan \(plan.digest)", "#",
    ]
    for fact in plan.header.facts {
      let fact = try PowerShellComment(fact, of: "header")
      lines.append("# \(fact)")
    }
    let intents = Set(plan.steps.map(\.step.intent)).sorted().map(\.text)
    for intent in intents {
      let name = try PowerShellComment(intent, of: "intent")
      lines.append("# intent: \(name)")
    }
    lines += ["#", "# What it will change, unless it is so already:", "#"]
    for (index, scripted) in plan.steps.enumerated() {
      let summary = try PowerShellComment(scripted.step.summary, of: "step")
      lines.append("#   \(Int64(index + 1)). \(summary)")
    }
    lines.append(RunbookFrame.advice)
    return .lines(lines)
  }

  private static func function(
    _ scripted: ScriptedStep, number: Int64
  ) throws(Refusal) -> PowerShellText {
    let summary = try PowerShellComment(scripted.step.summary, of: "step")
    return """
      # \(summary)
      function Step\(number) {
      \(scripted.body)
      }

      """
  }

  private static func call(
    _ scripted: ScriptedStep, number: Int64
  ) throws(Refusal) -> PowerShellText {
    let step = scripted.step
    let kind = try PowerShellLiteral(step.action.kind.rawValue, of: "kind")
    let key = try PowerShellLiteral(step.key.description, of: "key")
    let intent = try PowerShellLiteral(step.intent.text, of: "intent")
    var needs: [PowerShellLiteral] = []
    for need in step.needs { needs.append(try PowerShellLiteral(need.description, of: "key")) }
    return """
        Invoke-Step -Kind \(kind) -Key \(key) -Intent \(intent) -Needs \(list: needs) -Body { Step\(number) }
      """
  }
}

extension SiteStep {
  /// What the step changes, in one line for people.
  package var summary: String {
    switch action {
    case .package(let step):
      "package \(step.name.text) \(step.version.text) from \(step.source.text)"
    case .update: "let the site read the source folder of \(key.object) again"
    case .distribute(_, let points): "give \(key.object) to \(SiteStep.list(points))"
    case .withdraw(_, let points): "take \(key.object) from \(SiteStep.list(points))"
    case .readContent(_, let points): "look whether \(SiteStep.list(points)) have \(key.object)"
    case .program(let step): "program \(step.name): \(step.commandLine.text)"
    case .disableProgram(_, let name, _): "disable program \(name)"
    case .collection(let step): "collection \(step.name)"
    case .member(_, let resource): "device \(resource) as member of \(key.object)"
    case .deployment(let step): SiteStep.summary(of: step)
    case .removeDeployment(let id, _): "remove deployment \(id)"
    case .readDeployment: "read what devices report of \(key.object)"
    }
  }

  private static func list(_ points: [StepText]) -> String {
    points.map(\.text).joined(separator: ", ")
  }

  private static func summary(of step: DeploymentStep) -> String {
    var text = "deploy program \(step.program), \(step.purpose.rawValue)"
    if let from = step.availableFrom { text += ", from \(from)" }
    if let deadline = step.deadline { text += ", until \(deadline)" }
    return text
  }
}
