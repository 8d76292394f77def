// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

extension AdminServicePoint {
  /// Every member of the deployment's collection, ascending by name. A device without a row is unknown, and so
  /// is one whose row is older than the deployment's last change.
  package func status(of key: EffectKey, asOf: Instant) throws(Refusal) -> [ComplianceRecord] {
    try LibraryFailure.atPoint { () throws(Refusal) in
      try checkSite()
      let held = try advertisements(of: key.intent)
      let exact = held.filter { $0.key == key }
      guard let deployment = try only(exact, carrying: .deployment(key)) else {
        throw Refusal(
          DistributionReason.unknownObject, key.description,
          seen: held.first?.key.map { "revision \($0.revision)" } ?? "no deployment",
          expected: "revision \(key.revision)")
      }
      let id = PlainText(deployment.id)
      let summaries = try rows(
        "SMS_DeploymentSummary", where: .equals("DeploymentID", id),
        select: ["DeploymentID", "SummarizationTime", "ModificationTime"]
      ) { (row) throws(Refusal) in
        (at: try row.moment("SummarizationTime"), changed: try row.moment("ModificationTime"))
      }
      let assets = try assets(of: id)
      let members = try members(of: deployment)
      return members.map { member in
        let row = assets[member.id]
        var state = row.map { DeviceState.state(ofStatusType: $0.type) } ?? .unknown
        let moment = row?.at ?? summaries.first?.at
        if let changed = summaries.first?.changed, let at = row?.at, at < changed {
          state = .unknown
        }
        return ComplianceRecord(
          device: member.name, intent: key.intent, revision: key.revision, state: state,
          exitCode: nil, asOf: moment ?? asOf)
      }
    }
  }

  private func assets(
    of deployment: PlainText
  ) throws(Refusal) -> [Int64: (type: Int64, at: Instant?)] {
    let found = try rows(
      "SMS_ClassicDeploymentAssetDetails", where: .equals("DeploymentID", deployment),
      select: ["DeviceID", "StatusType", "SummarizationTime"], numberedBy: "DeviceID"
    ) { (row) throws(Refusal) in
      (
        id: try row["DeviceID"].integer(in: 0...TrustLimits.jsonInteger),
        type: try row.number("StatusType"), at: try row.moment("SummarizationTime")
      )
    }
    // Two rows of one device: the graver state is the one to act on.
    return Dictionary(found.map { ($0.id, ($0.type, $0.at)) }) { $0.0 > $1.0 ? $0 : $1 }
  }

  private func members(
    of deployment: AdvertisementRow
  ) throws(Refusal) -> [(id: Int64, name: String)] {
    guard let collection = PackageID(deployment.collection) else {
      throw AdminServiceAnswer.malformed(
        "deployment \(deployment.id)", seen: "collection \(deployment.collection)",
        expected: "an id: \(PackageID.rule)")
    }
    let found = try rows(
      "SMS_FullCollectionMembership", where: .equals("CollectionID", PlainText(collection)),
      select: ["ResourceID", "Name"], numberedBy: "ResourceID"
    ) { (row) throws(Refusal) in
      (
        id: try row["ResourceID"].integer(in: 0...TrustLimits.jsonInteger),
        name: try row.text("Name")
      )
    }
    return found.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
  }
}
