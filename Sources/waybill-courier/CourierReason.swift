// SPDX-License-Identifier: Apache-2.0
import Intents

/// Why the courier's check refuses. Numbers 90 to 94 of each exit code where Site has none.
enum CourierReason: String, CaseIterable, RefusalReason {
  case signatureMissing = "WB1190"
  case otherBundleSigned = "WB1191"
  case nothingFound = "WB2090"
  case unfinished = "WB2091"

  var summary: String {
    switch self {
    case .signatureMissing: "the bundle has no courier signature"
    case .otherBundleSigned: "the courier signature is of another bundle"
    case .nothingFound: "no bundle lies on the medium"
    case .unfinished: "the bundle was not finished where it was written"
    }
  }

  var hint: String {
    switch self {
    case .signatureMissing, .otherBundleSigned: "do not hand the medium over; call the centre"
    case .nothingFound: "is this the right medium? a bundle is a folder such as fjord-3.out.000042"
    case .unfinished:
      "take the medium back to where it was written, and ask for it to be written again"
    }
  }
}
