// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// What marks an object at a ConfigMgr site as ours, and by which it is found again:
/// `waybill:1:<id>:<part>`, below 100 characters of a fixed set (configmgr.md, 3.3 and 4.4).
package struct Stamp: Hashable, Sendable, CustomStringConvertible {
  /// What every stamp begins with.
  package static let mark = "waybill:1:"

  package let text: String

  /// Of the one package that a product line has.
  package static func package(of line: RandomID) -> Stamp { Stamp(line.text, "package") }

  /// Of every program in one of our packages; its name tells it from the others.
  package static func program(of package: PackageID) -> Stamp { Stamp(package.text, "program") }

  /// Of a collection that we made. Its name may be too long for a stamp, so this has its hash.
  package static func collection(_ name: CollectionName) -> Stamp {
    Stamp(String(Digest.sha256(Array(name.text.utf8)).hex.prefix(22)), "collection")
  }

  package static func deployment(_ key: EffectKey) -> Stamp {
    Stamp(key.intent.text, "r\(key.revision)")
  }

  /// What the stamps of all revisions of an intent begin with.
  package static func deployments(of intent: Name) -> String { "\(mark)\(intent.text):r" }

  private init(_ id: String, _ part: String) { text = "\(Stamp.mark)\(id):\(part)" }

  /// Which revision of which intent a deployment's stamp names; nil for any other text.
  package static func deployment(_ text: String) -> EffectKey? {
    guard text.hasPrefix(mark) else { return nil }
    let parts = text.dropFirst(mark.count).split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].hasPrefix("r"), let intent = Name(parts[0]),
      let revision = Int64(parts[1].dropFirst()), revision >= 0,
      "r\(revision)" == parts[1]
    else { return nil }
    return EffectKey(intent: intent, revision: revision)
  }

  /// Which line a package's stamp names; nil for any other text.
  package static func line(_ text: String) -> RandomID? {
    guard text.hasPrefix(mark), text.hasSuffix(":package") else { return nil }
    return RandomID(text.dropFirst(mark.count).dropLast(":package".count))
  }

  package var description: String { text }
}
