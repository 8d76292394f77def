// SPDX-License-Identifier: Apache-2.0
import Intents

/// Names one step for good: which object of the site it is about, and which version of it is wanted.
///
/// Written `package.<line>@<manifest>`: 1 to 160 of `[A-Za-z0-9 ._+-]`, `@`, and 1 to 100 of `[a-z0-9.+-]`. An
/// object has one wanted version at a time: the answer to a later one takes the place of an earlier.
package struct StepKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The object, such as `deployment.install-tool`.
  package let object: String
  /// The version of it, such as `4.2c8b08da5ce60398`.
  package let version: String

  /// Nil unless both parts are of the form above.
  package init?(object: String, version: String) {
    guard (1...160).contains(object.utf8.count), (1...100).contains(version.utf8.count),
      object.utf8.allSatisfy({ StepKey.isPlain($0) || $0 == UInt8(ascii: " ") }),
      version.utf8.allSatisfy(StepKey.isPlain)
    else { return nil }
    self.object = object
    self.version = version
  }

  /// Nil unless `text` is what `description` writes.
  package init?(_ text: String) {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    self.init(object: String(parts[0]), version: String(parts[1]))
  }

  /// Of parts that are known to fit.
  init(_ kind: StaticString, _ name: String, _ version: String) {
    object = "\(kind).\(name)"
    self.version = version
  }

  package var description: String { "\(object)@\(version)" }

  package static func < (left: StepKey, right: StepKey) -> Bool {
    left.description < right.description
  }

  package static let rule = "object@version of A-Z, a-z, 0-9, blank, . _ + and -"

  static func isPlain(_ byte: UInt8) -> Bool {
    PackageID.isUpperAlphanumeric(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || "._+-".utf8.contains(byte)
  }
}
