// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

extension AdminServicePoint {
  /// A new revision gets a deployment of its own; then those of the lower ones go.
  ///
  /// - Throws: `DistributionReason.keyReused` when the intent's revision is there with another choice, or a
  ///   higher one is.
  package func ensureDeployment(
    _ request: DeploymentRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> {
    try effect { () throws(Refusal) in
      try checkSite()
      let intent = request.intent
      guard try isCurrent(request.content) else {
        return .pending("content \(request.content.contentID)")
      }
      guard try program(intent.program, of: request.content.packageID) != nil else {
        return .pending("program \(intent.program) of \(request.content.packageID)")
      }
      guard let collection = try collection(intent.collection) else {
        return .pending("collection \(intent.collection)")
      }
      guard collection.isReady else { return .pending(collection.wait) }
      try checkBounds(collection)
      let held = try advertisements(of: intent.id)
      if let newer = held.first(where: { ($0.key?.revision ?? 0) > intent.revision }) {
        throw Refusal(
          DistributionReason.keyReused, intent.id.text, seen: "revision \(intent.revision)",
          expected: "a revision above \(newer.key?.revision ?? 0)")
      }
      let wanted = EffectKey(intent)
      let exact = held.filter { $0.key == wanted }
      if let row = try only(exact, carrying: .deployment(wanted)) {
        try check(row, request, collection.id)
        return try withdraw(held.filter { $0.key != wanted }, keeping: row)
      }
      if let wait = waitForAdministrator(request, collection.id) { return .pending(wait) }
      let row = try create(AdvertisementRow.name, body(request, collection.id)) {
        () throws(Refusal) in
        try only(
          try advertisements(of: intent.id).filter { $0.key == wanted },
          carrying: .deployment(wanted))
      }
      return try withdraw(held, keeping: row)
    }
  }

  /// Every deployment of an intent, whatever its revision.
  func advertisements(of intent: Name) throws(Refusal) -> [AdvertisementRow] {
    let prefix = try PlainText(Stamp.deployments(of: intent), naming: "stamp")
    return try rows(
      AdvertisementRow.name, where: .begins("ISVString", prefix) || .begins("Comment", prefix),
      select: AdvertisementRow.select
    ) { (row) throws(Refusal) in try AdvertisementRow(row) }
    .filter { $0.key?.intent == intent }
  }

  /// Takes deployments away; the text says what is waited for, nil when they are gone.
  func withdraw(_ rows: [AdvertisementRow]) throws(Refusal) -> String? {
    guard !rows.isEmpty else { return nil }
    guard configuration.unverified.contains(.advertisement) else {
      let names = rows.map { "Remove-CMPackageDeployment -DeploymentId '\($0.id)'" }
      return "an administrator has to run " + names.joined(separator: "; ")
    }
    for row in rows { try client.delete(AdvertisementRow.name, ODataKey(row.id)) }
    return nil
  }

  private func withdraw(
    _ rows: [AdvertisementRow], keeping row: AdvertisementRow
  ) throws(Refusal) -> Effect<String> {
    if let wait = try withdraw(rows) { return .pending(wait) }
    return .done(row.id.text)
  }

  private func check(
    _ row: AdvertisementRow, _ request: DeploymentRequest, _ collection: PackageID
  ) throws(Refusal) {
    let intent = request.intent
    let seen = [row.package, row.program, row.collection, "\(row.offer)"]
    let expected = [
      request.content.packageID.text, intent.program.text, collection.text,
      "\(offerType(intent))",
    ]
    guard seen == expected else {
      throw Refusal(
        DistributionReason.keyReused, "\(EffectKey(intent))",
        seen: "deployment \(row.id) of \(seen.joined(separator: " "))",
        expected: "a revision above \(intent.revision) for \(expected.joined(separator: " "))")
    }
  }

  /// What REST cannot do, or may not: a deadline of its own needs a list of schedules, which the service does
  /// not take (configmgr.md, 0 and 3.5).
  private func waitForAdministrator(
    _ request: DeploymentRequest, _ collection: PackageID
  ) -> String? {
    let intent = request.intent
    let command =
      "New-CMPackageDeployment -StandardProgram -PackageId '\(request.content.packageID)' "
      + "-ProgramName '\(intent.program)' -CollectionId '\(collection)' "
      + "-Comment '\(Stamp.deployment(EffectKey(intent)))'"
    guard configuration.unverified.contains(.advertisement) else {
      return "the deployment: an administrator has to run \(command)"
    }
    if intent.purpose == .required, let deadline = intent.deadline {
      return "a deadline of its own, \(deadline): an administrator has to run \(command) -Schedule"
    }
    return nil
  }

  private func body(_ request: DeploymentRequest, _ collection: PackageID) -> JSONValue {
    let intent = request.intent
    let stamp = JSONValue.string(Stamp.deployment(EffectKey(intent)).text)
    let start = intent.availableFrom ?? clock.now()
    return [
      "AdvertisementName": .string("\(intent.id) r\(intent.revision)"),
      "PackageID": .string(request.content.packageID.text),
      "ProgramName": .string(intent.program.text), "CollectionID": .string(collection.text),
      "OfferType": .integer(offerType(intent)),
      // Required ones run at once when they are available; windows of maintenance are kept either way.
      "AdvertFlags": .integer(intent.purpose == .required ? Advertisement.immediate : 0),
      "RemoteClientFlags": .integer(Advertisement.clientFlags), "IncludeSubCollection": false,
      "PresentTime": .string(start.description), "PresentTimeEnabled": true,
      "PresentTimeIsGMT": true, "Priority": 2, "ISVString": stamp, "Comment": stamp,
    ]
  }

  private func offerType(_ intent: DeploymentIntent) -> Int64 {
    intent.purpose == .required ? 0 : 2
  }
}

/// Values of `SMS_Advertisement` (configmgr.md, 3.6).
private enum Advertisement {
  static let immediate: Int64 = 0x20
  /// Download from a local distribution point, do not run without one, run again after a failure.
  static let clientFlags: Int64 = 0x10 + 0x20 + 0x2000
}
