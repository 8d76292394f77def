// SPDX-License-Identifier: Apache-2.0
import Centre
import Intents
import TestKit
import Testing
import Trust

private struct Case: CustomTestStringConvertible {
  var testDescription: String
  var program = "install"
  var collection = "Site Devices"
  var scope = ["site-class:air-gapped"]
  var publisher = ["site-class:air-gapped", "site-class:online"]
  var ceiling = ["site-class:air-gapped", "boundary:a"]
  var code: String?
}

private let cases = [
  Case(testDescription: "an intent within scope, ceiling and mapping is fine", code: nil),
  Case(
    testDescription: "A23: an unknown program is refused by name", program: "erase",
    code: "WB3261"),
  Case(
    testDescription: "A06: a collection that the policy does not name is refused",
    collection: "All Systems", code: "WB3260"),
  Case(
    testDescription: "A07: a scope wider than the publisher's is refused", scope: ["boundary:a"],
    code: "WB3260"),
  Case(
    testDescription: "A07: a scope above the ceiling is refused", scope: ["site-class:online"],
    code: "WB3260"),
  Case(
    testDescription: "A07: a publisher without a scope allows nothing", publisher: [],
    code: "WB3260"),
  Case(
    testDescription: "S24: the built-in policy allows no collection", ceiling: [], code: "WB3260"),
]

@Test(arguments: cases)
private func anIntentIsHeldAgainstManifestAndPolicy(_ given: Case) throws {
  let id = try #require(RandomID("00112233445566778899aabbccddeeff"))
  let name = try #require(Name("install"))
  let program = Program(
    name: name, commandLine: "x", account: .system, exitCodes: .applicationDefaults,
    detection: [], isCritical: false, isPrivileged: false, maximumRuntime: 60)
  let manifest = ContentManifest(
    salt: id, line: id, name: "tool", version: "1", counter: 1,
    publisherScope: Set(given.publisher.compactMap { Tag($0) }), programs: [program],
    fileCount: 0, totalLength: 0)
  let policy = SitePolicy(
    site: SiteID("fjord-3"), sealing: .none, egress: .full, removals: .approved, operators: 1,
    collections: Set(["Site Devices"].compactMap { CollectionName($0) }),
    scopeCeiling: Set(given.ceiling.compactMap { Tag($0) }))
  let intent = DeploymentIntent(
    id: name, revision: 1, manifest: Digest.sha256([UInt8]()),
    program: try #require(Name(given.program)),
    collection: try #require(CollectionName(given.collection)), purpose: .required,
    availableFrom: nil, deadline: nil, scope: Set(given.scope.compactMap { Tag($0) }),
    isRollback: false)
  let refusal = refusal { () throws(Refusal) in
    try IntentCheck.check(intent, manifest: manifest, policy: policy)
  }
  #expect(refusal?.code == given.code)
}
