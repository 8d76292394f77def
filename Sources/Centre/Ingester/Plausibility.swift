// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Trust

/// Holds what a return claims against what this centre knows. The site signed it, so it is booked as its word;
/// what does not fit is noted and never built on: FORMAT.md, 12 and the rules R09 and R24. Pure.
struct Plausibility {
  /// What the centre knows.
  struct Known {
    /// When this centre was set up: no site of it can have reported before.
    let since: Instant
    /// Numbers of the site's line that were signed.
    let numbers: Set<Int64>
    /// Newest version of each shared role.
    let versions: [MetadataRole: Int64]
    /// Every revision of every intent that the site was ever to have, with its manifest.
    let intents: [Name: [Int64: Digest]]
    let manifests: Set<Digest>
  }

  let known: Known
  let now: Instant

  /// Whether nobody can have known something at `time`, as far as this centre's own clock can tell (R09).
  func isDoubtful(_ time: Instant) -> Bool {
    time > now.adding(days: 1) || time < known.since.adding(days: -1)
  }

  func knows(_ intent: Name, revision: Int64) -> Bool { known.intents[intent]?[revision] != nil }

  /// Notes on what the report itself says.
  func notes(on report: ReportPredicate) -> [String] {
    var notes: [String] = []
    if isDoubtful(report.asOf) {
      let bound =
        report.asOf > now
        ? "now is \(now)" : "this centre was set up \(known.since)"
      notes.append("dated \(report.asOf), but \(bound): its times are doubtful and not used")
    }
    if report.number > 0, !known.numbers.contains(report.number) {
      notes.append(
        "applied bundle \(report.number), which this centre never signed; "
          + "its newest is \(known.numbers.max() ?? 0)")
    }
    let versions: [(role: MetadataRole, claimed: Int64)] = [
      (.root, report.trust.root), (.targets, report.trust.targets),
      (.content, report.trust.content), (.policy, report.trust.policy),
    ]
    for (role, claimed) in versions {
      let newest = known.versions[role] ?? 0
      // A site trusts a root from the beginning, of the other roles none before its first bundle.
      if claimed > newest || (role == .root && claimed == 0) {
        notes.append("trusts \(role.rawValue) \(claimed); the newest here is \(newest)")
      }
    }
    return notes
  }

  /// Notes on what the state holds.
  ///
  /// - Parameters:
  ///   - subjects: of the statement, beside the waybill and the state.
  ///   - isKnown: whether the centre knows a file of any content version.
  func notes(
    on state: StateDocument, subjects: [String], isKnown: (Digest) throws(Refusal) -> Bool
  ) throws(Refusal) -> [String] {
    var unknown = Tally("unknown intent", "unknown intents")
    var exchanged = Tally("intent with another manifest", "intents with other manifests")
    for intent in state.intents {
      guard let manifest = known.intents[intent.id]?[intent.revision] else {
        unknown.add("\(intent.id) revision \(intent.revision)")
        continue
      }
      if manifest != intent.manifest { exchanged.add("\(intent.id) revision \(intent.revision)") }
    }
    var manifests = Tally("held manifest unknown here", "held manifests unknown here")
    for manifest in state.heldManifests where !known.manifests.contains(manifest) {
      manifests.add(manifest.hex)
    }
    var files = Tally("held file unknown here", "held files unknown here")
    for file in state.heldFiles where try !isKnown(file) { files.add(file.hex) }
    let evidence = Set(state.evidence.map(\.name))
    var strangers = Tally(
      "subject of the statement that is not in the return",
      "subjects of the statement that are not in the return")
    for subject in subjects where !evidence.contains(subject) { strangers.add(subject) }
    var kinds = Tally(
      "file of evidence of an unknown kind, not read",
      "files of evidence of unknown kinds, not read")
    for name in evidence.sorted() where !EvidenceLine.names.contains(name) { kinds.add(name) }
    return [unknown, exchanged, manifests, files, strangers, kinds].compactMap(\.note)
  }
}
