// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage

/// The folder below which content lands, under its two names.
package struct SourceShare: Hashable, Sendable {
  /// As this host sees it.
  package let local: FilePath
  /// As the site server sees it, such as `\\srv\src$\waybill`, without a backslash at its end.
  package let unc: String

  /// Longest path that Windows opens without further ado, in UTF-16 units.
  static let longestPath = 259

  /// - Throws: `DistributionReason.valueRefused` for a UNC path of another form, `.foreignLibrary` for a share
  ///   of ConfigMgr's own, in which nothing of ours may ever lie.
  package init(local: FilePath, unc: String) throws(Refusal) {
    let parts = unc.split(separator: "\\", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 4, parts[0].isEmpty, parts[1].isEmpty,
      parts[2...].allSatisfy(SourceShare.isPart), unc.utf8.count <= 100
    else {
      throw Refusal(
        DistributionReason.valueRefused, "source folder", seen: unc,
        expected: "\\\\server\\share\\… of A-Z, a-z, 0-9 and . _ - $, at most 100 characters")
    }
    let share = parts[3].uppercased()
    guard !["SCCMCONTENTLIB", "SMS_DP", "SMSPKG", "SMSSIG"].contains(where: share.hasPrefix) else {
      throw Refusal(
        DistributionReason.foreignLibrary, "source folder", seen: unc,
        expected: "a share for package sources")
    }
    self.local = local
    self.unc = unc
  }

  /// What the site server calls a landed folder.
  package func path(of folder: String) -> String { "\(unc)\\\(folder)" }

  /// The landed folder that a site server's path names, in any case and with or without a backslash at its end; nil for
  /// a path elsewhere.
  package func folder(of path: String) -> String? {
    let path = path.hasSuffix("\\") ? String(path.dropLast()) : path
    guard path.lowercased().hasPrefix(unc.lowercased() + "\\") else { return nil }
    let name = String(path.dropFirst(unc.count + 1)).lowercased()
    return name.contains("\\") || name.isEmpty ? nil : name
  }

  private static func isPart(_ part: String) -> Bool {
    !part.isEmpty && part != "." && part != ".."
      && part.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "._-$".utf8.contains(byte)
        }
      }
  }
}
