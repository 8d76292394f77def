// SPDX-License-Identifier: Apache-2.0
import Intents
import Intune
import SystemPackage
import TestKit
import Testing
import Trust

/// Zips and tables as they come from outside.
@Suite struct ExportFileTests {
  static let header =
    "DeviceName,DeviceId,AppInstallState,AppInstallStateDetails,AppVersion,ErrorCode,"
    + "LastModifiedDateTime"

  private func results(_ zip: [UInt8]) -> (results: [InstallResult]?, refusal: Refusal?) {
    var results: [InstallResult]?
    let seen = refusal { () throws(Refusal) in
      results = try InstallResult.results(inZip: zip, named: "report")
    }
    return (results, seen)
  }

  /// What Python's zipfile makes of each of `sources`, statements that fill `archive`.
  private func zips(_ sources: [String]) throws -> [[UInt8]] {
    let scratch = try Scratch()
    let programs = sources.enumerated().map { number, source in
      let statements = source.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
      return """
        with zipfile.ZipFile(sys.argv[1] + "\(number)", "w", zipfile.ZIP_DEFLATED) as archive:
        \(statements)
        """
    }
    let program = (["import random, sys, zipfile"] + programs).joined(separator: "\n")
    let run = try Tool("python3").run("-c", program, scratch["zip"].string)
    try #require(run.exit == 0, "\(run.errors)")
    return try sources.indices.map { try Files.bytes(scratch["zip\($0)"]) }
  }

  private func zip(_ source: String) throws -> [UInt8] { try zips([source])[0] }

  private func row(_ number: Int, _ state: String = "1", details: String = "") -> String {
    "D\(number),\(Simulated.device(number)),\(state),\(details),1.0,0,2026-10-30T00:00:00Z"
  }

  /// A stored zip of one table, written here.
  private func stored(_ csv: String, name: String = "a.csv") -> [UInt8] {
    ZipForge(name: name, contents: Array(csv.utf8)).bytes
  }

  @Test(
    "what Python packs is unpacked: stored, fixed and dynamic codes, long matches, many blocks",
    arguments: [
      #"archive.writestr("a.csv", text, zipfile.ZIP_STORED)"#,
      #"archive.writestr("a.csv", text, zipfile.ZIP_DEFLATED, 1)"#,
      #"archive.writestr("a.csv", text, zipfile.ZIP_DEFLATED, 9)"#,
      #"archive.comment = b"PK\x05\x06 a comment"; archive.writestr("a.csv", text)"#,
      #"archive.writestr("readme.txt", "x"); archive.writestr("deep/A.CSV", text)"#,
    ])
  func packed(statement: String) throws {
    let counts = [0, 1, 3, 3000]
    let zips = try zips(
      counts.map { count in
        """
        line = "D,00000000-0000-4000-8000-%012x,1,%s,1.0,0,2026-10-30T00:00:00Z\\r\\n"
        random.seed(7)
        noise = lambda: "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789+/ZQ", k=40))
        rows = [line % (n, noise() if n % 3 else "same " * 30) for n in range(\(count))]
        text = "\(Self.header)\\r\\n" + "".join(rows)
        \(statement)
        """
      })
    for (count, zip) in Swift.zip(counts, zips) {
      let (results, refused) = results(zip)
      #expect(refused == nil)
      #expect(results?.count == count)
      #expect(Set(results?.map(\.device) ?? []).count == count)
    }
  }

  @Test func `no cut and no flipped byte of a zip passes for the table, and none traps`() throws {
    let zip = try zip(
      """
      text = "\(Self.header)\\r\\n\(row(1, details: "same same same same same"))\\r\\n"
      archive.writestr("a.csv", text)
      """)
    let whole = try #require(results(zip).results)
    for count in zip.indices {
      #expect(results(Array(zip[..<count])).refusal?.code == IntuneReason.exportUnusable.code)
    }
    var refusedAt: Set<Int> = []
    for index in zip.indices {
      for bit in 0..<8 {
        var flipped = zip
        flipped[index] ^= 1 << bit
        let (results, refused) = results(flipped)
        // Times and other fields that say nothing of the bytes may change.
        if let results { #expect(results == whole) } else { refusedAt.insert(index) }
        let codes = [IntuneReason.exportUnusable.code, IntuneReason.tooMuch.code]
        #expect(refused.map { codes.contains($0.code) } ?? true)
      }
    }
    #expect(refusedAt.count > zip.count / 2)
  }

  @Test func `a zip that is larger than an export can be is refused before it is unpacked`() throws
  {
    for statement in [
      #"archive.writestr("a.csv", bytes(2 << 20))"#,
      #"[archive.writestr(f"{n}.csv", "x") for n in range(9)]"#,
    ] {
      #expect(results(try zip(statement)).refusal?.code == IntuneReason.tooMuch.code)
    }
    var large = ZipForge(name: "a.csv", contents: [UInt8](repeating: 0, count: 3 << 20))
    large.size = 513 << 20
    #expect(results(large.bytes).refusal?.code == IntuneReason.tooMuch.code)
    // A bomb that lies about what is in it: the announced size is all that is unpacked.
    var lying = try zip(#"archive.writestr("a.csv", bytes(1 << 20))"#)
    let directory = try #require(
      lying.indices.last { lying[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
    for place in 24..<28 { lying[directory + place] = place == 25 ? 1 : 0 }
    let refused = results(lying).refusal
    #expect(refused?.code == IntuneReason.exportUnusable.code)
    #expect(refused?.seen == "a.csv: more than 256 bytes")
  }

  @Test func `a zip without the one table is refused`() throws {
    let csv = Self.header + "\n"
    for zip in [
      try zip("pass"), stored(csv, name: "a.txt"), [], Array("no zip".utf8),
      try zip(#"archive.writestr("a.csv", "x"); archive.writestr("b.csv", "y")"#),
      try zip(#"archive.writestr("a.csv", "x", zipfile.ZIP_LZMA)"#),
    ] {
      #expect(results(zip).refusal?.code == IntuneReason.exportUnusable.code)
    }
    var encrypted = ZipForge(name: "a.csv", contents: Array(csv.utf8))
    encrypted.flags = 1
    #expect(results(encrypted.bytes).refusal?.code == IntuneReason.exportUnusable.code)
    #expect(results(stored(csv)).results == [])
  }

  @Test func `columns are found by their names, in any order and beside others`() throws {
    let csv = """
      \u{FEFF}AppVersion,New,LastModifiedDateTime,ErrorCode,AppInstallStateDetails,\
      AppInstallState,DeviceId,"DeviceName"\r
      2.0,x,2026-10-30 11:22:33.5,0x87D30065,"a ""quoted"", one\r\nand a line",2,\
      \(Simulated.device(7)),"Käthe, 1"
      """
    let result = try #require(results(stored(csv)).results?.first)
    #expect(result.device == Simulated.device(7))
    #expect(result.deviceName == "Käthe, 1")
    #expect(result.state == .failed)
    #expect(result.stateText == "2")
    #expect(result.details == "a \"quoted\", one\r\nand a line")
    #expect(result.version == "2.0")
    #expect(result.errorCode == -2_016_214_939)
    #expect(result.lastModified?.description == "2026-10-30T11:22:33Z")
  }

  @Test(
    "a table that is not of its form is refused",
    arguments: [
      "", "DeviceName,DeviceId\n", "\(ExportFileTests.header),DeviceId\n",
      "\(ExportFileTests.header)\nshort,row\n", "\(ExportFileTests.header)\n\n",
      "\(ExportFileTests.header)\n\"open,,,,,,\n", "\(ExportFileTests.header)\na\"b,,,,,,\n",
      "\(ExportFileTests.header)\n\"a\"b,,,,,,\n", "\(ExportFileTests.header)\n\ra,,,,,,\n",
      "\(ExportFileTests.header)\nname,no guid,1,,,,\n",
    ])
  func malformed(csv: String) throws {
    #expect(results(stored(csv)).refusal?.code == IntuneReason.exportUnusable.code)
  }

  @Test func `a table without end is refused`() throws {
    let header = Self.header + "\n"
    for csv in [
      header + String(repeating: "x", count: 65_537), String(repeating: ",", count: 201),
      header + "\"" + String(repeating: "x", count: 65_537),
    ] {
      #expect(results(stored(csv)).refusal?.code == IntuneReason.tooMuch.code)
    }
    let invalid = Array(header.utf8) + [0xFF] + Array(row(1).utf8)
    let zip = ZipForge(name: "a.csv", contents: invalid).bytes
    #expect(results(zip).refusal?.code == IntuneReason.exportUnusable.code)
  }

  @Test(
    "a state is evidence as far as it goes, as a number and by its name",
    arguments: [
      ("1", ComplianceRecord.State.succeeded), ("Installed", .succeeded), ("2", .failed),
      ("failed", .failed), ("4", .failed), ("uninstallFailed", .failed), ("5", .inProgress),
      ("3", .unknown), ("notInstalled", .unknown), ("-1", .notApplicable), ("99", .unknown),
      ("something new", .unknown), ("", .unknown),
    ])
  func states(text: String, evidence: ComplianceRecord.State) throws {
    let csv = Self.header + "\n" + row(1, text)
    let result = try #require(results(stored(csv)).results?.first)
    #expect(result.evidence == evidence)
    #expect(result.stateText == text)
    #expect(result.errorCode == nil)
  }

  @Test func `of a device's rows the latest speaks, and a failure where they are equally late`()
    throws
  {
    let device = Simulated.device(1)
    let csv = """
      \(Self.header)
      a,\(device),2,,,,2026-10-01T00:00:00Z
      a,\(device),1,,,,2026-10-03T00:00:00Z
      a,\(device),5,,,,never
      b,\(Simulated.device(2)),1,,,,2026-10-03T00:00:00Z
      b,\(Simulated.device(2)),2,,,,2026-10-03T00:00:00Z
      """
    let latest = InstallResult.latest(try #require(results(stored(csv)).results))
    #expect(latest[device]?.state == .installed)
    #expect(latest[Simulated.device(2)]?.state == .failed)
    #expect(latest.count == 2)
  }
}

/// A zip of one stored entry.
private struct ZipForge {
  let name: String
  let contents: [UInt8]
  var flags = 0
  /// What it says to unpack to.
  var size: Int

  init(name: String, contents: [UInt8]) {
    self.name = name
    self.contents = contents
    size = contents.count
  }

  var bytes: [UInt8] {
    let name = Array(name.utf8)
    let fields =
      little(20, 2) + little(flags, 2) + little(0, 6)
      + little(Int(sum), 4) + little(contents.count, 4) + little(size, 4)
      + little(name.count, 2) + little(0, 2)
    let local = little(0x0403_4B50, 4) + fields + name + contents
    let central =
      little(0x0201_4B50, 4) + little(20, 2) + fields + little(0, 10) + little(0, 4)
      + name
    let end =
      little(0x0605_4B50, 4) + little(0, 4) + little(1, 2) + little(1, 2)
      + little(central.count, 4) + little(local.count, 4) + little(0, 2)
    return local + central + end
  }

  /// CRC-32 a bit at a time.
  private var sum: UInt32 {
    var sum = UInt32.max
    for byte in contents {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }

  private func little(_ number: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { $0 < 8 ? UInt8(truncatingIfNeeded: number >> (8 * $0)) : 0 }
  }
}
