// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

@main
struct WaybillCourier: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "waybill-courier",
    abstract: "Check a medium for damage before you carry it on.",
    discussion: """
      Tells what lies on the medium, for whom (as the medium itself claims), and whether every byte is as it
      was written. It needs no password, keeps nothing and changes nothing. It finds damage and mix-ups; it
      is no proof of who made the medium: that is for the site to judge.
      `waybill-courier explain CODE` explains a code without a network.
      """,
    version: "0.1.0", subcommands: [Check.self, Explain.self])
}
