// SPDX-License-Identifier: Apache-2.0
import Distribution
import Foundation
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// What a script does not touch, and where it does not run.
@Suite struct RunbookGuardTests {
  /// Something that stands at the site before the script comes.
  static let obstacles: [(name: String, calls: [JSONValue], step: String)] = [
    (
      "a package of the same name without our stamp",
      [["create_package", ["Name": "Tool", "Description": "made by hand"]]], "package"
    ),
    (
      "two packages of one stamp",
      [
        ["create_package", ["Name": "Tool", "Description": .string(stamp("package"))]],
        ["create_package", ["Name": "Tool 2", "Description": .string(stamp("package") + " a 1")]],
      ], "package"
    ),
    (
      "a package that something later has touched",
      [["create_package", ["Name": "Tool", "Description": .string(stamp("package") + " a 43")]]],
      "package"
    ),
    (
      "a program of the same name that runs something else",
      [
        ["create_package", ["Name": "Tool", "Description": .string(stamp("package"))]],
        [
          "create_program",
          ["PackageID": "PS100001", "ProgramName": "install", "CommandLine": "other.exe"],
        ],
      ], "program"
    ),
    (
      "a deployment of the program there that is not ours",
      [
        ["create_package", ["Name": "Tool", "Description": .string(stamp("package"))]],
        [
          "create_program",
          [
            "PackageID": "PS100001", "ProgramName": "install",
            "CommandLine": #"setup.exe /quiet /log "C:\Logs\tool.log""#,
          ],
        ],
        [
          "create_deployment",
          [
            "PackageID": "PS100001", "ProgramName": "install", "CollectionID": "PS100014",
            "Comment": "by hand",
          ],
        ],
      ], "deployment"
    ),
    (
      "the collection has another name", [["set", "collections", "PS100014", "Name", "Site 9"]],
      "collection"
    ),
    (
      "the collection has no member", [["set", "collections", "PS100014", "rules", []]],
      "collection"
    ),
  ]

  static func stamp(_ part: String) -> String { "waybill:1:\(Runbooks.line):\(part)" }

  /// Announces an intent at `Site 1`, runs the script after `calls`, and takes the result in.
  static func run(
    after calls: [JSONValue], collection: String = "Site 1"
  ) throws -> (rig: RunbookRig, site: RunbookServer, intent: DeploymentIntent) {
    let rig = try RunbookRig()
    let site = try RunbookServer(in: rig.scratch.path)
    let intent = try Runbooks.intent(collection: collection)
    try site.share(rig.landing.source(of: intent.manifest).text)
    for call in calls { try site.call(call) }
    try rig.announce([.deploy(intent, Runbooks.manifest())])
    let run = try site.run(rig.scriptBytes())
    #expect(run.exit == 0, "\(run.errors)")
    try site.carry(to: rig.inbox)
    try rig.announce([.deploy(intent, Runbooks.manifest())])
    return (rig, site, intent)
  }

  @Test(
    "what is not ours is not touched: the step stops, and says so", arguments: obstacles.map(\.name)
  )
  func foreign(name: String) throws {
    let obstacle = try #require(Self.obstacles.first { $0.name == name })
    let (rig, _, intent) = try Self.run(after: obstacle.calls)
    let error = #expect(throws: Refusal.self) { _ = try rig.apply(intent) }
    #expect(error?.code == DistributionReason.stepForbidden.code, "\(String(describing: error))")
    #expect(error?.subject.hasPrefix("step \(obstacle.step).") == true, "\(error?.subject ?? "")")
    #expect(error?.seen.contains("policy_violation") == true)
  }

  @Test("a collection of the same name without our stamp is not adopted")
  func collection() throws {
    let (rig, _, intent) = try Self.run(
      after: [["create_collection", ["Name": "Lab", "LimitToCollectionID": "SMS00001"]]],
      collection: "Lab")
    refuses(.stepForbidden) { _ = try rig.apply(intent) }
  }

  @Test(
    "a program without a comment that runs the same is of an interrupted run: it gets its stamp")
  func interruptedProgram() throws {
    let (rig, site, intent) = try Self.run(after: [
      ["create_package", ["Name": "Tool", "Description": .string(Self.stamp("package"))]],
      [
        "create_program",
        [
          "PackageID": "PS100001", "ProgramName": "install",
          "CommandLine": #"setup.exe /quiet /log "C:\Logs\tool.log""#,
        ],
      ],
    ])
    #expect(try rig.apply(intent) == .done("PS120001"))
    let program = try #require(try site.table("programs")["PS100001|install"])
    #expect(try program["Comment"].string().hasPrefix(Self.stamp("program") + " "))
  }

  @Test(
    "a package with the stamp where the AdminService puts it is ours, and is read anew for its new folder"
  )
  func otherPlane() throws {
    let stamp = JSONValue.string(Self.stamp("package"))
    let (rig, site, intent) = try Self.run(after: [
      ["create_package", ["Name": "Tool", "ISVString": stamp, "PkgSourcePath": "elsewhere"]]
    ])
    #expect(try rig.apply(intent) == .done("PS120001"))
    #expect(try site.table("packages").count == 1)
    let package = try #require(try site.table("packages")["PS100001"])
    #expect(try package["SourceVersion"].integer(in: 0...9) == 2)
    #expect(try package["Description"].string().hasPrefix(Self.stamp("package") + " "))
  }

  @Test("a name that is a pattern elsewhere matches itself only")
  func patterns() throws {
    let (rig, site, intent) = try Self.run(after: [
      ["create_package", ["Name": "Tool (old)", "Description": "made by hand"]],
      ["create_package", ["Name": "tool", "Description": "made by hand, in lower case"]],
    ])
    #expect(try rig.apply(intent) == .done("PS120001"))
    #expect(try site.table("packages").count == 3)
  }

  @Test(
    "the script runs nowhere else: edition, site, stop file, folder of the result",
    arguments: ["edition", "site", "stop", "relative", "missing"])
  func preflight(obstacle: String) throws {
    let rig = try RunbookRig()
    let site = try RunbookServer(in: rig.scratch.path)
    let intent = try Runbooks.intent(collection: "Site 1")
    try site.share(rig.landing.source(of: intent.manifest).text)
    try rig.announce([.deploy(intent, Runbooks.manifest())])
    var options: [String] = []
    let words: String
    switch obstacle {
    case "edition": (options, words) = (["--edition", "Core"], "Windows PowerShell 5.1")
    case "site":
      try site.call(["set", "site_code", "PS2"])
      words = "PS1"
    case "stop":
      try rig.scratch.write("", to: "server/\(RunbookScript.stopName)")
      words = "waybill-stop"
    case "relative": (options, words) = (["--parameter", "ResultFolder=x"], "a whole path")
    default: (options, words) = (["--parameter", "ResultFolder=/nowhere"], "not there")
    }
    let run = try site.run(rig.scriptBytes(), options)
    #expect(run.exit == 1, "\(run.errors)")
    #expect(run.errors.contains(words), "\(run.errors)")
    #expect(try site.table("packages").isEmpty)
    #expect(try site.results.isEmpty)
  }

  @Test("the interpreter ends loudly at what it does not know")
  func unknown() throws {
    let scratch = try Scratch()
    let site = try RunbookServer(in: scratch.path)
    for line in [
      "Remove-Item -Path 'x'", "Invoke-Expression -Command 'x'", "$x = \"a\"",
      "Get-CMPackage -Nmae 'x'",
      "$x = 1 - 1", "while ($true) { }", "[System.IO.File]::Delete('x')",
      "$a = @{ Name = 'x'; Comment = 'y' }\nSet-Location -Path 'PS1:'\nNew-CMPackage @a",
      "function x {",
      "Set-Location -Path 'PS1:'\nNew-CMDeviceCollection -Name 'x' -LimitingCollectionId 'SMS00001' -RefreshType 'Never'",
    ] {
      let run = try site.run(Array((line + "\n").utf8), named: "x.ps1")
      #expect(run.exit == 2, "\(line): \(run.exit) \(run.errors)")
    }
  }
}
