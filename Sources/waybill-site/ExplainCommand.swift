// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Distribution
import Intents
import Site
import Terminal
import Trust

struct ExplainCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Tell what a code such as WB1280 means and what to do.",
    discussion: "Works offline and without a state. Without a code it lists them all.")

  @OptionGroup var common: CommonOptions

  @Argument(help: "The code of a refusal.")
  var code: String?

  func perform(_ console: Console) throws -> Outcome {
    try Explanation(
      TrustReason.allCases, BundleReason.allCases, DocumentReason.allCases,
      DistributionReason.allCases, SiteReason.allCases
    ).outcome(code)
  }
}
