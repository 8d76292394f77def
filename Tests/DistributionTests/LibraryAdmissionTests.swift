// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import SystemPackage
import Testing

@Suite struct LibraryAdmissionTests {
  private func make(_ path: FilePath) throws {
    try LibraryPoint.create(
      at: path, id: #require(Name("dp-1")), siteCode: SiteCode.standard)
  }

  private func open(_ path: FilePath) throws {
    _ = try LibraryPoint(at: path, id: #require(Name("dp-1")), siteCode: SiteCode.standard)
  }

  @Test("a folder that Waybill did not create is not touched (A19)")
  func foreign() throws {
    let scratch = try Scratch()
    try scratch.write("[Packages]\r\nABC00001.1=\r\n", to: "lib/PkgLib/ABC00001.INI")
    let before = try Library.tree(scratch.path)
    refuses(.foreignLibrary) { try make(scratch.path.appending("lib")) }
    refuses(.foreignLibrary) { try open(scratch.path.appending("lib")) }
    #expect(try Library.tree(scratch.path) == before)
    #expect(DistributionReason.foreignLibrary.exit == .pointRefused)
  }

  @Test("a tree with signature files is not touched, even with our marker (A19)")
  func signatures() throws {
    let library = try Library()
    try library.ensure(.vector)
    try library.scratch.write(
      "x", to: "library/FileLib/0000/\(String(repeating: "0", count: 64)).SIG")
    let before = try library.tree()
    refuses(.foreignLibrary) { try library.remove(.vector) }
    refuses(.foreignLibrary) { try library.ensure(.vector) }
    #expect(try library.tree() == before)
  }

  @Test(
    "a path through a content library share is not taken (A19)",
    arguments: ["SCCMContentLib$", "sccmcontentlibD$", "SCCMContentLib$/sub"])
  func share(_ name: String) throws {
    let scratch = try Scratch()
    refuses(.foreignLibrary) { try make(scratch.path.appending(name)) }
    #expect(try FileQuery.names(in: scratch.path).isEmpty)
  }

  @Test("a link does not hide where the folder really is (A19)")
  func link() throws {
    let scratch = try Scratch()
    try DurableFile.makeFolder(scratch.path.appending("SCCMContentLib$"))
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path.appending("link").text, withDestinationPath: "SCCMContentLib$")
    refuses(.foreignLibrary) { try make(scratch.path.appending("link")) }
  }

  @Test("SCCMContentLib at the root of a drive is not taken, elsewhere it is (A19)")
  func driveRoot() throws {
    refuses(.foreignLibrary) { try make("/SCCMContentLib") }
    refuses(.foreignLibrary) { try make("/sccmcontentlib") }
    #expect(!FileQuery.isFolder("/SCCMContentLib"))
    let scratch = try Scratch()
    try make(scratch.path.appending("SCCMContentLib"))
  }

  @Test("an empty or missing folder where the library was is unavailable, not a new library (A01)")
  func unmounted() throws {
    let scratch = try Scratch()
    refuses(.unavailable) { try open(scratch.path) }
    refuses(.unavailable) { try open(scratch.path.appending("none")) }
    #expect(try FileQuery.names(in: scratch.path).isEmpty)
    #expect(DistributionReason.unavailable.failureClass == .transient)
  }

  @Test("a library of another site is a policy violation")
  func otherSite() throws {
    let library = try Library(siteCode: "AB1")
    refuses(.wrongLibrary) { try open(library.root) }
    #expect(DistributionReason.wrongLibrary.failureClass == .policyViolation)
  }

  @Test("making a library twice is making it once, also after a crash before the marker")
  func createTwice() throws {
    let library = try Library()
    try library.ensure(.vector)
    let before = try library.tree()
    try make(library.root)
    #expect(try library.tree() == before)
    let scratch = try Scratch()
    try scratch.write("{\"_ty", to: "waybill-library.json.part")
    try make(scratch.path)
    try open(scratch.path)
  }

  @Test("a second process waits its turn")
  func lock() throws {
    let library = try Library()
    var inner: Refusal?
    let point = try library.point { (change) throws(Refusal) in
      guard case .started = change, inner == nil else { return }
      do {
        try library.ensure(.vector)
      } catch {
        inner = error as? Refusal
      }
    }
    _ = try point.ensureContent(Content.vector.request(from: library.scratch), key: library.key)
    #expect(inner?.code == DistributionReason.busy.code)
    #expect(inner?.failureClass == .transient)
    try library.ensure(.vector)
  }

  @Test("what the file system refuses is the point's refusal")
  func fileSystem() throws {
    let library = try Library()
    try library.scratch.write("in the way", to: "library/FileLib")
    refuses(.refused) { try library.ensure(.vector) }
  }
}
