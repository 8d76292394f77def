// SPDX-License-Identifier: Apache-2.0

/// A pattern of target paths: `*` stands for any run of characters and `?` for one, never for `/`; every other
/// character for itself. TUF 1.0.31, 4.5.
package struct PathPattern: Sendable, Hashable {
  private let parts: [[Unicode.Scalar]]

  package init(_ text: String) { parts = PathPattern.parts(text) }

  package func matches(_ path: TargetPath) -> Bool {
    let names = PathPattern.parts(path.description)
    return names.count == parts.count
      && zip(parts, names).allSatisfy { PathPattern.matches($0, $1) }
  }

  private static func parts(_ text: String) -> [[Unicode.Scalar]] {
    text.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).map(Array.init)
  }

  /// Goes back to the last star only, so that a hostile pattern costs the product of both lengths at most.
  private static func matches(_ pattern: [Unicode.Scalar], _ name: [Unicode.Scalar]) -> Bool {
    var place = 0
    var start = 0
    var star: (pattern: Int, name: Int)?
    while start < name.count {
      if place < pattern.count, pattern[place] == "*" {
        star = (place, start)
        place += 1
      } else if place < pattern.count, pattern[place] == "?" || pattern[place] == name[start] {
        place += 1
        start += 1
      } else if let last = star {
        star = (last.pattern, last.name + 1)
        place = last.pattern + 1
        start = last.name + 1
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == "*" }
  }
}
