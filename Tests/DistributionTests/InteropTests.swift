// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import Intents
import SystemPackage
import Testing
import Trust

/// Needs samba and a loopback interface, so it runs only when `WAYBILL_INTEROP` is set.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["WAYBILL_INTEROP"] != nil))
struct InteropTests {
  private func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../scripts/interop/content-library").standardizedFileURL
    let process = Process()
    let pipe = Pipe()
    process.executableURL = script
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  @Test("samba serves the tree and an independent reader finds every file of the newest version")
  func samba() throws {
    let library = try Library()
    try library.ensure(.vector)
    var next = Content.vector
    next.files["waybill/Größe.txt"] = "four\n"
    next.files["a.INI"] = "five\n"
    try library.ensure(next)
    let lines = try next.list.map { "\($0.digest)  ./\($0.path)\n" }
    try library.scratch.write(lines.joined(), to: "listing")
    let listing = library.scratch.path.appending("listing").text
    let whole = try run([library.root.text, listing])
    #expect(whole.status == 0, "\(whole.output)")
    #expect(whole.output.contains("1 packages, 7 files, 28 bytes, 0 mismatches"))

    let other = Content(line: "22222222222222222222222222222222", files: ["x": "y"])
    try library.ensure(other)
    #expect(try run([library.root.text, listing, "WB100001"]).status == 0)
    #expect(try run([library.root.text, listing, "WB100002"]).status == 1)
    #expect(try run([library.root.text, listing]).status == 2)
    try library.scratch.write("eno\n", to: "library/FileLib/2C8B/\(Self.one)")
    #expect(try run([library.root.text]).status == 1)
    try DurableFile.unlinkIfPresent(library.root.appending("FileLib/2C8B/\(Self.one)"))
    #expect(try run([library.root.text]).status == 1)
  }

  private static let one = "2C8B08DA5CE60398E1F19AF0E5DCCC744DF274B826ABE585EABA68C525434806"
}
