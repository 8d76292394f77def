// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The program of an air-gapped site.
@main
struct WaybillSite: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "waybill-site",
    abstract: "Takes signed bundles from the medium, and brings signed proof back.")
}
