// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
import Trust

/// Takes an intent file into the desired state of its sites: all of them, or none.
package enum IntentIntake {
  package struct Result: Sendable {
    package let site: SiteID
    package let revision: Int64
    package let isNew: Bool
  }

  /// - Throws: an unknown site, content, version or program by name, with file and line; a collection or scope
  ///   that the newest policy of a site does not allow.
  package static func apply(
    _ description: IntentDescription, to profile: CentreProfile, at now: Instant
  ) throws(Refusal) -> [Result] {
    func place(_ field: String) -> String { description.places[field] ?? field }
    let known = try profile.ledger.sites().map(\.id)
    for site in description.sites where !known.contains(site) {
      throw Refusal(
        CentreReason.unknownSite, place("sites"), seen: site.text,
        expected: known.isEmpty
          ? "an enrolled site; there is none yet"
          : "one of " + known.map(\.text).joined(separator: ", "))
    }
    let content = try profile.ledger.content(
      name: description.content, version: description.version,
      place: (place("content"), place("version")))
    let manifest = try Depot(of: profile).manifest(content.manifest)
    let intent = DeploymentIntent(
      id: description.id, revision: 1, manifest: content.manifest, program: description.program,
      collection: description.collection, purpose: description.purpose,
      availableFrom: description.availableFrom, deadline: description.deadline,
      scope: description.scope, isRollback: description.isRollback)
    for site in description.sites {
      let policy = try PolicyKeeper(of: profile).newest(site)?.policy ?? .builtIn
      try IntentCheck.check(
        intent, manifest: manifest, policy: policy,
        place: { "\(place($0)), for \(site)" })
    }
    return try profile.ledger.write { database in
      var results: [Result] = []
      for site in description.sites {
        let (revision, isNew) = try profile.ledger.apply(
          description, manifest: content.manifest, to: site, at: now, in: database)
        results.append(Result(site: site, revision: revision, isNew: isNew))
      }
      return results
    }
  }
}
