// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import Foundation
import Intents
import Site
import SystemPackage
import TestKit
import Testing
import Trust

/// `bundles/` and `keys/` as they are committed.
enum Committed {
  /// The top of the repository.
  static let root = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent().removingLastComponent()
  static let bundles = root.appending("bundles")
  static let keys = root.appending("keys")

  static let names: [String] = {
    let files = (try? Files.names(in: bundles)) ?? []  // missing ones are told by the first test
    return files.filter { $0.hasSuffix(".expect") }.map { String($0.dropLast(7)) }
  }()

  static func expectation(_ name: String) throws -> Expectation {
    try Expectation(
      parsing: String(decoding: try Files.bytes(bundles.appending("\(name).expect")), as: UTF8.self)
    )
  }
}

/// What `make vectors` writes.
enum GoldenFiles {
  static func vectors() throws -> [GoldenVector] {
    try GoodVectors.all() + TrustVectors.all() + PapersVectors.all() + OrdersVectors.all()
      + VolumeVectors.all() + DeltaVectors.all() + PlanVectors.all() + LineVectors.all()
      + DisguiseVectors.all() + CourierVectors.all() + BackVectors.all()
  }

  /// All files of `bundles/`, by their path in it.
  static func bundles() throws -> [String: [UInt8]] {
    var files = [
      "root.json": try Golden.root(), "enrolment.json": try Golden.enrolment().encoded,
    ]
    for vector in try vectors() {
      #expect(files["\(vector.name).expect"] == nil, "\(vector.name) twice")
      files["\(vector.name).expect"] = Array(vector.expect.text.utf8)
      for (name, bytes) in vector.files { files["\(vector.name)/\(name)"] = bytes }
    }
    return files
  }
}

@Suite struct GoldenTests {
  private static let isWriting = ProcessInfo.processInfo.environment["WAYBILL_VECTORS"] == "write"

  @Test func `golden bundles and keys are what the generator makes`() throws {
    let bundles = try GoldenFiles.bundles()
    let keys = try GoldenKey.files()
    if Self.isWriting {
      for name in try Files.names(in: Committed.bundles) where name != "README.md" {
        try Files.remove(FilePath("\(Committed.bundles)/\(name)"))
      }
      try write(bundles, to: Committed.bundles)
      try write(keys, to: Committed.keys)
    }
    let there = try Files.tree(Committed.bundles)
    #expect(Set(there.keys) == Set(bundles.keys).union(["README.md"]), "run `make vectors`")
    #expect(bundles.filter { there[$0.key] != $0.value }.keys.sorted() == [], "run `make vectors`")
    let keysThere = try Files.tree(Committed.keys)
    #expect(keys.filter { keysThere[$0.key] != $0.value }.keys.sorted() == [], "run `make vectors`")
  }

  private func write(_ files: [String: [UInt8]], to folder: FilePath) throws {
    for (name, bytes) in files {
      let path = FilePath("\(folder)/\(name)")
      try FileManager.default.createDirectory(
        atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
      try Files.write(bytes, to: path)
    }
  }

  @Test func `golden bundles are small`() throws {
    let sizes = try Files.tree(Committed.bundles).mapValues(\.count)
    #expect(sizes.values.reduce(0, +) < 2 << 20)
    for (name, size) in sizes { #expect(size < 40_000, "\(name)") }
  }

  @Test(arguments: Committed.names)
  func `a golden bundle is met as its expect file says`(name: String) throws {
    let expect = try Committed.expectation(name)
    let bench = try Bench(for: expect)
    for earlier in expect.after {
      let run = try bench.meet(earlier, as: try Committed.expectation(earlier), at: expect.at)
      #expect(run.exit == 0, "\(earlier): \(run.output) \(run.errors)")
    }
    let before = try bench.delivered()
    let run = try bench.meet(name, as: expect, at: expect.at)
    #expect(run.exit == expect.exit, "\(run.output) \(run.errors)")
    #expect(run.text("code") == expect.code, "\(run.output)")
    for text in expect.finds { #expect(run.output.contains(text), "\(text) in \(run.output)") }
    let after = try bench.delivered()
    // 3 is work of which some waits.
    if ![0, 3].contains(expect.exit) { #expect(after == before, "changed all the same") }
    for digest in expect.holds {
      #expect(after.contains { $0.contains(digest.uppercased()) }, "\(digest) is not delivered")
    }
    let carried = try bench.carried(name, as: expect)
    for digest in expect.lacks { #expect(!carried.contains(digest), "\(digest) comes again") }
    for digest in expect.holds where !expect.lacks.contains(digest) && expect.code == nil {
      #expect(carried.contains(digest), "\(digest) does not come")
    }
  }
}
