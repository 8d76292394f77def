// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import Testing
import Trust

@Suite struct RunbookScriptTests {
  /// Scripts that are committed: one of each step, and the plan of two intents.
  static func golden() throws -> [(name: String, script: RunbookScript)] {
    [("every-step", try Runbooks.script()), ("plan", try announced())]
  }

  /// The script of a plan with two intents, as a point issues it.
  static func announced() throws -> RunbookScript {
    let desk = try RunbookRig()
    try desk.announce([
      .deploy(Runbooks.intent(), Runbooks.manifest()),
      .deploy(
        Runbooks.intent(
          "tool-site", revision: 1, collection: "Site 1", purpose: .available, availableFrom: nil,
          deadline: nil), Runbooks.manifest()),
    ])
    return try desk.script()
  }

  @Test(
    "the scripts are those that were committed, byte for byte; WAYBILL_VECTORS=write writes them")
  func golden() throws {
    for (name, script) in try Self.golden() {
      let place = Runbooks.golden.appending(path: "\(name).ps1.txt")
      if ProcessInfo.processInfo.environment["WAYBILL_VECTORS"] == "write" {
        try FileManager.default.createDirectory(
          at: Runbooks.golden, withIntermediateDirectories: true)
        try Data(script.text.utf8).write(to: place)
      }
      let committed = String(decoding: try Data(contentsOf: place), as: UTF8.self)
      #expect(script.text == committed, "\(name)")
    }
  }

  @Test("the same plan gives the same bytes, with BOM and CRLF; another number gives others")
  func determinism() throws {
    let script = try Runbooks.script()
    #expect(try script.bytes == Runbooks.script().bytes)
    #expect(try script.plan.digest != Runbooks.script(number: 8).plan.digest)
    #expect(script.bytes.starts(with: [0xEF, 0xBB, 0xBF]))
    let breaks = script.bytes.indices.filter { script.bytes[$0] == 10 }
    #expect(breaks.allSatisfy { script.bytes[$0 - 1] == 13 })
    #expect(script.bytes.filter { $0 == 13 }.count == breaks.count)
    #expect(!script.text.utf8.contains(13))
    #expect(script.digest == .sha256(script.bytes))
  }

  @Test("A25: a scan of the script finds single-quoted literals only")
  func literals() throws {
    for (name, script) in try Self.golden() {
      for (number, line) in script.text.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        let rest = try Scan.withoutLiterals(String(line))
        #expect(
          !rest.contains { "\"`".contains($0) }, "\(name), line \(number + 1): \(line)")
        #expect(!rest.contains("$("), "\(name), line \(number + 1): \(line)")
        #expect(!rest.contains("Invoke-Expression") && !rest.contains("iex "))
      }
    }
  }

  @Test(
    "traps: what each cmdlet must be told is in the script (configmgr.md, 4.2)",
    arguments: [
      "Get-CMPackage -Name 'Größe & Maß' -DisableWildcardHandling",
      "Get-CMDeviceCollection -Id 'PS100014'",
      "$_.Name -ceq 'Lab'",
      "$arguments['Schedule'] = New-CMSchedule @schedule",
      "Start = (ConvertTo-Moment '2027-01-15T22:30:00')",
      "IsUtc = $true",
      "RerunBehavior = 'RerunIfFailedPreviousAttempt'",
      "SlowNetworkOption = 'DownloadContentFromDistributionPointAndLocally'",
      "Duration = 45",
      "Comment = 'waybill:1:11111111111111111111111111111111:program ",
      "-CollectionId $collectionId -ResourceId '16777217'",
      "ResourceId = 16777217",
      "#Requires -Version 5.1",
      "$PSVersionTable.PSEdition -cne 'Desktop'",
      "Set-StrictMode -Version Latest",
      "$ErrorActionPreference = 'Stop'",
      "[CmdletBinding(SupportsShouldProcess)]",
      "Set-Location -Path $SiteDrive",
      "[System.IO.File]::AppendAllText(",
      "ScheduleEvent = 'AsSoonAsPossible'",
      "waybill-stop",
    ])
  func traps(text: String) throws { #expect(try Runbooks.script().text.contains(text)) }

  @Test(
    "traps: what no script says (configmgr.md, 4.2)",
    arguments: [
      "-Confirm", "DeadlineDateTime =", "Invoke-Expression", "UseUtc =", "TimeBaseOn",
      "-ForceWildcardHandling", "ISVString =",
    ])
  func forbidden(text: String) throws { #expect(try !Runbooks.script().text.contains(text)) }

  @Test("every change is told -WhatIf, and a schedule is made in memory under it too")
  func whatIf() throws {
    let text = try Runbooks.script().text
    let tables = text.components(separatedBy: "@{").dropFirst().map {
      String($0.prefix { $0 != "}" })
    }
    let changes = tables.filter {
      $0.contains("PackageId =") || $0.contains("DeploymentId =") || $0.contains("CollectionId =")
    }
    #expect(changes.count > 10)
    #expect(changes.allSatisfy { $0.contains("WhatIf = $WhatIfPreference") }, "\(changes)")
    #expect(
      tables.filter { $0.contains("WhatIf = $false") }.allSatisfy { $0.contains("Nonrecurring") })
  }

  @Test("people read above it what it belongs to, who agreed and what will change")
  func header() throws {
    let head = try Runbooks.script().text.components(separatedBy: "[CmdletBinding").first ?? ""
    for line in [
      "# site: fjord-3 (site code PS1)", "# bundle: 42, fingerprint \(Runbooks.digest("slip"))",
      "# reviewed plan: \(Runbooks.digest("reviewed"))",
      "# approved by: Kari Nordmann, Ola O'Hara", "# generator: waybill-site 0.2.0",
      "# intent: tool-lab", "#   1. package Größe & Maß 3.1 from \\\\srv\\src$\\waybill\\2c8b",
      "#   9. deploy program install, required, from 2027-01-10T06:00:00Z, until 2027-01-15T22:30:00Z",
    ] { #expect(head.contains(line + "\n"), "\(line)") }
  }

  @Test(
    "steps are moved behind those that they need; a circle, a gap or two of one key are refused")
  func order() throws {
    let steps = try Runbooks.steps()
    let turned = try RunbookPlan(Runbooks.header, number: 1, steps: steps.reversed())
    var seen: Set<StepKey> = []
    for each in turned.steps {
      #expect(each.step.needs.allSatisfy(seen.contains))
      seen.insert(each.step.key)
    }
    #expect(seen.count == steps.count)
    refuses(.stepsDisagree) {
      _ = try RunbookPlan(Runbooks.header, number: 1, steps: Array(steps.dropFirst()))
    }
    let first = steps[0]
    let circular = SiteStep(first.key, for: first.intent, first.action, after: [steps[1].key])
    refuses(.stepsDisagree) {
      _ = try RunbookPlan(Runbooks.header, number: 1, steps: [circular] + steps.dropFirst())
    }
    let twin = try #require(StepKey("PACKAGE.1@b"))
    refuses(.stepsDisagree) {
      _ = try RunbookPlan(
        Runbooks.header, number: 1,
        steps: [first, SiteStep(twin, for: first.intent, first.action)])
    }
    let other = SiteStep(first.key, for: first.intent, steps[5].action)
    refuses(.stepsDisagree) {
      _ = try RunbookPlan(Runbooks.header, number: 1, steps: [first, other])
    }
  }

  @Test("more steps than a person can read are refused")
  func limit() throws {
    let intent = try Runbooks.name("x")
    let steps = try (0...DistributionLimits.runbookSteps).map { number in
      SiteStep(
        try #require(StepKey(object: "member.\(number)", version: "1")), for: intent,
        .member(collection: .known(try Runbooks.id("PS100014")), resource: Int32(number)))
    }
    refuses(.runbookTooLarge) { _ = try RunbookPlan(Runbooks.header, number: 1, steps: steps) }
  }
}

/// A reader of lines that knows only what a single-quoted string and a comment are.
enum Scan {
  static func withoutLiterals(_ line: String) throws -> String {
    var rest = ""
    var isInside = false
    for scalar in line.unicodeScalars {
      if "'\u{2018}\u{2019}\u{201A}\u{201B}".unicodeScalars.contains(scalar) {
        isInside.toggle()
      } else if !isInside {
        if scalar == "#" { break }
        rest.unicodeScalars.append(scalar)
      }
    }
    if isInside { throw TestFailure(text: "an open literal: \(line)") }
    return rest
  }
}
