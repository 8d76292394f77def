// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// What is remembered of a script that was written into the outbox.
package struct IssuedRunbook: Hashable, Sendable {
  package struct Step: Hashable, Sendable {
    package let key: StepKey
    package let kind: SiteStep.Action.Kind
    package let intent: Name
    /// SHA-256 of what it does.
    package let fingerprint: Digest
  }

  package let number: Int64
  /// The plan's digest: names the script and its result.
  package let plan: Digest
  /// SHA-256 of the script's bytes.
  package let script: Digest
  package let steps: [Step]

  init(_ script: RunbookScript) {
    number = script.plan.number
    plan = script.plan.digest
    self.script = script.digest
    steps = script.plan.steps.map { each in
      Step(
        key: each.step.key, kind: each.step.action.kind, intent: each.step.intent,
        fingerprint: each.fingerprint)
    }
  }

  package var scriptName: String { "waybill-runbook-\(plan).ps1" }

  var encoded: [UInt8] {
    let value: JSONValue = [
      "_type": "waybill-runbook", "format": 1, "number": .integer(number),
      "plan": .string(plan.hex), "script": .string(script.hex),
      "steps": .array(
        steps.map { step in
          [
            "key": .string(step.key.description), "kind": .string(step.kind.rawValue),
            "intent": .string(step.intent.text), "fingerprint": .string(step.fingerprint.hex),
          ]
        }),
    ]
    return value.encoded
  }

  init(_ root: JSONField) throws(Refusal) {
    _ = try root["_type"].parsed("waybill-runbook") { $0 == "waybill-runbook" ? $0 : nil }
    number = try root["number"].integer(in: 1...TrustLimits.jsonInteger)
    plan = try root["plan"].digest()
    script = try root["script"].digest()
    var steps: [Step] = []
    for field in try root["steps"].array() {
      steps.append(
        Step(
          key: try field["key"].parsed("a key: \(StepKey.rule)") { StepKey($0) },
          kind: try field["kind"].parsed("a kind") { SiteStep.Action.Kind(rawValue: $0) },
          intent: try field["intent"].parsed("a name: \(Name.rule)") { Name($0) },
          fingerprint: try field["fingerprint"].digest()))
    }
    self.steps = steps
  }
}

/// What is remembered of one object: the last thing that was true of it, and what came of the last step.
package struct ObjectMemory: Hashable, Sendable {
  package struct Held: Hashable, Sendable {
    package let key: StepKey
    package let answer: StepAnswer
    package let at: Instant
  }

  package struct Failure: Hashable, Sendable {
    package let key: StepKey
    package let fault: StepFault
  }

  /// The runbook whose result said so.
  package var number: Int64
  package var held: Held?
  /// Nil when the last step succeeded.
  package var failure: Failure?

  var encoded: [UInt8] {
    var members: [(String, JSONValue)] = [("number", .integer(number))]
    if let held {
      members.append(
        (
          "held",
          [
            "key": .string(held.key.description), "ids": held.answer.json,
            "at": .string(held.at.description),
          ]
        ))
    }
    if let failure {
      members.append(
        ("failure", ["key": .string(failure.key.description), "error": failure.fault.json]))
    }
    return JSONValue.object(JSONObject(members)).encoded
  }

  init(number: Int64) { self.number = number }

  init(_ root: JSONField) throws(Refusal) {
    number = try root["number"].integer(in: 1...TrustLimits.jsonInteger)
    func key(_ field: JSONField) throws(Refusal) -> StepKey {
      try field["key"].parsed("a key: \(StepKey.rule)") { StepKey($0) }
    }
    if let field = try root.optional("held") {
      held = Held(
        key: try key(field), answer: try StepAnswer(field["ids"]), at: try field["at"].instant())
    }
    if let field = try root.optional("failure") {
      failure = Failure(key: try key(field), fault: try StepFault(field["error"]))
    }
  }
}
