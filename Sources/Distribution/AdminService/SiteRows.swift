// SPDX-License-Identifier: Apache-2.0
import Intents
import Trust

// What we read of the classes of configmgr.md, 3.6 and 3.7. Only what is asked for with `$select` is there, and
// no lazy property is: those are null in lists, and never written back.

/// `SMS_Package`.
struct PackageRow: Hashable {
  static let name = "SMS_Package"
  static let select = [
    "PackageID", "Name", "ISVString", "Description", "PkgSourcePath", "SourceVersion",
    "SedoObjectVersion", "LastRefreshTime", "ActionInProgress",
  ]

  let id: PackageID
  let name: String
  let stamp: String
  let description: String
  let sourcePath: String
  let sourceVersion: Int64
  let objectVersion: String
  let refreshed: Instant?
  let isLeaving: Bool

  init(_ row: JSONField) throws(Refusal) {
    id = try row.packageID("PackageID")
    name = try row.text("Name")
    stamp = try row.text("ISVString")
    description = try row.text("Description")
    sourcePath = try row.text("PkgSourcePath")
    sourceVersion = try row["SourceVersion"].integer(in: 0...TrustLimits.jsonInteger)
    objectVersion = try row.text("SedoObjectVersion")
    refreshed = try row.moment("LastRefreshTime")
    isLeaving = try row.number("ActionInProgress") == 3
  }

  /// Whether it carries a stamp of ours, in the field of REST or in that of a runbook.
  var isOurs: Bool { stamp.hasPrefix(Stamp.mark) || description.hasPrefix(Stamp.mark) }
}

/// `SMS_Program`.
struct ProgramRow: Hashable {
  static let name = "SMS_Program"
  static let select = [
    "PackageID", "ProgramName", "CommandLine", "ProgramFlags", "Duration", "ISVString", "Comment",
  ]

  let commandLine: String
  let flags: Int64
  let duration: Int64
  let stamp: String
  let comment: String

  init(_ row: JSONField) throws(Refusal) {
    commandLine = try row.text("CommandLine")
    flags = try row.number("ProgramFlags")
    duration = try row.number("Duration")
    stamp = try row.text("ISVString")
    comment = try row.text("Comment")
  }
}

/// `SMS_Collection`.
struct CollectionRow: Hashable {
  static let name = "SMS_Collection"
  static let select = [
    "CollectionID", "Name", "CollectionType", "CurrentStatus", "MemberCount", "ISVString",
  ]
  static let devices: Int64 = 2
  static let ready: Int64 = 1

  let id: PackageID
  let name: String
  let type: Int64
  let status: Int64
  let members: Int64
  let stamp: String

  init(_ row: JSONField) throws(Refusal) {
    id = try row.packageID("CollectionID")
    name = try row.text("Name")
    type = try row.number("CollectionType")
    status = try row.number("CurrentStatus")
    members = try row.number("MemberCount")
    stamp = try row.text("ISVString")
  }
}

/// `SMS_Advertisement`: the deployment of a program.
struct AdvertisementRow: Hashable {
  static let name = "SMS_Advertisement"
  static let select = [
    "AdvertisementID", "PackageID", "ProgramName", "CollectionID", "OfferType", "ISVString",
    "Comment",
  ]

  let id: PackageID
  let package: String
  let program: String
  let collection: String
  let offer: Int64
  /// Nil when it carries no stamp of a deployment.
  let key: EffectKey?

  init(_ row: JSONField) throws(Refusal) {
    id = try row.packageID("AdvertisementID")
    package = try row.text("PackageID")
    program = try row.text("ProgramName")
    collection = try row.text("CollectionID")
    offer = try row.number("OfferType")
    let stamp = try row.text("ISVString")
    let comment = try row.text("Comment")
    key = Stamp.deployment(stamp) ?? Stamp.deployment(comment)
  }
}

/// `SMS_PackageStatusDistPointsSummarizer`.
struct DistributionRow: Hashable {
  static let name = "SMS_PackageStatusDistPointsSummarizer"
  static let select = ["PackageID", "ServerNALPath", "State", "SourceVersion", "LastCopied"]

  let package: String
  let server: String
  let state: Int64
  let sourceVersion: Int64
  let copied: Instant?

  init(_ row: JSONField) throws(Refusal) {
    package = try row.text("PackageID")
    server = try row.text("ServerNALPath")
    state = try row["State"].integer(in: 0...TrustLimits.jsonInteger)
    sourceVersion = try row["SourceVersion"].integer(in: 0...TrustLimits.jsonInteger)
    copied = try row.moment("LastCopied")
  }
}

extension JSONField {
  /// A string; empty where it is null or left out.
  func text(_ key: String) throws(Refusal) -> String {
    guard let field = try optional(key), field.value != .null else { return "" }
    return try field.string()
  }

  /// A whole number of 0 or more; 0 where it is null or left out.
  func number(_ key: String) throws(Refusal) -> Int64 {
    guard let field = try optional(key), field.value != .null else { return 0 }
    return try field.integer(in: 0...TrustLimits.jsonInteger)
  }

  func packageID(_ key: String) throws(Refusal) -> PackageID {
    try self[key].parsed("an id: \(PackageID.rule)") { PackageID($0) }
  }

  /// A moment in UTC, its fraction of a second cut off; nil where it is null, left out or of another form.
  func moment(_ key: String) throws(Refusal) -> Instant? {
    guard case .string(let text)? = try optional(key)?.value else { return nil }
    guard let dot = text.firstIndex(of: "."), text.hasSuffix("Z") else { return Instant(text) }
    return Instant("\(text[..<dot])Z")
  }
}
