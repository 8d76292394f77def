// SPDX-License-Identifier: Apache-2.0
import HTTP
package import Intents
import Trust

/// An app that Intune holds.
package struct MobileApp: Hashable, Sendable {
  /// `mobileAppPublishingState`.
  package enum Publishing: String, Hashable, Sendable {
    case notPublished
    case processing
    case published
  }

  package let id: GraphID
  package let name: String
  /// Type in Graph, such as `#microsoft.graph.win32LobApp`.
  package let type: String
  package let publishing: OpenValue<Publishing>

  init(_ field: JSONField) throws(Refusal) {
    id = try field["id"].graphID()
    name = try field.present("displayName")?.string() ?? ""
    type = try field.present("@odata.type")?.string() ?? ""
    publishing = try field["publishingState"].open(Publishing.self)
  }

  package var isWin32: Bool { type == "#microsoft.graph.win32LobApp" }
}

extension GraphClient {
  private static let apps = "deviceAppManagement/mobileApps"
  private static let appFields = "id,displayName,publishingState"

  /// - Returns: nil when there is none with this id.
  /// - Throws: an `IntuneReason` or `HTTPReason`.
  package func app(_ id: GraphID) throws(Refusal) -> MobileApp? {
    let path = GraphPath("\(Self.apps)/\(id)", ["$select": Self.appFields])
    guard let field = try get(path) else { return nil }
    return try understood { () throws(Refusal) in try MobileApp(field) }
  }

  /// The one app of exactly this name.
  ///
  /// - Returns: nil when there is none.
  /// - Throws: `IntuneReason.ambiguousName`, or as `app(_:)`.
  package func app(named name: String) throws(Refusal) -> MobileApp? {
    let path = GraphPath(
      Self.apps,
      ["$filter": "displayName eq \(ODataText.literal(name))", "$select": Self.appFields])
    let apps = try (collection(path) ?? []).understood(MobileApp.init)
    return try only(apps.filter { $0.name == name }, named: name)
  }

  /// - Returns: nil when the app does not exist.
  /// - Throws: as `app(_:)`.
  package func assignments(of app: GraphID) throws(Refusal) -> [SeenAssignment]? {
    try collection(GraphPath("\(Self.apps)/\(app)/assignments"))?.understood(SeenAssignment.init)
  }

  /// Adds to the assignments of an app: reads them all, merges, replaces the set, and reads it back. Whoever changes
  /// them between the two reads is overruled: Graph knows no condition for this.
  ///
  /// - Returns: whether anything had to be changed.
  /// - Throws: what `AssignmentMerge` throws before anything is changed, `IntuneReason.requestRefused` without such
  ///   an app, `.notTaken`, or as `app(_:)`.
  @discardableResult
  package func assign(
    _ app: GraphID, _ wanted: [AppAssignment], broad: BroadTargets = .refused
  ) throws(Refusal) -> Bool {
    try replace(app) { (present, subject) throws(Refusal) in
      try AssignmentMerge(adding: wanted, to: present, of: subject, broad: broad)
    }
  }

  /// Takes assignments of an app back, in the same way. What is there with another intent is another's and stays.
  ///
  /// - Returns: whether anything had to be changed.
  /// - Throws: as `assign`.
  @discardableResult
  package func withdraw(
    _ app: GraphID, _ unwanted: [AppAssignment]
  ) throws(Refusal) -> Bool {
    try replace(app) { (present, subject) throws(Refusal) in
      try AssignmentMerge(withdrawing: unwanted, from: present, of: subject)
    }
  }

  private func replace(
    _ app: GraphID, _ merged: ([SeenAssignment], String) throws(Refusal) -> AssignmentMerge
  ) throws(Refusal) -> Bool {
    let subject = "app \(app)"
    guard let present = try assignments(of: app) else {
      throw Refusal(IntuneReason.requestRefused, subject, seen: "no such app", expected: "an app")
    }
    let merge = try merged(present, subject)
    guard merge.isNeeded else { return false }
    try change("perhaps the app's assignments") { () throws(Refusal) in
      // The same set twice is the same set, so it may be sent again.
      _ = try post(GraphPath("\(Self.apps)/\(app)/assign"), merge.body, repeating: .always)
      try settled { () throws(Refusal) in try merge.check(try assignments(of: app) ?? []) }
    }
    return true
  }

  /// Says of a failure that did not say so itself what may have been changed when it came.
  func change(_ what: String, _ body: () throws(Refusal) -> Void) throws(Refusal) {
    do throws(Refusal) {
      try body()
    } catch {
      var error = error
      if error.reason as? IntuneReason != .notTaken { error.changed = what }
      throw error
    }
  }

  /// Looks again a little later when Graph does not show yet what it took.
  func settled(_ look: () throws(Refusal) -> Void) throws(Refusal) {
    for wait in IntuneLimits.readBackWaits {
      do throws(Refusal) {
        return try look()
      } catch {
        guard error.reason as? IntuneReason == .notTaken else { throw error }
      }
      try link.timing.sleep(wait)
    }
    try look()
  }

  /// Refuses to choose between several.
  func only<Value>(_ values: [Value], named name: String) throws(Refusal) -> Value? {
    guard values.count <= 1 else {
      throw Refusal(
        IntuneReason.ambiguousName, name, seen: "\(values.count) of this name", expected: "one")
    }
    return values.first
  }
}
