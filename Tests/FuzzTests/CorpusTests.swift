// SPDX-License-Identifier: Apache-2.0
import Foundation
import FuzzTargets
import SystemPackage
import TestKit
import Testing

/// What `make fuzz` does with inputs that it makes up, done with those that are kept.
@Suite struct CorpusTests {
  private static let folder = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .appending("Fuzz").appending("corpus")

  @Test("H30 every kept input is taken, or refused as it should be", arguments: FuzzTarget.all)
  func kept(target: FuzzTarget) throws {
    let folder = Self.folder.appending(target.name)
    let names = try Files.names(in: folder)
    #expect(!names.isEmpty)
    for name in names {
      let bytes = try Files.bytes(folder.appending(name))
      #expect(target.defect(on: bytes) == nil, "\(target.name)/\(name)")
    }
  }

  @Test("every seed that our writers make is taken", arguments: FuzzTarget.all)
  func seeds(target: FuzzTarget) throws {
    for (number, seed) in try target.seeds().enumerated() {
      #expect(target.refusal(of: seed) == nil, "\(target.name), seed \(number + 1)")
    }
  }

  @Test("every folder of kept inputs has its target") func folders() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.string)
    #expect(folders.sorted() == FuzzTarget.all.map(\.name).sorted())
  }
}
