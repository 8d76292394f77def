// SPDX-License-Identifier: Apache-2.0

/// The names of the files of a bundle (FORMAT.md, 1), as we write them.
package enum BundleFiles {
  package static let papers = "papers.tar"
  package static let papersCopy = "papers-copy.tar"
  package static let orders = "orders.tar"
  /// What follows the name of a sealed file.
  package static let sealedSuffix = ".age"

  /// Whether a file of this name is one that a writer of ours makes.
  static func isOurs(_ name: String) -> Bool {
    switch name {
    case papers, papersCopy, StartHere.name, SumsFile.name, SumsFile.signatureName: true
    default: isPiece(name)
    }
  }

  private static func isPiece(_ name: String) -> Bool {
    let plain = name.hasSuffix(sealedSuffix) ? String(name.dropLast(sealedSuffix.count)) : name
    return plain == orders || volumeNumber(plain) != nil
  }

  /// The number in `volume-001.tar`.
  static func volumeNumber(_ name: String) -> Int64? {
    guard name.hasPrefix("volume-"), name.hasSuffix(".tar") else { return nil }
    return PlainNumber.parse(name.dropFirst(7).dropLast(4), padded: 3)
  }
}
