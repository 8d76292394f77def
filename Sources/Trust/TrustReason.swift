// SPDX-License-Identifier: Apache-2.0
import Intents

/// Why this module refuses. Numbers 01 to 29 of each exit code are Trust's.
package enum TrustReason: String, CaseIterable, RefusalReason {
  case malformedJSON = "WB1001"
  case malformedField = "WB1002"
  case jsonLimit = "WB2201"

  package var summary: String {
    switch self {
    case .malformedJSON: "not a strict JSON text"
    case .malformedField: "a field is not what the format says"
    case .jsonLimit: "a JSON text passes a limit"
    }
  }

  package var hint: String {
    switch self {
    case .malformedJSON, .malformedField:
      "the file is damaged or was not made by Waybill: copy the medium again, or ask the sender for a new one"
    case .jsonLimit: "the file is not one that Waybill writes: keep the medium and call the sender"
    }
  }
}
