// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage

/// The look at a content's list of files before anything is written: names, order, and how much is missing.
struct ContentCheck {
  private(set) var files: Int64 = 0
  /// Folders below the content's own.
  private(set) var folders: Int64 = 0
  /// Bytes of blobs that are not there, and of the INI files.
  private(set) var missing: Int64 = 0

  private let layout: LibraryLayout
  private var previous: [Substring] = []
  private var previousPath = ""
  /// Hashes of folded names, each with the hash of the one exact name that may have it. A hash instead of the
  /// name keeps half a million names in some 30 MB; a chance meeting has odds of one in 10^8.
  private var sources: [Int: Int] = [:]
  private var informations: [Int: Int] = [:]
  private var counted: Set<Int> = []

  /// - Throws: `DistributionReason.nameRefused` (A14).
  static func of(
    _ request: ContentRequest, in layout: LibraryLayout
  ) throws(Refusal) -> ContentCheck {
    var check = ContentCheck(layout: layout)
    try request.walk { (file) throws(Refusal) in try check.take(file) }
    check.sources = [:]
    check.informations = [:]
    check.counted = []
    return check
  }

  private init(layout: LibraryLayout) { self.layout = layout }

  private mutating func take(_ file: ContentFile) throws(Refusal) {
    if let defect = WindowsName.defect(ofPath: file.path) {
      throw refusal(file, seen: defect, expected: "a path that Windows can hold")
    }
    guard files == 0 || previousPath.utf8.lexicographicallyPrecedes(file.path.utf8) else {
      throw refusal(file, seen: "behind \(previousPath)", expected: "ascending paths")
    }
    guard file.length >= 0 else {
      throw refusal(file, seen: "\(file.length) bytes", expected: "a length")
    }
    let parts = file.path.split(separator: "/")
    if let part = parts.first(where: { $0.utf8.count > DistributionLimits.nameLength }) {
      throw refusal(
        file, seen: "a name of \(part.utf8.count) bytes",
        expected: "at most \(DistributionLimits.nameLength)")
    }
    try checkTwins(file, parts)
    previous = parts
    previousPath = file.path
    files += 1
    need(DistributionLimits.overhead)
    guard counted.insert(file.digest.hashValue).inserted else { return }
    if FileQuery.status(layout.blob(file.digest))?.length != file.length { need(file.length) }
  }

  private mutating func need(_ bytes: Int64) {
    let (sum, overflow) = missing.addingReportingOverflow(bytes)
    missing = overflow ? .max : sum
  }

  /// No two names may meet on a file system without case, in the source tree or in DataLib, where file `a`
  /// becomes `a.INI`.
  private mutating func checkTwins(
    _ file: ContentFile, _ parts: [Substring]
  ) throws(Refusal) {
    let shared = zip(parts.dropLast(), previous.dropLast()).prefix { $0 == $1 }.count
    var place = parts[..<shared].joined(separator: "/")
    for part in parts[shared...].dropLast() {
      place += place.isEmpty ? String(part) : "/\(part)"
      folders += 1
      guard ContentCheck.claim(place, "d", in: &sources),
        ContentCheck.claim(place, "d", in: &informations)
      else { throw twin(file, place) }
    }
    guard ContentCheck.claim(file.path, "f", in: &sources),
      ContentCheck.claim(file.path + LibraryLayout.extensionOfInformation, "f", in: &informations)
    else { throw twin(file, file.path) }
  }

  private static func claim(_ name: String, _ kind: String, in names: inout [Int: Int]) -> Bool {
    let folded = DirectoryHash.upper(name).hashValue
    let exact = "\(kind)\(name)".hashValue
    if let other = names[folded] { return other == exact }
    names[folded] = exact
    return true
  }

  private func twin(_ file: ContentFile, _ name: String) -> Refusal {
    refusal(
      file, seen: "\(name) beside a name that Windows takes for the same", expected: "unlike names")
  }

  private func refusal(_ file: ContentFile, seen: String, expected: String) -> Refusal {
    Refusal(DistributionReason.nameRefused, file.path, seen: seen, expected: expected)
  }
}
