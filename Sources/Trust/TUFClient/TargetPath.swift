// SPDX-License-Identifier: Apache-2.0
import Intents

/// The path of a target, as roles list it: any text that is not empty.
package struct TargetPath: Hashable, Sendable, CustomStringConvertible {
  let exact: ExactText

  package init?(_ text: String) {
    guard !text.isEmpty else { return nil }
    exact = ExactText(text)
  }

  package var description: String { exact.text }

  /// One name in a folder for the whole path: nothing of it can leave the folder.
  package var fileName: String { exact.encodedName }

  /// The SHA-256 of the path: what hash prefixes and bins go by.
  var digest: Digest { .sha256(Array(exact.text.utf8)) }
}
