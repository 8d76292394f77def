// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// Damage and loss as `waybill-courier check` tells them, on real bundles.
@Suite struct CourierDamageTests {
  let medium: CourierMedium

  init() throws { medium = try CourierMedium() }

  @Test func anUndamagedMediumIsSaidToBeSoAndNeverMore() throws {
    let run = try medium.expect(0, nil, on: medium.clean)
    let bundle = try #require(run.list("bundles").first)
    #expect(run.list("bundles").count == 1)
    #expect(run["strangers"] == [])
    #expect(bundle.member("claims") == "fjord-3.out.000001")
    #expect(bundle.member("site") == "fjord-3")
    #expect(bundle.member("volumes") == 2)
    #expect(bundle.member("renamed") == 0)
    #expect(bundle.member("undamaged") == true)
    #expect(bundle.member("origin") == "origin not checked")
    #expect(bundle.member("notes") == [])
    #expect(bundle.member("exit") == 0)
    let text = try medium.show(medium.clean)
    #expect(text.contains("undamaged as listed; origin not checked"))
    #expect(!text.lowercased().contains("verified"))
    let signed = try medium.expect(
      0, nil, "courier key; fingerprint", on: medium.clean, key: medium.key)
    #expect(signed.list("bundles").first?.member("undamaged") == true)
  }

  @Test func M05_missingPiecesAreNamedWithHowManyThereAre() throws {
    let volume = try medium.copy("volume") { scratch, folder in
      try Files.remove(scratch["\(folder)/volume-002.tar"])
    }
    try medium.expect(
      20, "WB2032", "1 of 2 volumes are there; volume-002.tar: missing", on: volume)
    let orders = try medium.copy("orders") { scratch, folder in
      try Files.remove(scratch["\(folder)/orders.tar"])
      try Files.remove(scratch["\(folder)/volume-001.tar"])
    }
    try medium.expect(
      20, "WB2032", "1 of 2 volumes are there; orders.tar: missing; volume-001.tar: missing",
      on: orders)
  }

  @Test func M13_aFolderWithoutPapersIsUnfinished() throws {
    let bare = try medium.copy("bare") { scratch, folder in
      for name in ["papers.tar", "papers-copy.tar"] {
        try Files.remove(scratch["\(folder)/\(name)"])
      }
    }
    let run = try medium.expect(20, "WB2091", "was not finished where it was written", on: bare)
    #expect(run.list("bundles").first?.member("claims") == .null)
    #expect(run.list("bundles").first?.member("undamaged") == false)
    #expect(run["strangers"] == [])
    try medium.expect(
      20, "WB2090", "0 other files", on: try medium.loop.scratch.folder("empty"))
    try medium.expect(20, "WB2090", "no folder", on: medium.loop.scratch["nowhere"])
  }

  @Test func M16_rewrittenPiecesAreNamedWithTheirBlocks() throws {
    let changes: [(String, String, (inout [UInt8]) -> Void)] = [
      ("volume-001.tar", "block 0 is damaged", { $0[$0.count / 2] ^= 1 }),
      ("volume-002.tar", "block 0 is missing", { $0.removeLast(512) }),
      ("volume-002.tar", "block 0 is damaged", { $0.append(0) }),
      ("orders.tar", "block 0 is damaged", { $0[0] ^= 1 }),
      ("papers.tar", "not the papers of this bundle", { $0[5000] ^= 1 }),
      ("papers-copy.tar", "not the papers of this bundle", { $0 = [] }),
    ]
    for (number, (name, text, change)) in changes.enumerated() {
      let copy = try medium.copy("rewritten-\(number)") { scratch, folder in
        try medium.loop.change("\(scratch[folder].string)/\(name)", change)
      }
      let run = try medium.expect(10, "WB1040", "\(name): \(text)", on: copy)
      #expect(run.list("bundles").first?.member("undamaged") == false)
    }
    let both = try medium.copy("both papers") { scratch, folder in
      for name in ["papers.tar", "papers-copy.tar"] {
        try medium.loop.change("\(scratch[folder].string)/\(name)") { $0[600] ^= 1 }
      }
    }
    let run = try medium.check(both)
    #expect(run.exit == 10)
    #expect(run.list("bundles").count == 1)
  }

  @Test func M28_thePageForPeopleAlteredOrMissing() throws {
    let altered = try medium.copy("altered") { scratch, folder in
      try medium.loop.change("\(scratch[folder].string)/START-HERE.html") { $0[100] ^= 1 }
    }
    try medium.expect(10, "WB1040", "START-HERE.html: not as SHA256SUMS lists it", on: altered)
    let missing = try medium.copy("missing") { scratch, folder in
      try Files.remove(scratch["\(folder)/START-HERE.html"])
    }
    try medium.expect(20, "WB2032", "START-HERE.html: missing", on: missing)
  }

  @Test func M08_twoHalfGoodCopiesAreWholeTogetherAndThatIsSaid() throws {
    // Two blocks in a piece need more than 4 MiB.
    try medium.loop.release(
      "big", version: "1", counter: 1, files: ["big.bin": program(5, count: 4_500_000)])
    let stick = FilePath(try medium.loop.medium("stick"))
    try medium.loop.expectDone(try medium.loop.centre("export", "fjord-3", "--to", stick.string))
    let volume = "stick/fjord-3.out.000002/volume-001.tar"
    try medium.loop.scratch.folder("stick/second")
    try medium.loop.scratch.copy(medium.loop.scratch[volume], to: "stick/second/FILE.BIN")
    try medium.loop.change(medium.loop.scratch[volume].string) { $0[1000] ^= 1 }
    try medium.loop.change(medium.loop.scratch["stick/second/FILE.BIN"].string) {
      $0[$0.count - 5000] ^= 1
    }
    let run = try medium.expect(0, nil, "is whole only when read from", on: stick)
    #expect(run["strangers"] == [])
    // Only in one place, the damaged block is named, whatever the file is called.
    try Files.remove(medium.loop.scratch[volume])
    try medium.expect(10, "WB1040", "volume-001.tar: block 1 is damaged", on: stick)
  }

  @Test func M36_papersOfANewerFormatAreSaidToBeSo() throws {
    let newer = try medium.copy("newer") { scratch, folder in
      for name in ["papers.tar", "papers-copy.tar"] {
        try medium.loop.change("\(scratch[folder].string)/\(name)") { $0[520] = UInt8(ascii: "2") }
      }
    }
    try medium.expect(16, "WB1630", on: newer)
  }
}
