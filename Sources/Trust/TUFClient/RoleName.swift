// SPDX-License-Identifier: Apache-2.0

/// The name of a role that vouches for targets: `targets` itself or any that is delegated to.
package struct RoleName: Hashable, Sendable, CustomStringConvertible {
  private let exact: ExactText

  package static let targets = RoleName(exact: ExactText("targets"))

  private init(exact: ExactText) { self.exact = exact }

  /// Nil for a name that no role can be delegated to under: empty, or that of a top-level role, whose file
  /// it would take for its own.
  package init?(delegated text: String) {
    guard !text.isEmpty, !["root", "timestamp", "snapshot", "targets"].contains(text) else {
      return nil
    }
    exact = ExactText(text)
  }

  package var description: String { exact.text }

  /// How a snapshot lists it.
  var listed: ExactText { ExactText(exact.text + ".json") }

  /// What its file is called, in a metadata folder and, with a version before it, in a URL.
  package var fileName: String { exact.encodedName + ".json" }
}
