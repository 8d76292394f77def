// SPDX-License-Identifier: Apache-2.0
import Distribution
import Foundation
import Intents
import SystemPackage
import Testing

@Suite struct LibraryCrashTests {
  /// Three files, two blobs, two folders.
  private static let small = Content(files: [
    "Setup.exe": "one\n", "Data/Sub/b.cfg": "two\n", "readme.txt": "two\n",
  ])

  /// Runs `effect` on a fresh library, killed behind change `n` and run again, for every n that it has;
  /// compares with a run that was not killed.
  private func everyStep(
    prepare: (Library) throws -> Void, effect: (Library, LibraryPoint) throws -> Void
  ) throws {
    let calm = try Library()
    try prepare(calm)
    var count = 0
    try effect(calm, try calm.point { (_) throws(Refusal) in count += 1 })
    let whole = try calm.tree()
    #expect(count > 10)
    for step in 1...count {
      let library = try Library()
      try prepare(library)
      var passed = 0
      let point = try library.point { (change) throws(Refusal) in
        passed += 1
        guard passed < step else {
          throw Refusal(TestReason.stopped, "\(change)", seen: "killed", expected: "to go on")
        }
      }
      let error = #expect(throws: Refusal.self) { try effect(library, point) }
      #expect(error?.code == TestReason.stopped.code)
      try effect(library, try library.point())
      #expect(try library.tree() == whole, "killed behind \(error?.subject ?? "")")
    }
  }

  @Test("killed behind any change of a first writing, the next run gives the same tree")
  func firstWriting() throws {
    try everyStep { _ in
    } effect: { library, point in
      _ = try point.ensureContent(Self.small.request(from: library.scratch), key: library.key)
    }
  }

  @Test("killed behind any change of an update, the next run gives the same tree (A15)")
  func update() throws {
    let next = Content(
      version: "2.0", files: ["Setup.exe": "one\n", "readme.txt": "four\n", "Data/x.cfg": "five\n"])
    try everyStep { library in
      try library.ensure(Self.small)
    } effect: { library, point in
      _ = try point.ensureContent(next.request(from: library.scratch), key: library.key)
    }
  }

  @Test("killed behind any change of a removal, the next run gives the same tree (A17)")
  func removal() throws {
    let other = Content(line: "22222222222222222222222222222222", files: ["a": "one\n"])
    try everyStep { library in
      try library.ensure(other)
      try library.ensure(Self.small)
    } effect: { library, point in
      _ = try point.remove(.content(manifest: Self.small.manifest), key: library.key)
    }
  }

  @Test("content whose writing was killed anywhere is never visible half, and can be removed")
  func abandoned() throws {
    let calm = try Library()
    var count = 0
    _ = try calm.point { (_) throws(Refusal) in count += 1 }
      .ensureContent(Self.small.request(from: calm.scratch), key: calm.key)
    for step in 1...count {
      let library = try Library()
      var passed = 0
      let point = try library.point { (_) throws(Refusal) in
        passed += 1
        if passed >= step {
          throw Refusal(TestReason.stopped, "", seen: "killed", expected: "to go on")
        }
      }
      #expect(throws: Refusal.self) {
        _ = try point.ensureContent(
          Self.small.request(from: library.scratch), key: library.key)
      }
      let isVisible = try library.tree()["PkgLib/WB100001.INI"] != nil
      if isVisible { #expect(try library.report().agrees) }
      try library.remove(Self.small)
      let left = try library.tree().keys.filter { !$0.hasPrefix("waybill") }
      #expect(left.isEmpty, "killed behind change \(step)")
    }
  }

  @Test("an interrupted removal is finished by whatever effect comes next")
  func unfinishedRemoval() throws {
    let library = try Library()
    try library.ensure(Self.small)
    var passed = 0
    let point = try library.point { (_) throws(Refusal) in
      passed += 1
      if passed == 9 {
        throw Refusal(TestReason.stopped, "", seen: "killed", expected: "to go on")
      }
    }
    #expect(throws: Refusal.self) {
      _ = try point.remove(.content(manifest: Self.small.manifest), key: library.key)
    }
    let name = try #require(CollectionName("Lab"))
    _ = try library.point().ensureCollection(CollectionRequest(name: name), key: library.key)
    #expect(try library.point().describe().contents.isEmpty)
    #expect(try library.report().agrees)
  }
}
