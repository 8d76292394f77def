// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// That one app shall be there for the members of one target.
package struct AppAssignment: Hashable, Sendable {
  /// `installIntent`.
  package enum Intent: String, Hashable, Sendable, CaseIterable {
    case available
    case required
    case uninstall
    case availableWithoutEnrollment
  }

  package let intent: Intent
  package let target: AssignmentTarget
  /// Nil for an app of another kind than Win32, and with an exclusion.
  package let settings: Win32Settings?

  package init(intent: Intent, target: AssignmentTarget, settings: Win32Settings? = nil) {
    self.intent = intent
    self.target = target
    self.settings = settings
  }

  /// As `mobileAppAssignment`.
  package var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("@odata.type", "#microsoft.graph.mobileAppAssignment"),
      ("intent", .string(intent.rawValue)), ("target", target.json),
    ]
    if let settings { members.append(("settings", settings.json)) }
    return .object(JSONObject(members))
  }
}

/// How a Win32 app is installed where it is assigned: `win32LobAppAssignmentSettings`.
package struct Win32Settings: Hashable, Sendable {
  /// What the user of the device is shown: `win32LobAppNotification`.
  package enum Notifications: String, Hashable, Sendable, CaseIterable {
    case showAll
    case showReboot
    case hideAll
  }

  package enum Delivery: String, Hashable, Sendable, CaseIterable {
    case notConfigured
    case foreground
  }

  /// Minutes around a restart: `win32LobAppRestartSettings`.
  package struct Restart: Hashable, Sendable {
    package let grace: Int32
    package let countdown: Int32
    /// Nil where it cannot be put off.
    package let snooze: Int32?

    package init(grace: Int32, countdown: Int32, snooze: Int32?) {
      self.grace = grace
      self.countdown = countdown
      self.snooze = snooze
    }
  }

  package let notifications: Notifications
  package let delivery: Delivery
  package let restart: Restart?
  /// From when it may be installed, and when it must be: in UTC. Nil for at once.
  package let start: Instant?
  package let deadline: Instant?

  package init(
    notifications: Notifications = .showReboot, delivery: Delivery = .notConfigured,
    restart: Restart? = nil, start: Instant? = nil, deadline: Instant? = nil
  ) {
    self.notifications = notifications
    self.delivery = delivery
    self.restart = restart
    self.start = start
    self.deadline = deadline
  }

  package var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("@odata.type", "#microsoft.graph.win32LobAppAssignmentSettings"),
      ("notifications", .string(notifications.rawValue)),
      ("deliveryOptimizationPriority", .string(delivery.rawValue)),
    ]
    if let restart {
      members.append(
        (
          "restartSettings",
          [
            "gracePeriodInMinutes": .integer(Int64(restart.grace)),
            "countdownDisplayBeforeRestartInMinutes": .integer(Int64(restart.countdown)),
            "restartNotificationSnoozeDurationInMinutes": restart.snooze.map {
              .integer(Int64($0))
            } ?? .null,
          ]
        ))
    }
    if start != nil || deadline != nil {
      var times: [(String, JSONValue)] = [("useLocalTime", false)]
      if let start { times.append(("startDateTime", .string(start.description))) }
      if let deadline { times.append(("deadlineDateTime", .string(deadline.description))) }
      members.append(("installTimeSettings", .object(JSONObject(times))))
    }
    return .object(JSONObject(members))
  }
}

/// One assignment as Graph shows it. What we do not model of it is kept, so that it can be sent again as it is.
package struct SeenAssignment: Sendable {
  package let intent: OpenValue<AppAssignment.Intent>
  /// Nil for a target that Waybill does not write.
  package let target: AssignmentTarget?
  /// Type of the target, as text.
  package let targetType: String
  let settings: JSONValue

  init(_ field: JSONField) throws(Refusal) {
    intent = try field["intent"].open(AppAssignment.Intent.self)
    let target = try field["target"]
    self.target = AssignmentTarget(target.value)
    targetType = try target["@odata.type"].string()
    settings = try field.optional("settings")?.value ?? .null
  }

  /// What is sent to keep it; nil where we cannot.
  var json: JSONValue? {
    guard let target, intent.known != nil, !settings.holdsFutureValue else { return nil }
    var members: [(String, JSONValue)] = [
      ("@odata.type", "#microsoft.graph.mobileAppAssignment"), ("intent", .string(intent.text)),
      ("target", target.json),
    ]
    if settings != .null { members.append(("settings", settings)) }
    return .object(JSONObject(members))
  }
}

extension JSONValue {
  /// Whether somewhere below stands what Graph writes for a value that v1.0 has no name for. It is never sent.
  fileprivate var holdsFutureValue: Bool {
    switch self {
    case .string(let text): text == "unknownFutureValue"
    case .array(let elements): elements.contains(where: \.holdsFutureValue)
    case .object(let object): object.members.contains(where: \.value.holdsFutureValue)
    case .null, .bool, .integer: false
    }
  }
}
