// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Where a tenant is served: the world, or a national cloud with hosts of its own.
package struct GraphCloud: Hashable, Sendable {
  /// `https://host` of the token server, without a slash at its end.
  package let login: String
  /// The same of Graph.
  package let graph: String

  package static let world = GraphCloud(
    unchecked: "https://login.microsoftonline.com", "https://graph.microsoft.com")

  /// Takes origins; plain HTTP only on this machine's own loopback, where tests are.
  ///
  /// - Throws: `IntuneReason.malformedSetting`.
  package init(login: String, graph: String) throws(Refusal) {
    for (name, origin) in [("login", login), ("graph", graph)]
    where !GraphCloud.isOrigin(origin) {
      throw Refusal(
        IntuneReason.malformedSetting, name, seen: origin,
        expected: "https://host, in lower case, with nothing behind the host")
    }
    self.init(unchecked: login, graph)
  }

  private init(unchecked login: String, _ graph: String) {
    self.login = login
    self.graph = graph
  }

  /// Whether `address` is one of Graph's v1.0 and nothing in it could lead elsewhere.
  func holds(_ address: String) -> Bool {
    address.hasPrefix(graph + "/v1.0/") && GraphCloud.isSendable(address)
  }

  /// Whether a file may be fetched from `address`: over TLS, or where Graph itself is simulated.
  func mayFetch(_ address: String) -> Bool {
    let isSafe =
      address.hasPrefix("https://")
      || GraphCloud.isLoopback(graph) && GraphCloud.isLoopback(address)
    return isSafe && GraphCloud.isSendable(address)
  }

  private static func isOrigin(_ text: String) -> Bool {
    guard isSendable(text), text.hasPrefix("https://") || isLoopback(text) else { return false }
    let host = text.utf8.drop { $0 != UInt8(ascii: "/") }.dropFirst(2)
    return !host.isEmpty
      && host.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"):
          true
        default: false
        }
      }
  }

  private static func isLoopback(_ text: String) -> Bool { text.hasPrefix("http://127.0.0.1:") }

  /// Printable ASCII without blanks: what can stand in a request line.
  private static func isSendable(_ text: String) -> Bool {
    text.utf8.count <= 8_192 && text.utf8.allSatisfy { (33...126).contains($0) }
  }
}
