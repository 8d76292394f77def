// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// What `waybill-courier check` finds on media that were handled on the way.
@Suite struct CourierSearchTests {
  let medium: CourierMedium

  init() throws { medium = try CourierMedium() }

  @Test func M15_renamedAndFlattenedFilesAreFoundByContent() throws {
    let scratch = medium.loop.scratch
    for (index, name) in try Files.names(in: medium.clean).enumerated() {
      let bytes = try Files.bytes(FilePath("\(medium.clean)/\(name)"))
      try scratch.write("flat/FILE\(index).DAT", bytes)
    }
    let run = try medium.expect(
      0, nil, "8 files renamed on the way", on: scratch["flat"], key: medium.key)
    #expect(run.list("bundles").first?.member("renamed") == 8)
    #expect(run["strangers"] == [])
    // The same with one piece lost and one damaged on the way.
    for name in try Files.names(in: scratch["flat"]) {
      let path = scratch["flat/\(name)"]
      let bytes = try Files.bytes(path)
      if try bytes == medium.bytes("volume-001.tar") { try Files.remove(path) }
    }
    try medium.expect(20, "WB2032", "volume-001.tar: missing", on: scratch["flat"])
  }

  @Test func M17_M18_noiseIsPassedOverAndWhatIsUndeclaredIsNamedEscaped() throws {
    let handled = try medium.copy("handled") { scratch, folder in
      let root = "copies/handled"
      for noise in [
        "System Volume Information/IndexerVolumeGuid", "desktop.ini", ".DS_Store",
        "Scan-Report.html",
      ] {
        try scratch.write("\(root)/\(noise)", "noise")
        try scratch.write("\(folder)/\(noise)", "noise")
      }
      for stranger in ["\(root)/letter.txt", "\(folder)/setup.exe", "\(folder)/a/b.exe"] {
        try scratch.write(stranger, "MZ")
      }
      try scratch.write("\(root)/\u{1B}[31mred\n", "x")
      try scratch.write("\(root)/" + String(repeating: "n", count: 255), "x")
    }
    let run = try medium.expect(0, nil, on: handled)
    #expect(
      run["strangers"] == [
        "\u{1B}[31mred\n", "fjord-3.out.000001/a/b.exe", "fjord-3.out.000001/setup.exe",
        "letter.txt", .string(String(repeating: "n", count: 255)),
      ])
    #expect(!run.output.utf8.contains(0x1B))
    let text = try medium.show(handled)
    #expect(text.contains("belongs to no bundle: \\u{1b}[31mred\\u{a}"))
    #expect(!text.utf8.contains(0x1B))
    #expect(!text.contains("desktop.ini"))
  }

  @Test func M19_volumesOfAnOlderRunAndOfOtherBundlesAreToldApart() throws {
    let scratch = medium.loop.scratch
    let older = try medium.copy("older") { scratch, folder in
      try scratch.write("\(folder)/volume-003.tar", program(9, count: 5000))
      try scratch.write(
        "copies/older/old/volume-001.tar", program(8, count: medium.bytes("volume-001.tar").count))
    }
    let run = try medium.expect(0, nil, on: older)
    #expect(run["strangers"] == ["fjord-3.out.000001/volume-003.tar", "old/volume-001.tar"])

    try medium.loop.expectDone(
      try medium.loop.centre("export", "fjord-3", "--to", older.string, "--full"))
    let two = try medium.expect(0, nil, on: older, key: medium.key)
    #expect(
      two.list("bundles").map { $0.member("claims") } == [
        "fjord-3.out.000001", "fjord-3.out.000002",
      ])
    #expect(two["strangers"] == run["strangers"])

    // Each bundle gets its own code, the gravest is that of the run, and the refusal fits it.
    try Files.remove(FilePath("\(older)/fjord-3.out.000001/volume-001.tar"))
    try medium.loop.change("\(older)/fjord-3.out.000002/orders.tar") { $0[0] ^= 1 }
    let mixed = try medium.expect(10, "WB1040", on: older)
    #expect(mixed.list("bundles").map { $0.member("exit") } == [20, 10])

    // Both in one folder, as a kiosk may leave them.
    try medium.loop.change("\(older)/fjord-3.out.000002/orders.tar") { $0[0] ^= 1 }
    try Files.write(
      medium.bytes("volume-001.tar"), to: FilePath("\(older)/fjord-3.out.000001/volume-001.tar"))
    for folder in ["fjord-3.out.000001", "fjord-3.out.000002"] {
      for name in try Files.names(in: FilePath("\(older)/\(folder)")) {
        let bytes = try Files.bytes(FilePath("\(older)/\(folder)/\(name)"))
        let isFirst = folder.hasSuffix("1")
        try scratch.write("one/\(name)\(isFirst ? "" : ".copy")", bytes)
      }
    }
    let together = try medium.check(scratch["one"], "--key", medium.key)
    #expect(
      together.list("bundles").map { $0.member("claims") } == [
        "fjord-3.out.000001", "fjord-3.out.000002",
      ])
    #expect(together.exit == 0, "\(together.output)")
  }

  @Test func M40_aSecondCopyOfABundleIsTheSameBundle() throws {
    let twice = try medium.copy("twice") { scratch, folder in
      try scratch.copy(scratch[folder], to: "copies/twice/backup")
    }
    let run = try medium.expect(0, nil, on: twice, key: medium.key)
    #expect(run.list("bundles").count == 1)
    #expect(run["strangers"] == [])
    // Papers in one folder, pieces in another.
    let apart = try medium.copy("apart") { scratch, folder in
      for name in ["papers.tar", "papers-copy.tar"] {
        try scratch.copy(scratch["\(folder)/\(name)"], to: "copies/apart/\(name)")
        try Files.remove(scratch["\(folder)/\(name)"])
      }
    }
    let found = try medium.check(apart)
    #expect(found.exit == 20)
    #expect(found.text("seen") == "SHA256SUMS: missing; START-HERE.html: missing")
  }

  @Test func M31_M32_linksLoopsAndPipesAreNeitherFollowedNorOpened() throws {
    let odd = try medium.copy("odd") { scratch, folder in
      let place = scratch[folder].string
      #expect(symlink(".", "\(place)/loop") == 0)
      #expect(symlink("volume-001.tar", "\(place)/link.tar") == 0)
      #expect(mkfifo("\(place)/pipe", 0o644) == 0)
    }
    let run = try medium.expect(0, nil, on: odd)
    #expect(
      run["strangers"] == [
        "fjord-3.out.000001/link.tar", "fjord-3.out.000001/loop", "fjord-3.out.000001/pipe",
      ])
    for name in ["papers.tar", "volume-001.tar", "START-HERE.html", "SHA256SUMS"] {
      let replaced = try medium.copy("replaced \(name)") { scratch, folder in
        try Files.remove(scratch["\(folder)/\(name)"])
        #expect(mkfifo(scratch["\(folder)/\(name)"].string, 0o644) == 0)
      }
      let run = try medium.check(replaced)
      #expect(run.exit == 10 || run.exit == 20, "\(name): \(run.output)")
      #expect(run.text("seen")?.contains("\(name): ") == true, "\(run.output)")
    }
  }

  @Test func M20_M23_aReadOnlyMediumUnderAnyNameIsReadAndLeftAsItIs() throws {
    try medium.loop.scratch.folder("copies")
    let odd = "copies/ ümläut — stick "
    try medium.loop.scratch.copy(medium.clean, to: odd)
    let path = medium.loop.scratch[odd]
    let folder = path.appending("fjord-3.out.000001")
    try FilePermissions(rawValue: 0o555).set(on: folder)
    try FilePermissions(rawValue: 0o555).set(on: path)
    func look() throws -> [String] {
      try Files.names(in: path).map { name in
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
        return "\(name) \(attributes[.size] ?? 0) \(attributes[.modificationDate] ?? "")"
      }
    }
    let before = try look()
    try medium.expect(0, nil, on: path, key: medium.key)
    #expect(try look() == before)
    try FilePermissions(rawValue: 0o755).set(on: folder)
    try FilePermissions(rawValue: 0o755).set(on: path)
  }

  @Test func M31_aMediumWithTooMuchOnItIsALimit() throws {
    for level in ["1", "1/2", "1/2/3", "1/2/3/4", "1/2/3/4/5"] {
      try medium.loop.scratch.folder("copies/deep/\(level)")
    }
    try medium.expect(22, "WB2236", on: medium.loop.scratch["copies/deep"])
  }
}

extension CourierMedium {
  /// A file of the bundle as it was written.
  func bytes(_ name: String) throws -> [UInt8] {
    try Files.bytes(FilePath("\(clean)/\(bundle)/\(name)"))
  }
}
