// SPDX-License-Identifier: Apache-2.0
import Intents

/// The look at a content's list of files before anything is copied or sent: names, order, length of paths at
/// the site, bytes.
struct SourceCheck {
  private(set) var files: [SourceRecord.File] = []
  /// Of all files; a source folder shares nothing with another.
  private(set) var bytes: Int64 = 0

  private let share: SourceShare
  private let folder: String
  private var names: [String: String] = [:]

  /// - Parameter folder: the longest name that the landed folder may get.
  /// - Throws: `DistributionReason.nameRefused` (A14).
  static func of(
    _ request: ContentRequest, in share: SourceShare, folder: String
  ) throws(Refusal) -> SourceCheck {
    var check = SourceCheck(share: share, folder: folder)
    try request.walk { (file) throws(Refusal) in try check.take(file) }
    check.names = [:]
    return check
  }

  private init(share: SourceShare, folder: String) {
    self.share = share
    self.folder = folder
  }

  /// Bytes that must be free: the copy, the site's own snapshot of it, and a tenth (configmgr.md, 8).
  var wanted: Int64 {
    let (double, first) = bytes.multipliedReportingOverflow(by: 2)
    let (sum, second) = double.addingReportingOverflow(bytes / 10)
    return first || second ? .max : sum
  }

  private mutating func take(_ file: ContentFile) throws(Refusal) {
    if let defect = WindowsName.defect(ofPath: file.path) {
      throw refusal(file, seen: defect, expected: "a path that Windows can hold")
    }
    if let last = files.last {
      guard last.path.utf8.lexicographicallyPrecedes(file.path.utf8) else {
        throw refusal(file, seen: "behind \(last.path)", expected: "ascending paths")
      }
    }
    let length = share.path(of: folder).utf16.count + 1 + file.path.utf16.count
    guard length <= SourceShare.longestPath else {
      throw refusal(
        file, seen: "\(length) UTF-16 units with \(share.unc)",
        expected: "at most \(SourceShare.longestPath)")
    }
    guard file.length >= 0 else {
      throw refusal(file, seen: "\(file.length) bytes", expected: "a length")
    }
    var place = ""
    let parts = file.path.split(separator: "/")
    for (number, part) in parts.enumerated() {
      place += number == 0 ? String(part) : "/\(part)"
      let exact = number == parts.count - 1 ? "f\(place)" : "d\(place)"
      let folded = DirectoryHash.upper(place)
      guard names[folded, default: exact] == exact else {
        throw refusal(
          file, seen: "\(place) beside a name that Windows takes for the same",
          expected: "unlike names")
      }
      names[folded] = exact
    }
    let (sum, overflows) = bytes.addingReportingOverflow(file.length)
    bytes = overflows ? .max : sum
    files.append(SourceRecord.File(digest: file.digest, length: file.length, path: file.path))
  }

  private func refusal(_ file: ContentFile, seen: String, expected: String) -> Refusal {
    Refusal(DistributionReason.nameRefused, file.path, seen: seen, expected: expected)
  }
}
