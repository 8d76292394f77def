// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import Intents
import Site
import SystemPackage
import TestKit
import Testing
import Trust

/// Hostile bundles through the programs, each within 5 seconds and 256 MiB, with no terminal: nothing changes, nothing
/// hangs, nothing grows.
@Suite struct HostileSweepTests {
  private static let peak = 256 << 20
  private static let clock = ["faketime", "2026-11-02 00:00:00"]

  @Test(
    "H07, H25, H28, H31: a hostile bundle is refused alike by import and by its plan, and changes nothing",
    arguments: HostileBundle.all)
  func met(bundle: HostileBundle) throws {
    let scratch = try Scratch()
    try Bench.setUpSite(Golden.site(), in: scratch)
    for (name, bytes) in try bundle.files() {
      try scratch.write("medium/fjord-3.out.000001/\(name)", bytes)
    }
    let medium = try Files.tree(scratch["medium"])
    let library = try Files.tree(scratch["library"])
    let names = Set(try Files.names(in: scratch["state"]))
    let state = ["--json", "--state", scratch["state"].string]
    for mode in [["--plan"], []] {
      let cost = try BoundedProgram("waybill-site", wrapper: Self.clock).run(
        ["import", scratch["medium"].string] + mode + state)
      let exits = bundle.isInPlan || mode.isEmpty ? bundle.exits : [0]
      #expect(exits.contains(cost.run.exit), "\(mode): \(cost.run)")
      #expect(cost.peak < Self.peak, "\(cost.peak >> 20) MiB")
    }
    let courier = try BoundedProgram("waybill-courier", wrapper: Self.clock).run(
      ["check", scratch["medium"].string, "--json"])
    #expect(bundle.courier.contains(courier.run.exit), "courier: \(courier.run)")
    #expect(courier.peak < Self.peak, "\(courier.peak >> 20) MiB")
    #expect(try Files.tree(scratch["medium"]) == medium, "the medium was written")
    #expect(try Files.tree(scratch["library"]) == library, "the library was written")
    let left = Set(try Files.names(in: scratch["state"])).subtracting(names)
    let strays = try left.filter { name in
      try !name.hasPrefix("journal.sqlite") && name != "lock" && !isVerified(name, in: scratch)
    }
    #expect(strays.isEmpty, "\(strays)")
  }

  /// Whether it is a file of the store that is what its name says: those may stay, for the next try.
  private func isVerified(_ name: String, in scratch: Scratch) throws -> Bool {
    guard name.hasPrefix("store/"), let digest = name.split(separator: "/").last else {
      return false
    }
    return try Digest.sha256(Files.bytes(scratch["state/\(name)"])).hex == digest
  }

  @Test("H26: released content that is itself a bomb is carried as bytes")
  func bomb() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    let zeros = try loop.scratch.write("zeros", [UInt8](repeating: 0, count: 64 << 20))
    try loop.expectDone(try Tool("gzip").run("-9", zeros.string))
    let bomb = try Files.bytes(loop.scratch["zeros.gz"])
    #expect(bomb.count < 1 << 20)
    let links = try Files.bytes(Committed.bundles.appending("orders-form/orders.tar"))
    try loop.release(
      version: "1", counter: 1,
      files: ["bomb.gz": bomb, "links.tar": links, "zip.exe": [0x50, 0x4b]])
    let medium = try loop.medium()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
    let cost = try BoundedProgram("waybill-site").run([
      "import", medium, "--json", "--state", loop.scratch["site-fjord-3"].string,
    ])
    #expect(cost.run.exit == 0, "\(cost.run)")
    #expect(cost.peak < Self.peak)
    let held = try loop.library().values
    #expect(held.contains(bomb) && held.contains(links))
    #expect(try loop.site("fjord-3", "library", "verify").exit == 0)
  }
}
