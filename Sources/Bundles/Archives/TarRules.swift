// SPDX-License-Identifier: Apache-2.0
import Intents

/// Which entries an archive may have (FORMAT.md, 5 and 7).
package enum TarRules: Sendable {
  /// Orders of an out bundle: targets under their stored names, ascending.
  case outOrders
  /// Orders of a back bundle: `index.json`, `state.json`.
  case backOrders
  /// Frames, in any order.
  case volume

  /// Orders of a bundle of `kind`.
  package static func orders(of kind: Waybill.Kind) -> TarRules {
    switch kind {
    case .out: .outOrders
    case .back: .backOrders
    }
  }

  var isSorted: Bool { if case .volume = self { false } else { true } }

  /// What is expected, for refusals.
  var expected: String {
    switch self {
    case .outOrders: "targets/<folder>/<sha256>.<name>"
    case .backOrders: "index.json or state.json"
    case .volume: "f/<sha256>"
    }
  }

  func allows(_ name: String) -> Bool {
    switch self {
    case .backOrders: name == "index.json" || name == "state.json"
    case .volume: Self.frame(name) != nil
    case .outOrders: Self.isTarget(name)
    }
  }

  /// The digest in the name of a frame.
  static func frame(_ name: String) -> Digest? {
    name.hasPrefix("f/") ? Digest(hex: name.dropFirst(2)) : nil
  }

  private static func isTarget(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard (3...4).contains(parts.count), parts[0] == "targets",
      parts.allSatisfy({ $0.utf8.count <= 100 && Name.isPlain($0) }),
      let last = parts.last, last.utf8.count > 65, Digest(hex: last.prefix(64)) != nil
    else { return false }
    return last.dropFirst(64).first == "." && last.dropFirst(65).first != "."
  }
}

extension Name {
  /// Whether `text` is made of `[a-z0-9.-]`, begins with a letter or digit and does not end in a dot.
  fileprivate static func isPlain(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return first != 45 && first != 46 && last != 46
      && text.utf8.allSatisfy {
        (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 46
      }
  }
}
