// SPDX-License-Identifier: Apache-2.0
import Intents
import Trust

/// What a step that succeeded answered: what the site calls the object that the step is about.
package struct StepAnswer: Hashable, Sendable {
  /// Members of `ids` in a result file.
  package enum Name: String, Sendable, CaseIterable {
    case packageID = "PackageID"
    case sourceVersion = "SourceVersion"
    case collectionID = "CollectionID"
    case deploymentID = "DeploymentID"
  }

  package let packageID: PackageID?
  /// From 1.
  package let sourceVersion: Int64?
  package let collectionID: PackageID?
  package let deploymentID: PackageID?

  package init(
    packageID: PackageID? = nil, sourceVersion: Int64? = nil, collectionID: PackageID? = nil,
    deploymentID: PackageID? = nil
  ) {
    self.packageID = packageID
    self.sourceVersion = sourceVersion
    self.collectionID = collectionID
    self.deploymentID = deploymentID
  }

  init(_ field: JSONField) throws(Refusal) {
    try field.only(Set(Name.allCases.map(\.rawValue)))
    func id(_ name: Name) throws(Refusal) -> PackageID? {
      try field.optional(name.rawValue)?.parsed("an id: \(PackageID.rule)") { PackageID($0) }
    }
    packageID = try id(.packageID)
    collectionID = try id(.collectionID)
    deploymentID = try id(.deploymentID)
    sourceVersion = try field.optional(Name.sourceVersion.rawValue)?.parsed("a number from 1") {
      Int64($0).flatMap { (1...Int64(UInt32.max)).contains($0) ? $0 : nil }
    }
  }

  var json: JSONValue {
    let members: [(String, String?)] = [
      (Name.packageID.rawValue, packageID?.text),
      (Name.sourceVersion.rawValue, sourceVersion.map { String($0) }),
      (Name.collectionID.rawValue, collectionID?.text),
      (Name.deploymentID.rawValue, deploymentID?.text),
    ]
    return .object(JSONObject(members.compactMap { key, text in text.map { (key, .string($0)) } }))
  }

  /// Whether it holds what a step of this kind must answer.
  func suffices(_ kind: SiteStep.Action.Kind) -> Bool {
    switch kind {
    case .package, .update, .distribute, .withdraw, .program, .disableProgram: packageID != nil
    case .readContent: packageID != nil && sourceVersion != nil
    case .collection, .member: collectionID != nil
    case .deployment, .readDeployment: deploymentID != nil
    case .removeDeployment: true
    }
  }
}

/// Why a step failed, in the site's own words.
package struct StepFault: Hashable, Sendable {
  /// `policy_violation`, `transient`, or the name of an exception's type.
  package let type: String
  /// Such as 0x800706BA.
  package let result: UInt32
  /// Text from outside, at most 500 UTF-16 units.
  package let message: String

  /// The RPC server is unavailable (configmgr.md, 7.2).
  package static let serverUnavailable: UInt32 = 0x8007_06BA

  /// The script itself says that it is only too early.
  package var isWaiting: Bool { type == "transient" }

  package var failureClass: FailureClass {
    switch type {
    case "policy_violation": .policyViolation
    case "transient": .transient
    default: result == StepFault.serverUnavailable ? .transient : .permanent
    }
  }

  init(_ field: JSONField) throws(Refusal) {
    try field.only(["hresult", "message", "type"])
    let text = try field["message"].string()
    guard text.utf16.count <= DistributionLimits.faultMessage else {
      throw try field["message"].wrong("at most \(DistributionLimits.faultMessage) UTF-16 units")
    }
    message = text
    type = try field["type"].parsed("1 to 200 characters") {
      (1...200).contains($0.utf8.count) ? $0 : nil
    }
    result = try field["hresult"].parsed("0x and eight hex digits") { text in
      let digits = text.dropFirst(2)
      guard text.hasPrefix("0x"), digits.utf8.count == 8 else { return nil }
      return UInt32(digits, radix: 16)
    }
  }

  var json: JSONValue {
    let digits = String(result, radix: 16, uppercase: true)
    let padded = String(repeating: "0", count: 8 - digits.utf8.count) + digits
    return [
      "type": .string(type), "hresult": .string("0x\(padded)"), "message": .string(message),
    ]
  }
}
