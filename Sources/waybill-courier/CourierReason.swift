// SPDX-License-Identifier: Apache-2.0
import Intents

/// Why the courier's check refuses. Numbers 90 to 94 of each exit code where Site has none.
enum CourierReason: String, CaseIterable, RefusalReason {
  case signatureMissing = "WB1190"
  case otherBundleSigned = "WB1191"
  case signatureUnreadable = "WB1192"
  case nothingFound = "WB2090"
  case unfinished = "WB2091"
  case keyUnusable = "WB6490"

  var summary: String {
    switch self {
    case .signatureMissing: "the bundle has no courier signature"
    case .otherBundleSigned: "the courier signature is of another bundle"
    case .signatureUnreadable: "the courier signature is not written as one"
    case .nothingFound: "no bundle lies on the medium"
    case .unfinished: "the bundle was not finished where it was written"
    case .keyUnusable: "the courier key cannot be used"
    }
  }

  var hint: String {
    switch self {
    case .signatureMissing, .otherBundleSigned, .signatureUnreadable:
      "do not hand the medium over; call the centre"
    case .nothingFound: "is this the right medium? a bundle is a folder such as fjord-3.out.000042"
    case .unfinished:
      "take the medium back to where it was written, and ask for it to be written again"
    case .keyUnusable:
      "give the file that `waybill-centre key courier --to` wrote, or the text beginning with RW"
    }
  }
}
