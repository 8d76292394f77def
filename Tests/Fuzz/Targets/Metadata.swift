// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Trust

extension FuzzTarget {
  /// Any metadata file (FORMAT.md, 3) as it lies in papers: what can be read can be signed once more.
  static let metadata = FuzzTarget(
    "metadata", seeds: { try MetadataRole.allCases.map { try Samples.file(of: $0, in: .grown()) } }
  ) { bytes in
    let file = try MetadataFile(parsing: bytes, named: "metadata")
    let key = try PapersForge.key("root-0")
    guard file.signatures.count < TrustLimits.keysOfRole else { return }
    let signed = try must("sign it once more") { try file.adding(signatureBy: key) }
    try promise("the same signed part", signed.signedDigest == file.signedDigest)
    try promise("its signature", signed.signatures.contains { $0.keyid == key.id.hex })
    if try file.signed["_type"].string() == "root" { _ = try TrustState(pinnedRoot: bytes) }
  }

  /// One target a role: the input is what stands in `signed`; a centre signs it and all that depends on it.
  static let roles = MetadataRole.allCases.map { role in
    FuzzTarget(
      "role-\(role.rawValue)",
      seeds: { try Samples.centres(varying: role).map { try Samples.signed(of: role, in: $0) } }
    ) { bytes in
      let signed = try JSONValue(parsing: bytes, named: "\(role.rawValue).json")
      try SignedPapers.check(try PapersForge.young().putting(signed, in: role).papers())
    }
  }
}

/// What `verify` promises, whatever papers it is given.
enum SignedPapers {
  /// Verifies for a site that has taken bundle 1 before.
  static func check(_ papers: PapersMetadata) throws {
    let before = try Samples.stateAfterFirst.get()
    let first = verify(papers, for: Samples.site, against: before, clock: Samples.now)
    let kept = try must("read the state that was kept") {
      try TrustState(JSONField(first.state.json, at: "state"))
    }
    try promise("the same state", kept.json == first.state.json)
    let second = verify(papers, for: Samples.site, against: kept, clock: Samples.now)
    switch first.outcome {
    case .success(let taken):
      let again = try must("verify it twice") { try second.outcome.get() }
      try promise("the second time is a repeat", again.isRepeat && again.n == taken.n)
      try promise("nothing new the second time", second.state.json == first.state.json)
    case .failure(let refusal):
      try promise("what is refused moves no number", first.state.line == before.line)
      try promise("what is refused moves no floor", first.state.floors == before.floors)
      try promise("what is refused moves no time", first.state.timeFloor == before.timeFloor)
      throw refusal
    }
  }
}
