// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing

import Bundles
import Trust

/// What an intent must not bring along: A22, A24.
struct IntentFieldTests {
  @Test(
    "A22, A24: a field that only a manifest or a policy may hold is refused in an intent",
    arguments: IntentsDocument.forbidden.union(IntentsDocument.forbiddenPolicy).sorted())
  func forbiddenField(name: String) throws {
    let id = try #require(Name("tool"))
    let intent = DeploymentIntent(
      id: id, revision: 1, manifest: .sha256([1]), program: id,
      collection: try #require(CollectionName("Lab")), purpose: .required, availableFrom: nil,
      deadline: nil, scope: [], isRollback: false)
    let document = IntentsDocument(
      site: try #require(SiteID("fjord-3")), salt: .generate(), intents: [intent])
    let json = try JSONValue(parsing: document.encoded, named: "intents")
    guard case .array(let list)? = json.member("intents") else {
      Issue.record("no intents")
      return
    }
    let bent = json.setting("intents", to: .array(list.map { $0.setting(name, to: 1) })).encoded
    let refused = refusal { () throws(Refusal) in _ = try IntentsDocument(parsing: bent) }
    #expect(refused?.code == "WB3246" && refused?.exit == .policyViolation)
    #expect(refused?.seen == "field \(name)")
  }
}
