// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Centre
import Terminal

struct Doctor: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look for what would stop the next export or ingest.",
    discussion: """
      Looks at state folder, ledger, keys, disk, the expiry of every role, and each site's numbers and returns, \
      and says what to do about each thing that is not as it should be. Changes nothing. Ends with 0 when \
      nothing is broken.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions

  func perform(_ console: Console) throws -> Outcome {
    Outcome(CentreDoctor.examine(centre.folder, at: SystemClock.now()))
  }
}
