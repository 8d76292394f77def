// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Terminal
import Trust

struct Explain: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explain a code such as WB1035; without one, list all.")

  @OptionGroup var common: CommonOptions
  @Argument(help: "The code of a refusal.") var code: String?

  func perform(_ console: Console) throws -> Outcome {
    try Explanation(
      TrustReason.allCases, BundleReason.allCases, DocumentReason.allCases, CourierReason.allCases
    ).outcome(code)
  }
}
