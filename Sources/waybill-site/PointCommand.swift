// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Distribution
import Intents
import Site
import SystemPackage
import Terminal
import Trust

struct PointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "point", abstract: "Say which distribution point this site drives.",
    subcommands: [PointShowCommand.self, PointSetCommand.self, PointResetCommand.self])
}

struct PointShowCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the distribution point that is driven now.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions

  func perform(_ console: Console) throws -> Outcome {
    let site = try state.open(console)
    let settings = try PointKeeper(site).current()
    let lines =
      settings.map { [String(decoding: $0.encoded, as: UTF8.self)] }
      ?? ["the embedded content library in \(site.profile.library)"]
    return Outcome(
      lines: Rehearsal.lines(site.profile) + lines,
      facts: [
        Rehearsal.fact(site.profile), ("settings", settings ?? .null),
        ("library", settings == nil ? .string(site.profile.library.string) : .null),
      ])
  }
}

struct PointSetCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Drive a ConfigMgr site.",
    discussion: """
      The file is JSON: with kind `adminservice` the agent speaks to the site's AdminService, with kind `runbook` \
      it writes a PowerShell script that somebody reviews and runs, and reads back what that did. \
      docs/operating/configmgr.md shows both, and the rights that they need. Folders that the file names are made; \
      nothing is sent. `doctor` then looks whether the site answers.

      A rehearsal drives its library, or an AdminService at 127.0.0.1: a simulator.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions
  @Option(name: .shortAndLong, help: ArgumentHelp("The description.", valueName: "json"))
  var file: String

  func perform(_ console: Console) throws -> Outcome {
    let (site, lock) = try state.openLocked(console)
    defer { _ = lock }
    let bytes = try FileQuery.contents(of: FilePath(file), cap: SiteLimits.pointSettings)
    try PointKeeper(site).set(bytes, named: file, at: .now)
    return Outcome(
      lines: [
        "site \(site.profile.site) now drives what \(file) describes",
        "next: `waybill-site doctor`",
      ],
      facts: [Rehearsal.fact(site.profile), ("site", .string(site.profile.site.text))])
  }
}

struct PointResetCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset", abstract: "Drive the embedded content library again.",
    discussion: "What stands at the other point stays there; nothing is removed.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions

  func perform(_ console: Console) throws -> Outcome {
    let (site, lock) = try state.openLocked(console)
    defer { _ = lock }
    try PointKeeper(site).reset(at: .now)
    return Outcome(
      lines: ["site \(site.profile.site) now drives its library in \(site.profile.library)"],
      facts: [Rehearsal.fact(site.profile), ("site", .string(site.profile.site.text))])
  }
}
