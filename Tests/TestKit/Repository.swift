// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Files of this repository that tests read: test keys and golden bundles.
package enum Repository {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  package static func path(of path: String) -> String { root.appending(path: path).path() }

  /// All bytes of the file at `path`, which is relative to the root of the checkout.
  package static func contents(of path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: root.appending(path: path)))
  }
}
