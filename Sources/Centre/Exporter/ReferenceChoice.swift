// SPDX-License-Identifier: Apache-2.0
import Intents

/// Picks, for each file that a site lacks, the file that it holds by receipt and that is most like it: the one at the
/// same path in the newest version of the same product, else one of the same name, else one whose name differs in
/// digits alone, as installers name their versions. What is left, `SimilarFiles` looks at.
struct ReferenceChoice {
  /// A held file that can be a reference.
  struct Candidate: Hashable {
    let file: HeldFile
    let path: String
    let line: RandomID
    /// Higher is newer, within a line.
    let counter: Int64

    init(_ file: ContentFile, of content: ContentRecord) {
      self.file = HeldFile(digest: file.digest, length: file.length)
      path = file.path
      line = content.line
      counter = content.counter
    }

    var name: Substring { ReferenceChoice.name(of: path) }
  }

  private var byName: [Substring: [Candidate]] = [:]
  private var byStem: [String: [Candidate]] = [:]

  init(_ held: HeldFiles) {
    for candidate in held.candidates {
      byName[candidate.name, default: []].append(candidate)
      byStem[ReferenceChoice.stem(of: candidate.path), default: []].append(candidate)
    }
  }

  /// The best reference for a file of the product `line`; nil when none is called like it.
  func reference(for file: ExportPlan.LargeFile, of line: RandomID) -> HeldFile? {
    let candidates =
      byName[ReferenceChoice.name(of: file.path)] ?? byStem[ReferenceChoice.stem(of: file.path)]
      ?? []
    return candidates.max { left, right in
      ReferenceChoice.rank(left, for: file, of: line)
        .lexicographicallyPrecedes(ReferenceChoice.rank(right, for: file, of: line))
    }?.file
  }

  /// Same product, then same path, then newest, then the longest common end of the paths, then the nearest length.
  private static func rank(
    _ candidate: Candidate, for file: ExportPlan.LargeFile, of line: RandomID
  ) -> [Int64] {
    let isOwn = candidate.line == line
    let common = zip(candidate.path.utf8.reversed(), file.path.utf8.reversed())
      .prefix { $0 == $1 }.count
    return [
      isOwn ? 1 : 0, candidate.path == file.path ? 1 : 0, isOwn ? candidate.counter : 0,
      Int64(common), -abs(candidate.file.length - file.length),
    ]
  }

  /// The name with one `0` for each number of digits and dots.
  private static func stem(of path: String) -> String {
    var stem = ""
    for character in name(of: path) {
      if !character.isASCII || !(character.isNumber || character == ".") {
        stem.append(character)
      } else if stem.last != "0" {
        stem.append("0")
      }
    }
    return stem
  }

  private static func name(of path: String) -> Substring {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[path.utf8.index(after: $0)...] }
      ?? path[...]
  }
}
