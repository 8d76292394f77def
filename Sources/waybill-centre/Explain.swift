// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intune
import Terminal
import Trust

struct Explain: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explain a code such as WB1360; without one, list all.")

  @OptionGroup var common: CommonOptions
  @Argument(help: "The code of a refusal.") var code: String?

  func perform(_ console: Console) throws -> Outcome {
    try Explanation(
      TrustReason.allCases, BundleReason.allCases, DocumentReason.allCases, CentreReason.allCases,
      IntuneReason.explained
    ).outcome(code)
  }
}
