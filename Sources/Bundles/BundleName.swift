// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// The name of a bundle's folder (FORMAT.md, 1). Readers show it and never rely on it.
package enum BundleName: Hashable, Sendable, CustomStringConvertible {
  /// `fjord-3.out.000042`.
  case out(SiteID, n: Int64)
  /// `fjord-3.back.1f2e3d4c.7`, with the first 8 digits of the epoch.
  case back(SiteID, epochPrefix: String, seq: Int64)

  /// Takes exactly what `text` writes.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let first = parts.first, let site = SiteID(first) else { return nil }
    if parts.count == 3, parts[1] == "out", let n = PlainNumber.parse(parts[2], padded: 6) {
      self = .out(site, n: n)
    } else if parts.count == 4, parts[1] == "back", parts[2].utf8.count == 8,
      Hex.decode(parts[2]) != nil, let seq = PlainNumber.parse(parts[3])
    {
      self = .back(site, epochPrefix: String(parts[2]), seq: seq)
    } else {
      return nil
    }
  }

  package var siteID: SiteID {
    switch self {
    case .out(let site, _), .back(let site, _, _): site
    }
  }

  package var text: String {
    switch self {
    case .out(let site, let n): "\(site).out.\(PlainNumber.padded(n, 6))"
    case .back(let site, let epoch, let seq): "\(site).back.\(epoch).\(seq)"
    }
  }

  package var description: String { text }
}
