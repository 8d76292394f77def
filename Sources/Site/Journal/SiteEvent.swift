// SPDX-License-Identifier: Apache-2.0

/// Lines of the site's log that tell of no change. A report carries them like any other, but they are no reason
/// to write a new one: without other news the same bytes are written again.
enum SiteEvent {
  /// A bundle that was applied came again (S01).
  static let repeated = "import.repeated"
  /// A process was sent away because another holds the state (S21).
  static let sentAway = "state.held"

  /// Whether a line of this name is news to the centre.
  static func isNews(_ event: String) -> Bool {
    event != repeated && event != sentAway && !event.hasPrefix("report.")
  }
}
