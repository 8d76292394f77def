// SPDX-License-Identifier: Apache-2.0
import Testing

/// One sentence that every execution plane must make true.
struct ContractCase: Sendable, CustomTestStringConvertible {
  let sentence: String
  let body: @Sendable (any Plane) throws -> Void

  init(_ sentence: String, _ body: @escaping @Sendable (any Plane) throws -> Void) {
    self.sentence = sentence
    self.body = body
  }

  var testDescription: String { sentence }

  static let all = contents + refusals + objects + deployments + reports + removals + faults
}

@Suite struct PlaneContractTests {
  @Test(
    "A01-A05 A10 A14-A16 A21 A27: every execution plane keeps the contract",
    arguments: PlaneKind.allCases, ContractCase.all)
  func contract(kind: PlaneKind, rule: ContractCase) throws {
    try rule.body(try kind.plane())
  }

  @Test("the contract has some forty sentences, each once")
  func count() {
    #expect(ContractCase.all.count >= 40)
    #expect(Set(ContractCase.all.map(\.sentence)).count == ContractCase.all.count)
  }
}
