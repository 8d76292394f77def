// SPDX-License-Identifier: Apache-2.0
package import HTTP
package import Intents

/// Why this module refuses. Numbers 40 to 44 of each exit code but 10 are Intune's.
package enum IntuneReason: String, CaseIterable, RefusalReason {
  // 3: run again later.
  case exportPending = "WB0340"
  case throttled = "WB0341"
  case tooMuch = "WB2240"
  case unavailable = "WB3040"
  // 31: will not pass without a change.
  case requestRefused = "WB3140"
  case unusableAnswer = "WB3141"
  case signInRefused = "WB3142"
  case exportUnusable = "WB3143"
  case notTaken = "WB3144"
  // 32: what must not be acted on.
  case forbidden = "WB3240"
  case broadTarget = "WB3241"
  case otherHost = "WB3242"
  case foreignAssignment = "WB3243"
  case ambiguousName = "WB3244"
  case malformedSetting = "WB6440"

  package var summary: String {
    switch self {
    case .exportPending: "Intune has not finished the report"
    case .throttled: "Microsoft Graph asks to be called less often"
    case .tooMuch: "Microsoft Graph sends more than any tenant should hold"
    case .unavailable: "Microsoft Graph has trouble of its own"
    case .requestRefused: "Microsoft Graph does not take the request"
    case .unusableAnswer: "the answer is not what Microsoft Graph documents"
    case .signInRefused: "the sign-in to Microsoft Graph was refused"
    case .exportUnusable: "the report that Intune exported cannot be used"
    case .notTaken: "what was assigned is not what Intune shows afterwards"
    case .forbidden: "the application may not do this in the tenant"
    case .broadTarget: "the assignment would reach all devices or all users"
    case .otherHost: "the answer leads to another server"
    case .foreignAssignment: "the object has an assignment that cannot be kept beside ours"
    case .ambiguousName: "several objects have this name"
    case .malformedSetting: "a setting of the connector is not of its form"
    }
  }

  package var hint: String {
    switch self {
    case .exportPending, .throttled: "wait some minutes, then run again"
    case .tooMuch: "narrow what is asked for, and report the numbers that were seen"
    case .unavailable: "look at the service health of the tenant, then run again"
    case .requestRefused:
      "look whether the object still exists in the Intune admin centre; else report the request id"
    case .unusableAnswer:
      "look whether a proxy answers in the place of Microsoft Graph; else report the request id"
    case .signInRefused:
      "compare tenant, application and certificate with the app registration, and this machine's clock"
    case .exportUnusable: "run again for a new report; report it when the next one is the same"
    case .notTaken:
      "look at the assignments in the Intune admin centre: someone else may be changing them"
    case .forbidden: "have an administrator of the tenant look at the application's permissions"
    case .broadTarget: "assign to a group, or widen the publisher's scope by a signed policy"
    case .otherHost: "find out who answers at this address before anything else"
    case .foreignAssignment:
      "settle it in the Intune admin centre: Waybill neither drops nor rewrites what others assigned"
    case .ambiguousName: "give one of them another name, or name the one that is meant by its id"
    case .malformedSetting: "correct it in the configuration, then run again"
    }
  }
}

extension IntuneReason {
  /// What a failure of the connector means for the step that met it (configmgr.md, 7).
  package static func fault(of refusal: Refusal) -> HTTPReason.Fault {
    if let reason = refusal.reason as? HTTPReason { return reason.fault }
    return switch refusal.exit {
    case .waiting, .pointUnavailable: .transient
    case .policyViolation: .policy
    default: .permanent
    }
  }

  /// These and those of what the connector calls over: all that `explain` has to know of it.
  package static var explained: [any RefusalReason] {
    let own: [any RefusalReason] = IntuneReason.allCases
    let below: [any RefusalReason] = HTTPReason.allCases
    return own + below
  }
}
