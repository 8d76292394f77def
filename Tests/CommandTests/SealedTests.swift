// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import SystemPackage
import TestKit
import Testing
import Trust

/// The loop where policy demands sealing.
@Suite struct SealedTests {
  private let loop: Rehearsal
  private let medium: String

  init() throws {
    loop = try Rehearsal()
    try loop.setUp(sealing: "required", "--age-identity", StockAge.path)
    try loop.release(
      version: "1", counter: 1,
      files: ["tool.exe": program(1, count: 200_000), "read me.txt": Array("one".utf8)])
    medium = try loop.medium()
  }

  private func export() throws -> FilePath {
    let run = try loop.centre("export", "fjord-3", "--to", medium)
    try loop.expectDone(run)
    return FilePath(medium).appending("fjord-3.out.000001")
  }

  @Test("T36: orders, volumes and the return travel sealed, and the loop comes to the same end")
  func loopRuns() throws {
    let folder = try export()
    let names = try Files.names(in: folder)
    #expect(names.contains("orders.tar.age") && names.contains("volume-001.tar.age"))
    #expect(!names.contains("orders.tar") && !names.contains("volume-001.tar"))
    let plan = try loop.site("fjord-3", "import", medium, "--plan")
    #expect(plan.exit == 0, "\(plan.output) \(plan.errors)")
    let taken = try loop.site("fjord-3", "import", medium)
    #expect(taken.exit == 0, "\(taken.output) \(taken.errors)")
    #expect(try loop.site("fjord-3", "library", "verify").exit == 0)
    let back = try loop.site("fjord-3", "return", "--to", medium)
    let report = FilePath(try #require(back.text("folder")))
    #expect(try Files.names(in: report).contains("orders.tar.age"))
    #expect(try Files.bytes(report.appending("orders.tar.age")).starts(with: "age-enc".utf8))
    let booked = try loop.centre("ingest", medium)
    #expect(booked.exit == 0, "\(booked.output) \(booked.errors)")
    #expect(booked.list("returns").first?.member("devices") == 3)
    let second = try loop.centre("plan", "fjord-3")
    #expect(second["files"] == 0)
  }

  @Test("stock age opens sealed orders and volumes, and tar lists what was in them")
  func stockAge() throws {
    let folder = try export()
    for name in ["orders.tar", "volume-001.tar"] {
      let plain = loop.scratch[name].string
      try run(
        "age", "-d", "-i", StockAge.path, "-o", plain, folder.appending("\(name).age").string)
      try run("bsdtar", "-tf", plain)
    }
  }

  @Test("a sealed bundle is checked for damage without any key")
  func courier() throws {
    let folder = try export()
    let courier = BuiltProgram("waybill-courier")
    #expect(try courier.run(["check", medium, "--json"]).exit == 0)
    try run("sh", "-c", "cd '\(folder)' && sha256sum --check --strict SHA256SUMS")
    let volume = folder.appending("volume-001.tar.age")
    var bytes = try Files.bytes(volume)
    bytes[bytes.count / 2] ^= 1
    try Data(bytes).write(to: URL(filePath: volume.string))
    #expect(try courier.run(["check", medium, "--json"]).exit == 10)
    #expect(try loop.site("fjord-3", "import", medium).exit == 10)
  }

  @Test("C10: a sealed bundle cannot be written a second time, and says so")
  func repeated() throws {
    _ = try export()
    let again = try loop.centre("export", "fjord-3", "--to", medium, "--repeat", "1")
    #expect(again.exit == 64)
    #expect(again.text("code") == "WB6468")
  }

  @Test("a policy that no longer demands sealing is taken with the plain bundle that brings it")
  func unsealed() throws {
    _ = try export()
    try loop.expectDone(try loop.site("fjord-3", "import", medium))
    try loop.expectDone(try loop.applyPolicy(site: "fjord-3", sealing: "none"))
    try loop.expectDone(try loop.centre("policy", "sign"))
    let stick = try loop.medium("second")
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", stick))
    #expect(try loop.site("fjord-3", "import", stick).exit == 0)
  }

  @Test("M33: a bundle that is sealed to another key than the site's is told apart")
  func anotherKey() throws {
    _ = try export()
    let keys = loop.scratch["site-fjord-3"].appending("keys/opening.json")
    let other = try AgeIdentity.generate().keyFile(protectedBy: nil)
    try Data(other).write(to: URL(filePath: keys.string))
    let refused = try loop.site("fjord-3", "import", medium)
    #expect(refused.exit == 12)
    #expect(refused.text("code") == "WB1202")
    #expect(refused.text("hint")?.contains("export") == true)
  }

  private func run(_ tool: String, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(tool)")
  }
}
