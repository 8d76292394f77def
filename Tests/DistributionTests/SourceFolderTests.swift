// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import SystemPackage
import TestKit
import Testing

/// The folders that content lands in before a site reads it.
@Suite struct SourceFolderTests {
  private let plane: AdminServicePlane

  init() throws { plane = try AdminServicePlane() }

  private func folders(_ plane: AdminServicePlane) throws -> [String] {
    try FileQuery.names(in: plane.root).filter { $0 != ".waybill" }
  }

  @Test("A15: a landed folder has the content as it is, read-only, under the content's id")
  func landed() throws {
    try plane.ensure()
    let id = ContentID(manifest: Content.vector.manifest).text
    #expect(try folders(plane) == [id])
    let folder = plane.root.appending(id)
    #expect(
      try Files.tree(folder)
        == Content.vector.files.mapValues { Array($0.utf8) })
    #expect(try Files.mode(of: folder) == 0o555)
    #expect(try Files.mode(of: folder.appending("Data/Sub")) == 0o555)
    #expect(try Files.mode(of: folder.appending("Data/Sub/b.cfg")) == 0o444)
    let package = try #require(try plane.site.table("packages").values.first)
    #expect(package["PkgSourcePath"] as? String == "\\\\srv\\src$\\waybill\\\(id)")
  }

  @Test(
    "A15: an update lands beside the old folder, which stays as it was; then the source is switched"
  )
  func update() throws {
    try plane.ensure()
    let old = plane.root.appending(ContentID(manifest: Content.vector.manifest).text)
    let before = try Files.tree(old)
    try plane.ensure(.next, plane.key("intent-1", 2))
    #expect(try Files.tree(old) == before)
    #expect(try folders(plane).count == 2)
    let puts = try plane.site.log.filter { $0["method"] as? String == "PUT" }
    #expect(puts.count == 1)
    #expect(
      (puts.first?["body"] as? String)?.contains(ContentID(manifest: Content.next.manifest).text)
        == true)
  }

  @Test(
    "A15: killed behind any change while it lands, no half-copied folder has a name, and the next run goes on"
  )
  func crash() throws {
    let calm = try AdminServicePlane()
    let request = try Content.vector.request(from: calm.scratch)
    var count = 0
    let counting = try calm.point(try calm.configuration()) { (_) throws(Refusal) in count += 1 }
    try calm.done { try counting.ensureContent(request, key: calm.key()) }
    #expect(count > 8)
    for step in 1...count {
      var passed = 0
      let point = try plane.point(try plane.configuration()) { (change) throws(Refusal) in
        passed += 1
        guard passed < step else {
          throw Refusal(TestReason.stopped, "\(change)", seen: "killed", expected: "to go on")
        }
      }
      let mine = try Content.vector.request(from: plane.scratch)
      let error = #expect(throws: Refusal.self) {
        _ = try point.ensureContent(mine, key: plane.key())
      }
      #expect(error?.code == TestReason.stopped.code)
      for folder in try folders(plane) {
        #expect(
          try Files.tree(plane.root.appending(folder))
            == Content.vector.files.mapValues { Array($0.utf8) })
      }
      #expect(try plane.site.table("packages").isEmpty)
      try plane.remove(.content(manifest: Content.vector.manifest))
      #expect(try folders(plane).isEmpty)
    }
    try plane.ensure()
    #expect(try plane.complete() == [Content.vector.manifest])
  }

  @Test(
    "A17: killed while a folder is removed, it is gone for all, and the next run clears what is left"
  )
  func removalCrash() throws {
    try plane.ensure()
    let point = try plane.point(try plane.configuration()) { (change) throws(Refusal) in
      throw Refusal(TestReason.stopped, "\(change)", seen: "killed", expected: "to go on")
    }
    let removal = Removal.content(manifest: Content.vector.manifest)
    #expect(throws: Refusal.self) { _ = try point.remove(removal, key: plane.key()) }
    #expect(try folders(plane).isEmpty)
    for file in try Content.vector.list {
      #expect(try !plane.point().holds(file.digest, length: nil))
    }
    try plane.remove(removal)
    #expect(try FileQuery.names(in: plane.root.appending(".waybill")) == ["lock", "source.json"])
    try plane.ensure()
    #expect(try plane.complete() == [Content.vector.manifest])
  }

  @Test("A05: a folder of that name that is somebody else's is left alone, and another name taken")
  func foreignFolder() throws {
    let id = ContentID(manifest: Content.vector.manifest).text
    try plane.scratch.write("theirs", to: "landing/\(id)/Setup.exe")
    try plane.ensure()
    #expect(try plane.scratch.text("landing/\(id)/Setup.exe") == "theirs")
    #expect(try folders(plane) == [id, "\(id)-2"])
    #expect(try plane.complete() == [Content.vector.manifest])
  }

  @Test("A14: a path that is too long below the share is named before anything is sent")
  func tooLong() throws {
    let deep = "\\\\srv\\src$\\" + String(repeating: "d", count: 89)
    let share = try SourceShare(local: plane.root, unc: deep)
    let configuration = try AdminServiceConfiguration(
      id: plane.id, address: plane.site.address, authorities: SimulatedSite.authority,
      siteCode: #require(SiteCode("PS1")), share: share, distributionPoints: [])
    let content = Content(files: [String(repeating: "f", count: 150): "x"])
    refuses(.nameRefused) {
      _ = try plane.point(configuration).ensureContent(
        content.request(from: plane.scratch), key: plane.key())
    }
    #expect(try plane.site.requests.isEmpty)
  }

  @Test("content that cannot fit twice and a tenth more is refused before anything is copied")
  func space() throws {
    let request = try Content.vector.request(from: plane.scratch)
    let huge = ContentRequest(
      line: request.line, manifest: request.manifest, name: "Tool", version: "1"
    ) { (each) throws(Refusal) in
      try request.files { (file) throws(Refusal) in
        try each(
          ContentFile(
            path: file.path, length: 1 << 60, digest: file.digest, modified: file.modified))
      }
    } provide: { (file) throws(Refusal) in
      try request.provide(file)
    }
    refuses(.noSpace) { _ = try plane.point().ensureContent(huge, key: plane.key()) }
    #expect(try folders(plane).isEmpty)
  }

  @Test("A19: a folder that was not set up, or for another point, is not used")
  func foreignRoot() throws {
    refuses(.wrongLibrary) {
      _ = try plane.point(plane.configuration(siteCode: SiteCode("PS2")))
    }
    try Files.remove(plane.root)
    refuses(.unavailable) { _ = try plane.point() }
    try plane.scratch.write("theirs", to: "landing/readme.txt")
    refuses(.foreignLibrary) { try AdminServicePoint.create(plane.configuration()) }
    refuses(.unavailable) { _ = try plane.point() }
  }

  @Test("a list of files that someone edited is damage")
  func editedList() throws {
    try plane.ensure()
    let id = ContentID(manifest: Content.vector.manifest).text
    let list = try plane.scratch.text("landing/.waybill/\(id).files")
    for other in [
      "", String(list.dropLast()), list.replacing("Setup.exe", with: "../x"), list + "x\n",
    ] {
      try plane.scratch.write(other, to: "landing/.waybill/\(id).files")
      refuses(.recordDamaged) { _ = try plane.point().describe() }
    }
    try plane.scratch.write(list, to: "landing/.waybill/\(id).files")
    #expect(try plane.complete() == [Content.vector.manifest])
  }
}
