// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// What a run of a runbook wrote: the site's own statement, never a ground for trust.
///
/// One JSON object a line, LF behind each (configmgr.md, 4.5):
///
///     {"step":"package","intent":"tool","key":"…","outcome":"done","ids":{"PackageID":"PS100001"},"at":"…Z"}
///     {"step":"program","intent":"tool","key":"…","outcome":"failed","ids":{},"error":{"type":"…","hresult":"0x…",
///      "message":"…"},"at":"…Z"}
///     {"step":"deployment","intent":"tool","key":"…","outcome":"skipped","ids":{},"needs":"<key>","at":"…Z"}
///     {"key":"…","device":"PC-001","status":1}
///     {"count":4,"plan":"<digest>","script":"<SHA-256>","at":"…Z"}
///
/// (The second is one line.) Without the last line the run was interrupted.
package struct RunbookResult: Hashable, Sendable {
  package enum Outcome: Hashable, Sendable {
    case done(StepAnswer)
    /// It was so before.
    case already(StepAnswer)
    case failed(StepFault)
    /// A step that it needs has no answer.
    case skipped(needs: StepKey)
  }

  package struct Line: Hashable, Sendable {
    package let key: StepKey
    package let outcome: Outcome
    package let at: Instant
  }

  /// What one device reported of the deployment that a `read-deployment` step read.
  package struct Device: Hashable, Sendable {
    package let key: StepKey
    package let name: String
    /// `SMS_ClassicDeploymentAssetDetails.StatusType` (configmgr.md, 3.7).
    package let status: Int64
  }

  package enum Reading: Hashable, Sendable {
    /// So many whole lines, and no last one.
    case interrupted(lines: Int)
    case whole(RunbookResult)
  }

  /// As issued.
  package let lines: [Line]
  package let devices: [Device]
  /// When the run ended, by the site's clock.
  package let at: Instant

  /// Reads the result of a script that was issued.
  ///
  /// - Parameter name: of the file, for refusals.
  /// - Throws: `DistributionReason.resultAltered` for anything that the script would not write, `.runbookTooLarge`.
  package static func read(
    _ bytes: [UInt8], of issued: IssuedRunbook, named name: String
  ) throws(Refusal) -> Reading {
    var texts = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // What stands behind the last LF is a line that the run was about to write.
    let rest = texts.popLast() ?? []
    guard texts.count <= DistributionLimits.runbookLines else {
      throw Refusal(
        DistributionReason.runbookTooLarge, name, seen: "\(texts.count) lines",
        expected: "at most \(DistributionLimits.runbookLines)")
    }
    var reader = ResultReader(issued: issued)
    for (index, text) in texts.enumerated() {
      do throws(Refusal) {
        try reader.take(Array(text), named: "\(name), line \(index + 1)")
      } catch  where error.reason is TrustReason {
        throw Refusal(
          DistributionReason.resultAltered, error.subject, seen: error.seen,
          expected: error.expected)
      }
    }
    guard let end = reader.end else { return .interrupted(lines: texts.count) }
    guard rest.isEmpty else {
      throw Refusal(
        DistributionReason.resultAltered, name, seen: "\(rest.count) bytes behind the last line",
        expected: "none")
    }
    return .whole(RunbookResult(lines: reader.lines, devices: reader.devices, at: end))
  }
}

/// Reads line by line.
private struct ResultReader {
  let issued: IssuedRunbook
  var lines: [RunbookResult.Line] = []
  var devices: [RunbookResult.Device] = []
  private var seen: Set<String> = []
  private(set) var end: Instant?

  init(issued: IssuedRunbook) { self.issued = issued }

  mutating func take(_ text: [UInt8], named name: String) throws(Refusal) {
    guard end == nil else { throw wrong(name, seen: "a line behind the last", expected: "none") }
    let field = try JSONField(parsing: text, named: name)
    if try field.optional("count") != nil {
      end = try last(field)
    } else if try field.optional("device") != nil {
      devices.append(try device(field))
    } else {
      lines.append(try line(field))
    }
  }

  private func last(_ field: JSONField) throws(Refusal) -> Instant {
    try field.only(["at", "count", "plan", "script"])
    let count = try field["count"].integer(in: 0...TrustLimits.jsonInteger)
    guard count == Int64(lines.count + devices.count) else {
      throw wrong(field.place, seen: "count \(count)", expected: "\(lines.count + devices.count)")
    }
    let plan = try field["plan"].digest()
    let script = try field["script"].digest()
    guard plan == issued.plan else {
      throw wrong(field.place, seen: "plan \(plan)", expected: "\(issued.plan)")
    }
    guard script == issued.script else {
      throw wrong(field.place, seen: "script \(script)", expected: "\(issued.script)")
    }
    guard lines.count == issued.steps.count else {
      throw wrong(
        field.place, seen: "\(lines.count) steps", expected: "\(issued.steps.count) steps")
    }
    return try field["at"].instant()
  }

  private mutating func device(_ field: JSONField) throws(Refusal) -> RunbookResult.Device {
    try field.only(["device", "key", "status"])
    let key = try key(field["key"])
    guard issued.steps.contains(where: { $0.key == key && $0.kind == .readDeployment }) else {
      throw wrong(field.place, seen: "a device of \(key)", expected: "a step that reads devices")
    }
    let name = try field["device"].parsed("1 to 255 visible characters") { text in
      (1...255).contains(text.utf8.count) && text.unicodeScalars.allSatisfy { $0.value >= 32 }
        ? text : nil
    }
    guard seen.insert("\(key) \(name)").inserted else { throw field.wrong("each device once") }
    return RunbookResult.Device(
      key: key, name: name,
      status: try field["status"].integer(in: 0...Int64(UInt32.max)))
  }

  private func line(_ field: JSONField) throws(Refusal) -> RunbookResult.Line {
    try field.only(["at", "error", "ids", "intent", "key", "needs", "outcome", "step"])
    let key = try key(field["key"])
    guard lines.count < issued.steps.count, issued.steps[lines.count].key == key else {
      throw wrong(
        field.place, seen: "step \(key)",
        expected: lines.count < issued.steps.count
          ? "step \(issued.steps[lines.count].key)" : "no more steps")
    }
    let step = issued.steps[lines.count]
    _ = try field["step"].parsed(step.kind.rawValue) { $0 == step.kind.rawValue ? $0 : nil }
    _ = try field["intent"].parsed(step.intent.text) { $0 == step.intent.text ? $0 : nil }
    return RunbookResult.Line(
      key: key, outcome: try outcome(field, of: step), at: try field["at"].instant())
  }

  private func outcome(
    _ field: JSONField, of step: IssuedRunbook.Step
  ) throws(Refusal) -> RunbookResult.Outcome {
    let answer = try StepAnswer(field["ids"])
    let outcome = try field["outcome"]
    let fault = try field.optional("error")
    let needs = try field.optional("needs")
    switch try outcome.string() {
    case "done" where fault == nil && needs == nil, "already" where fault == nil && needs == nil:
      guard answer.suffices(step.kind) else {
        throw try field["ids"].wrong("the ids that a step \(step.kind.rawValue) answers")
      }
      return try outcome.string() == "done" ? .done(answer) : .already(answer)
    case "failed":
      guard let fault, needs == nil else { throw outcome.wrong("failed with an error") }
      return .failed(try StepFault(fault))
    case "skipped":
      guard let needs, fault == nil else { throw outcome.wrong("skipped with what it needs") }
      return .skipped(needs: try key(needs))
    default: throw outcome.wrong("done, already, failed or skipped, and what belongs to it")
    }
  }

  private func key(_ field: JSONField) throws(Refusal) -> StepKey {
    try field.parsed("a key: \(StepKey.rule)") { StepKey($0) }
  }

  private func wrong(_ place: String, seen: String, expected: String) -> Refusal {
    Refusal(DistributionReason.resultAltered, place, seen: seen, expected: expected)
  }
}
