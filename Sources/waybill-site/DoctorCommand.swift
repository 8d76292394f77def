// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Site
import Terminal

struct DoctorCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look for what would stop the next import or apply.",
    discussion: """
      Looks at state folder, trust, clock, keys, people, disk and the distribution point, and says what to do \
      about each thing that is not as it should be. Changes nothing. Ends with 0 when nothing is broken.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions

  func perform(_ console: Console) throws -> Outcome {
    Outcome(SiteDoctor.examine(state.folder, .system))
  }
}
