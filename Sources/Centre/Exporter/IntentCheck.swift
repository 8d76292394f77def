// SPDX-License-Identifier: Apache-2.0
package import Intents

/// Whether an intent may be sent to a site: judged before signing, and again by the site. Pure.
package enum IntentCheck {
  /// - Parameter place: what the refusal names for a field of the intent; its file and line where it comes from a
  ///   file.
  /// - Throws: `CentreReason.policyForbids` or `.unknownProgram`.
  package static func check(
    _ intent: DeploymentIntent, manifest: ContentManifest, policy: SitePolicy,
    place: ((_ field: String) -> String)? = nil
  ) throws(Refusal) {
    let place = place ?? { "intent \(intent.id), \($0)" }
    guard manifest.program(named: intent.program) != nil else {
      throw Refusal(
        CentreReason.unknownProgram, place("program"), seen: intent.program.text,
        expected: "one of " + manifest.programs.map(\.name.text).joined(separator: ", "))
    }
    guard policy.collections.contains(intent.collection) else {
      throw Refusal(
        CentreReason.policyForbids, place("collection"), seen: intent.collection.text,
        expected: list(policy.collections.map(\.text), of: "collections of the policy"))
    }
    try contain(
      intent.scope, in: manifest.publisherScope, named: "publisher's scope", place: place("scope"))
    try contain(
      intent.scope, in: policy.scopeCeiling, named: "policy's scope ceiling", place: place("scope"))
  }

  private static func contain(
    _ scope: Set<Tag>, in outer: Set<Tag>, named name: String, place: String
  ) throws(Refusal) {
    let outside = scope.subtracting(outer)
    guard outside.isEmpty else {
      throw Refusal(
        CentreReason.policyForbids, place,
        seen: outside.map(\.text).sorted().joined(separator: ", "),
        expected: list(outer.map(\.text), of: name))
    }
  }

  private static func list(_ texts: [String], of name: String) -> String {
    texts.isEmpty
      ? "the \(name), of which there are none" : "one of " + texts.sorted().joined(separator: ", ")
  }
}
