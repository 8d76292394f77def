// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// `inspect` tells what a bundle brings from its papers and orders alone, and leaves everything as it was.
@Suite struct InspectTests {
  private static let first = program(11, count: 200_000).map { $0 & 0x3f }

  /// A site that reported version 1, and a medium with version 2.
  private func updated() throws -> Rehearsal {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: ["bin/tool.exe": Self.first])
    try loop.trip(try loop.medium("first"))
    var second = Self.first
    for index in stride(from: 9, to: second.count, by: 41) { second[index] &+= 5 }
    try loop.release(version: "2", counter: 2, files: ["bin/tool.exe": second])
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", loop.medium("second")))
    return loop
  }

  private func elements(_ bundle: JSONValue, _ name: String) -> [JSONValue] {
    if case .array(let elements)? = bundle.member(name) { elements } else { [] }
  }

  @Test func whatIsOnAMediumIsListedAndNothingChanges() throws {
    let loop = try updated()
    let before = try loop.site("fjord-3", "history").list("events")
    let run = try loop.site("fjord-3", "inspect", loop.medium("second"))
    #expect(run.exit == 0, "\(run.output) \(run.errors)")
    let bundle = try #require(run.list("bundles").first)
    #expect(bundle.member("state") == .string("verified"))
    #expect(bundle.member("n") == .integer(2))
    #expect(bundle.member("references") == .integer(1))
    #expect(bundle.member("files") == .integer(1))
    let frames = elements(bundle, "frames")
    #expect(frames.map { $0.member("encoding") } == [.string("zstd-add")])
    let contents = elements(bundle, "contents")
    #expect(contents.map { $0.member("version") } == [.string("2")])
    let intents = elements(bundle, "intents")
    #expect(intents.map { $0.member("program") } == [.string("install")])
    #expect(try loop.site("fjord-3", "history").list("events") == before)
    #expect(try loop.site("fjord-3", "import", loop.medium("second")).exit == 0)
  }

  @Test func volumesAreNotNeeded() throws {
    let loop = try updated()
    let folder = try loop.medium("second") + "/fjord-3.out.000002"
    try Files.remove(FilePath("\(folder)/volume-001.tar"))
    #expect(try loop.site("fjord-3", "inspect", loop.medium("second")).exit == 0)
    try Files.remove(FilePath("\(folder)/orders.tar"))
    let run = try loop.site("fjord-3", "inspect", loop.medium("second"))
    #expect(run.exit == 20, "\(run.output) \(run.errors)")
    #expect(run.output.contains("orders"))
  }

  @Test func alteredOrdersAreRefused() throws {
    let loop = try updated()
    let path = FilePath(try loop.medium("second") + "/fjord-3.out.000002/orders.tar")
    var bytes = try Files.bytes(path)
    bytes[2000] ^= 1
    try Files.write(bytes, to: path)
    let run = try loop.site("fjord-3", "inspect", loop.medium("second"))
    #expect(run.exit == 10, "\(run.output) \(run.errors)")
  }

  @Test func anEmptyMediumIsTold() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    let run = try loop.site("fjord-3", "inspect", loop.medium("empty"))
    #expect(run.exit == 20, "\(run.output) \(run.errors)")
    #expect(run.output.contains("no papers"))
  }
}
