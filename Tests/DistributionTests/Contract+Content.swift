// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

extension ContractCase {
  static let contents = [
    ContractCase("a new content gets a package and a version of 1 or more, and is complete") {
      plane throws in
      let receipt = try plane.ensure()
      #expect(receipt.sourceVersion >= 1 && receipt.repaired == 0)
      #expect(try plane.complete() == [Content.vector.manifest])
      #expect(try plane.point().describe().contents.map(\.receipt) == [receipt])
    },
    ContractCase("the same content again is the same receipt, with nothing to put right") {
      plane throws in
      let receipt = try plane.ensure()
      #expect(try plane.ensure() == receipt)
      #expect(try plane.ensure(.vector, plane.key("intent-2")) == receipt)
    },
    ContractCase("A03: with everything forgotten the same content is found again, not made twice") {
      plane throws in
      let receipt = try plane.ensure()
      plane.forget()
      #expect(try plane.ensure() == receipt)
      #expect(try plane.point().describe().contents.count == 1)
    },
    ContractCase("another line gets another package, although people call both the same") {
      plane throws in
      let first = try plane.ensure()
      let second = try plane.ensure(.other)
      #expect(first.packageID != second.packageID)
      #expect(try plane.complete() == [Content.vector.manifest, Content.other.manifest])
    },
    ContractCase("A15: the next version keeps the package and raises the source version") {
      plane throws in
      let first = try plane.ensure()
      let second = try plane.ensure(.next, plane.key("intent-1", 2))
      #expect(first.packageID == second.packageID)
      #expect(first.sourceVersion < second.sourceVersion)
      #expect(try plane.complete().contains(Content.next.manifest))
    },
    ContractCase("A15: an update leaves every byte of the version before where it was") {
      plane throws in
      try plane.ensure()
      try plane.ensure(.next, plane.key("intent-1", 2))
      for file in try Content.vector.list + Content.next.list {
        #expect(plane.holds(file), "\(file.path)")
      }
    },
    ContractCase("A26: every file is held under its digest and can be opened") { plane throws in
      try plane.ensure()
      for file in try Content.vector.list {
        #expect(try plane.point().holds(file.digest, length: file.length))
        #expect(try plane.point().holds(file.digest, length: nil))
        let bytes = try plane.read(held: file.digest)
        #expect(bytes.map { Digest.sha256($0) } == file.digest)
      }
    },
    ContractCase("what is not there, or has another size, is not held") { plane throws in
      try plane.ensure()
      let stranger = Digest.sha256([1])
      #expect(try !plane.point().holds(stranger, length: nil))
      #expect(try plane.point().open(held: stranger) == nil)
      let file = try #require(try Content.vector.list.first)
      #expect(try !plane.point().holds(file.digest, length: file.length + 1))
    },
    ContractCase("A28: an update asks only for the bytes that the point lacks") { plane throws in
      try plane.ensure()
      let asked = Recorder()
      try plane.ensure(.next, plane.key("intent-1", 2)) { (file) throws(Refusal) in
        asked.note(file.path)
        return Array((Content.next.files[file.path] ?? "").utf8)
      }
      #expect(asked.texts == ["Setup.exe"])
    },
    ContractCase("A28: equal files of one content are asked for once") { plane throws in
      let content = Content(files: ["a": "same\n", "b": "same\n", "c/d": "same\n"])
      let asked = Recorder()
      try plane.ensure(content) { (file) throws(Refusal) in
        asked.note(file.path)
        return Array("same\n".utf8)
      }
      #expect(asked.texts == ["a"])
      #expect(try plane.ensure(content).repaired == 0)
    },
    ContractCase("A04: a file that is gone is put right, and told as drift") { plane throws in
      let receipt = try plane.ensure()
      let file = try #require(try Content.vector.list.first { $0.path == "Setup.exe" })
      try plane.damage(file, of: .vector, with: nil)
      #expect(try !plane.point().holds(file.digest, length: file.length))
      let again = try plane.ensure()
      #expect(again.packageID == receipt.packageID && again.repaired >= 1)
      #expect(plane.holds(file))
      #expect(try plane.ensure().repaired == 0)
    },
    ContractCase(
      "A27: a recheck finds other bytes of the same size, and the next run puts them right"
    ) { plane throws in
      try plane.ensure()
      let file = try #require(try Content.vector.list.first { $0.path == "Setup.exe" })
      #expect(try plane.point().recheck { _, _, _ in }.findings == 0)
      try plane.damage(file, of: .vector, with: "0ne\n")
      let found = try plane.point().recheck { _, _, _ in }
      #expect(found.damaged == [file.digest])
      #expect(try !plane.point().holds(file.digest, length: nil))
      #expect(try plane.ensure().repaired >= 1)
      #expect(try plane.read(held: file.digest) == Array("one\n".utf8))
      #expect(try plane.point().recheck { _, _, _ in }.damaged.isEmpty)
    },
  ]

  static let refusals = [
    ContractCase("A10: other bytes than the manifest's are refused, and nothing is visible") {
      plane throws in
      for wrong in ["0ne\n", "on", "one\none\n", ""] {
        refuses(.contentDiffers) {
          try plane.ensure { (file) throws(Refusal) in
            Array((file.path == "Setup.exe" ? wrong : Content.vector.files[file.path] ?? "").utf8)
          }
        }
      }
      #expect(DistributionReason.contentDiffers.failureClass == .policyViolation)
      #expect(try plane.complete().isEmpty)
      #expect(try plane.ensure().sourceVersion >= 1)
    },
    ContractCase(
      "A03: what the provider of bytes refuses comes out as it is, and the next run goes on"
    ) { plane throws in
      let own = Refusal(TestReason.absent, "provider", seen: "nothing", expected: "bytes")
      for path in Content.vector.files.keys where path != "readme.txt" {
        let error = #expect(throws: Refusal.self) {
          try plane.ensure { (file) throws(Refusal) in
            guard file.path != path else { throw own }
            return Array((Content.vector.files[file.path] ?? "").utf8)
          }
        }
        if let error { #expect([TestReason.absent.code].contains(error.code), "\(path): \(error)") }
        #expect(try plane.complete().isEmpty)
      }
      try plane.ensure()
      #expect(try plane.complete() == [Content.vector.manifest])
    },
    ContractCase("A14: a path that Windows cannot hold is refused, and nothing is visible") {
      plane throws in
      for path in [
        "a/con.txt", "a.", "b ", "a:b", "a//b", "../a", "a\\b", "a/\u{1}",
        "x/" + String(repeating: "y", count: 150),
      ] {
        refuses(.nameRefused) { try plane.ensure(Content(files: [path: "x"])) }
      }
      #expect(try plane.complete().isEmpty)
      #expect(DistributionReason.nameRefused.failureClass == .permanent)
    },
    ContractCase("A14: names that Windows takes for the same are refused") { plane throws in
      for paths in [["A.txt", "a.txt"], ["Data/x", "data/y"], ["a", "a/b"]] {
        let files = Dictionary(uniqueKeysWithValues: paths.map { ($0, "x") })
        refuses(.nameRefused) { try plane.ensure(Content(files: files)) }
      }
    },
    ContractCase("an interrupted update leaves the version before complete") { plane throws in
      try plane.ensure()
      let own = Refusal(TestReason.stopped, "provider", seen: "nothing", expected: "bytes")
      #expect(throws: Refusal.self) {
        try plane.ensure(.next, plane.key("intent-1", 2)) { (_) throws(Refusal) in throw own }
      }
      #expect(try plane.complete() == [Content.vector.manifest])
      try plane.ensure(.next, plane.key("intent-1", 2))
      #expect(try plane.complete().contains(Content.next.manifest))
    },
  ]
}

/// Remembers what a closure was asked.
final class Recorder {
  private(set) var texts: [String] = []
  func note(_ text: String) { texts.append(text) }
}

extension Plane {
  /// Whether a file is held, with the bytes that its digest says.
  func holds(_ file: ContentFile) -> Bool {
    guard let bytes = try? read(held: file.digest) else { return false }
    return Digest.sha256(bytes) == file.digest
  }

  /// Changes a held file behind the point's back; nil takes it away.
  func damage(_ file: ContentFile, of content: Content, with text: String?) throws {
    let path = try path(ofHeld: file.digest, in: content)
    try FilePermissions.ownerReadWriteExecute.set(on: path.removingLastComponent())
    try DurableFile.unlinkIfPresent(path)
    if let text { try DurableFile.write(Array(text.utf8), to: path) }
  }
}
