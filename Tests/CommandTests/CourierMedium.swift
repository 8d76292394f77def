// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing
import Trust

/// A medium with a real out bundle, or several, and what is needed to check it as a courier would.
struct CourierMedium {
  static let files: [String: [UInt8]] = [
    "tool.exe": program(1, count: 900_000), "data.bin": program(2, count: 700_000),
    "readme.txt": Array("one\n".utf8),
  ]

  let loop: Rehearsal
  /// The medium as it was written.
  let clean: FilePath
  /// The public key of the centre's courier key.
  let key: String
  let bundle = "fjord-3.out.000001"

  /// Writes bundle 1 for fjord-3, in two volumes.
  init() throws {
    loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: Self.files)
    clean = FilePath(try loop.medium("clean"))
    try loop.expectDone(
      try loop.centre("export", "fjord-3", "--to", clean.string, "--volume-size", "1048576"))
    let courier = try loop.centre("key", "courier")
    try loop.expectDone(courier)
    key = courier.text("courier") ?? ""
  }

  /// A copy of the medium, changed by `change`.
  func copy(
    _ name: String, _ change: (Scratch, String) throws -> Void = { _, _ in }
  ) throws -> FilePath {
    let folder = "copies/\(name)"
    try loop.scratch.folder("copies")
    try loop.scratch.copy(clean, to: folder)
    try change(loop.scratch, "\(folder)/\(bundle)")
    return loop.scratch[folder]
  }

  func check(_ medium: FilePath, _ arguments: String...) throws -> BuiltProgram.Run {
    try BuiltProgram("waybill-courier").run(["check", medium.string, "--json"] + arguments)
  }

  /// What a person sees of the same check, both streams.
  func show(_ medium: FilePath, _ arguments: String...) throws -> String {
    let run = try BuiltProgram("waybill-courier").run(["check", medium.string] + arguments)
    return run.output + run.errors
  }

  /// Checks with an exit code and expects the texts in what is said of the refusal or the bundles.
  @discardableResult
  func expect(
    _ exit: Int32, _ code: String?, _ texts: String..., on medium: FilePath, key: String? = nil,
    _ location: SourceLocation = #_sourceLocation
  ) throws -> BuiltProgram.Run {
    let run =
      if let key { try check(medium, "--key", key) } else { try check(medium) }
    #expect(run.exit == exit, "\(run.output) \(run.errors)", sourceLocation: location)
    #expect(run["exit"] == .integer(Int64(exit)), sourceLocation: location)
    #expect(run.text("code") == code, "\(run.output)", sourceLocation: location)
    for text in texts {
      #expect(
        run.output.contains(text), "\(text) is not in \(run.output)", sourceLocation: location)
    }
    return run
  }
}
