// SPDX-License-Identifier: Apache-2.0
import Foundation
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

import Bundles

struct SealedBundleTests {
  let medium: TestFolder
  let identity: AgeIdentity

  init() throws {
    medium = try TestFolder()
    identity = try AgeIdentity.generate()
  }

  @Test("a sealed bundle gives its files back to the key it is sealed to")
  func roundTrip() throws {
    let bundle = try TestBundle(on: medium, sealedTo: [identity.recipient])
    #expect(bundle.waybill.isSealed)
    #expect(
      bundle.waybill.files.map(\.name) == [
        "orders.tar.age", "volume-001.tar.age", "volume-002.tar.age",
      ])
    let files = try bundle.contents(for: identity)
    #expect(Set(files.keys) == Set(TestBundle.files.map { Digest.sha256($0) }))
    let again = try Waybill(parsing: bundle.waybill.encoded, named: "waybill.json")
    #expect(again == bundle.waybill)
  }

  @Test(
    "a sealed bundle is checked for damage without any key, and no volume passes the volume size")
  func checked() throws {
    let bundle = try TestBundle(on: medium, sealedTo: [identity.recipient])
    try bundle.written.reread()
    #expect(bundle.waybill.volumes.allSatisfy { $0.length <= 130_000 })
    let path = bundle.folder.appending("volume-001.tar.age")
    var bytes = try FileQuery.contents(of: path, cap: 1 << 20)
    bytes[bytes.count / 2] ^= 1
    try DurableFile.write(bytes, to: path)
    let seen = refusal { () throws(Refusal) in try bundle.written.reread() }
    #expect(seen?.code == BundleReason.mediumForgets.rawValue)
  }

  @Test("M33: another key, or none, does not open it")
  func anotherKey() throws {
    let bundle = try TestBundle(on: medium, sealedTo: [identity.recipient])
    for other in [try AgeIdentity.generate(), nil] {
      let seen = #expect(throws: Refusal.self) { try bundle.contents(for: other) }
      #expect(seen?.code == "WB1202" && seen?.exit == .wrongSite)
    }
  }

  @Test("M34: bytes whose block is not what the waybill says never reach age")
  func blocksFirst() throws {
    let bundle = try TestBundle(on: medium, sealedTo: [identity.recipient])
    let volume = try #require(bundle.waybill.volumes.first)
    var bytes = try FileQuery.contents(of: bundle.folder.appending(volume.name), cap: 1 << 20)
    bytes[30] ^= 1
    let seen = #expect(throws: Refusal.self) {
      try PieceStream.open(
        copies: [MemorySource(bytes, name: "stick")], as: volume, of: bundle.waybill, for: identity)
    }
    #expect(seen?.code == BundleReason.blockDamaged.rawValue)
  }

  @Test("files of a waybill are sealed, or none of them is")
  func mixed() throws {
    let bundle = try TestBundle(on: medium, sealedTo: [identity.recipient])
    let text = String(decoding: bundle.waybill.encoded, as: UTF8.self)
    for (name, other) in [("orders.tar.age", "orders.tar"), ("001.tar.age", "001.tar")] {
      let bent = Array(text.replacing(name, with: other).utf8)
      let seen = #expect(throws: Refusal.self) { try Waybill(parsing: bent, named: "waybill.json") }
      #expect(seen?.code == BundleReason.waybillInvalid.rawValue)
    }
  }

  @Test(
    "we open what stock age sealed", .enabled(if: Tool.exists("age")),
    arguments: [0, 65_536, 3_000_001])
  func sealedByStock(length: Int) throws {
    let plain = BlockTests.noise(length)
    try medium.write(plain, "plain")
    #expect(
      try Tool.run(
        "age", ["-r", identity.recipient.description, "-o", "sealed.age", "plain"], in: medium.path)
        == 0)
    let source = SourceStream(try FileSource(medium.path.appending("sealed.age")))
    let opener = try AgeOpener(identity, named: "sealed.age") { () throws(Refusal) in
      try source.next()
    }
    var opened: [UInt8] = []
    while let bytes = try opener.next() { opened += bytes }
    #expect(opened == plain)
  }

  @Test("stock age opens what we sealed, and tar lists it", .enabled(if: Tool.exists("age")))
  func stockAge() throws {
    let stock = try StockAge.identity()
    let bundle = try TestBundle(on: medium, sealedTo: [stock.recipient])
    for volume in bundle.waybill.files {
      let plain = String(volume.name.dropLast(4))
      #expect(
        try Tool.run(
          "age", ["-d", "-i", StockAge.path, "-o", plain, volume.name], in: bundle.folder) == 0)
      #expect(try Tool.run("bsdtar", ["-tf", plain], in: bundle.folder) == 0)
    }
  }
}
