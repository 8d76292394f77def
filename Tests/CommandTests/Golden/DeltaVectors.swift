// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import TestKit
import Trust

/// Bundles whose frames build on files that the site holds.
enum DeltaVectors {
  /// The program that `out-first` brought.
  private static func held() throws -> [UInt8] { try Golden.tool(1).files[0].bytes }

  /// The program's next version: some bytes differ, some are new, some are gone.
  private static func program() throws -> [UInt8] {
    var bytes = try held()
    for index in stride(from: 5, to: 300, by: 40) { bytes[index] &+= 3 }
    return Array(bytes[..<300]) + Array("new in version 2".utf8) + Array(bytes[350...])
  }

  private static let operations: [ForgedDelta.Operation] = [(300, 16, 50), (350, 0, 0)]

  /// A library that the program's first bytes went to.
  private static func library() throws -> ForgedFrame {
    ForgedDelta.reference(300, of: try held(), tail: Array("and a tail".utf8))
  }

  private static func bundle(
    n: Int64 = 2, _ edit: @escaping (inout [ForgedFrame]) throws -> Void = { _ in }
  ) throws -> BundleForge {
    let (old, program) = (try held(), try program())
    let library = Array(old.prefix(300)) + Array("and a tail".utf8)
    let tool = try ForgedContent(
      "tool", counter: 2,
      files: [("bin/library.dll", library), ("bin/tool.exe", program)],
      scope: Golden.scope, modified: Golden.moment("2026-10-01T12:00:00Z"))
    return try Golden.bare(n: n) { forge in
      forge.contents = [try Golden.tool(1)]
      forge.want("tool-lab", tool, revision: 2, collection: Golden.collection, scope: ["ring:lab"])
      forge.held = Set(try Golden.tool(1).files.map { .sha256($0.bytes) })
      forge.bends.frames = { frames in
        frames = [
          try DeltaVectors.library(),
          ForgedDelta.additive(program, against: old, DeltaVectors.operations),
        ]
        try edit(&frames)
      }
    }
  }

  static func all() throws -> [GoldenVector] {
    let program = try program()
    var good = try GoldenVector.out(
      "out-delta", "A second trip whose files build on those of the first: zstd-ref and zstd-add.",
      nil, .pieces, after: ["out-first"], try bundle())
    good.expect.holds = [
      Digest.sha256(program).hex,
      Digest.sha256(Array(try held().prefix(300)) + Array("and a tail".utf8)).hex,
    ]
    return [
      good,
      try .out(
        "reference-not-held", "H12 The file that frames build on is not here.", "WB0382", .pieces,
        finds: ["promised files"], try bundle(n: 1)),
      try .out(
        "reference-in-bundle", "H36 A frame builds on a file of the same bundle.", "WB1086",
        .pieces,
        try bundle(n: 1) { frames in
          let old = try DeltaVectors.held()
          frames += ForgedFrame.frames(of: [old])
        }),
      try .out(
        "additive-beyond-reference", "H34 An operation reads behind the reference.", "WB1037",
        .pieces, after: ["out-first"],
        try bundle { frames in
          frames[1] = ForgedDelta.additive(
            program, against: try DeltaVectors.held(), [(300, 16, 51), (350, 0, 0)])
        }),
      try .out(
        "additive-streams-short", "H34 The streams of an additive frame do not give its bytes.",
        "WB1037", .pieces, after: ["out-first"],
        try bundle { frames in
          frames[1] = ForgedDelta.additive(
            program, against: try DeltaVectors.held(), [(300, 16, 50), (349, 0, 0)])
        }),
    ]
  }
}
