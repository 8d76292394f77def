// SPDX-License-Identifier: Apache-2.0
import Intents

/// Why this module refuses. Numbers 01 to 29 of each exit code are Trust's.
package enum TrustReason: String, CaseIterable, RefusalReason {
  // 10: bytes are not what the grammar, a length or a hash says.
  case malformedJSON = "WB1001"
  case malformedField = "WB1002"
  case malformedBase64 = "WB1003"
  case malformedEnvelope = "WB1004"
  case damagedKeyFile = "WB1005"
  case malformedMinisign = "WB1006"
  case malformedMetadataSet = "WB1007"
  case otherLength = "WB1008"
  case otherHash = "WB1009"
  case otherVersion = "WB1010"
  case notOneNumber = "WB1011"
  case incompleteEntry = "WB1012"
  case otherPayloadType = "WB1013"
  // 11: well-formed, but not vouched for.
  case tooFewSignatures = "WB1101"
  case rootNotVouchedFor = "WB1102"
  case rootMissing = "WB1103"
  case rootWithheld = "WB1104"
  case impossibleThreshold = "WB1105"
  case repeatedKeyID = "WB1106"
  case otherKeyID = "WB1107"
  case otherRole = "WB1108"
  case otherRoot = "WB1109"
  case wrongDelegations = "WB1110"
  case overreachingRole = "WB1111"
  case unlistedRole = "WB1112"
  case madeBeforeKeyChange = "WB1113"
  case brokenPinnedRoot = "WB1114"
  case falseMinisign = "WB1115"
  case otherMinisignKey = "WB1116"
  case legacyMinisign = "WB1117"
  case unacceptableComment = "WB1118"
  case noSuchTarget = "WB1125"
  // 12, 13, 14
  case otherSite = "WB1201"
  case superseded = "WB1301"
  case loweredVersion = "WB1302"
  case droppedRole = "WB1303"
  case expired = "WB1401"
  case issuedAfterExpiry = "WB1402"
  case issuedAheadOfClock = "WB1403"
  case issuedFarAhead = "WB1404"
  case clockFarAhead = "WB1405"
  // 16: a newer program may know it.
  case unsupportedSpecification = "WB1601"
  case unsupportedKeyTypes = "WB1602"
  case unsupportedKeyFile = "WB1603"
  case unsupportedHashes = "WB1610"
  // 20: not all of it is there.
  case missingFile = "WB2001"
  // 22, 41
  case jsonLimit = "WB2201"
  case roleTooLarge = "WB2202"
  case tooManyRoots = "WB2203"
  case tooManyKeys = "WB2204"
  case equivocation = "WB4101"
  // 64: how the program was called. 70: this machine.
  case wrongPassphrase = "WB6401"
  case missingPassphrase = "WB6402"
  case unprotectedKey = "WB6403"
  case noGuardedMemory = "WB7001"
  case cryptography = "WB7002"
}
