// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing
import Trust

/// The program `waybill-tuf` as far as it goes without a server; `make interop` has the rest.
struct TUFProgramTests {
  private let program = BuiltProgram("waybill-tuf")

  @Test("init keeps a root that vouches for itself, byte for byte, and asks nobody")
  func begins() throws {
    let scratch = try Scratch()
    let forge = try RepositoryForge()
    let root = try #require(forge.roots[1]) + Array(" \n".utf8)
    let file = try scratch.write("first root.json", root).string
    let folder = scratch["a/metadata"]
    let run = try program.run("--metadata-dir", folder.string, "init", file)
    #expect(run.exit == 0 && run.output.isEmpty)
    #expect(run.errors.contains("root 1 is trusted"))
    #expect(try Files.tree(folder) == ["root.json": root])
    #expect(try program.run("init", file, "--metadata-dir", folder.string).exit == 0)
  }

  @Test("T33: a first root that is missing or broken ends with 1, and so does what follows")
  func brokenRoot() throws {
    let scratch = try Scratch()
    let whole = try #require(try RepositoryForge().roots[1])
    let unsigned = try JSONValue(parsing: whole, named: "root").setting("signatures", to: [])
      .encoded
    let roots = [
      try scratch.write("empty", ""), try scratch.write("cut", whole.dropLast()),
      try scratch.write("unsigned", unsigned), scratch["missing"], scratch.path,
    ]
    for root in roots {
      let folder = scratch["metadata"].string
      let run = try program.run("--metadata-dir", folder, "init", root.string)
      #expect(run.exit == 1 && run.errors.contains("refused: "))
      #expect(run.errors.contains("next: ") && run.output.isEmpty)
      let next = try program.run("--metadata-dir", folder, "--metadata-url", "http://[", "refresh")
      #expect(next.exit == 1 && next.errors.contains("no trusted root"))
      #expect(scratch.isMissing("metadata"))
    }
  }

  @Test(
    "whatever is wrong with a call ends with 1 and is said",
    arguments: [
      [], ["refresh"], ["--metadata-dir", "x"], ["--metadata-dir", "x", "init"],
      ["--metadata-dir", "x", "refresh"], ["--metadata-dir", "x", "upgrade"],
      ["--metadata-dir", "x", "--metadata-url", "u", "download"],
      ["--metadata-dir", "x", "--metadata-url", "u", "--target-name", "t", "download"],
      ["--metadata-dir", "x", "--metadata-url", "u", "refresh", "y"], ["--no-such-option"],
    ])
  func wrongCalls(arguments: [String]) throws {
    let run = try program.run(arguments)
    #expect(run.exit == 1 && !run.errors.isEmpty && run.output.isEmpty)
  }

  @Test("an address that is none, or no HTTP, ends with 1", arguments: ["file:///etc", "http://["])
  func wrongAddress(address: String) throws {
    let scratch = try Scratch()
    let root = try scratch.write("root", try #require(try RepositoryForge().roots[1])).string
    let folder = scratch["metadata"].string
    #expect(try program.run("--metadata-dir", folder, "init", root).exit == 0)
    let run = try program.run("--metadata-url", address, "--metadata-dir", folder, "refresh")
    #expect(run.exit == 1 && run.errors.contains("2.root.json"))
  }

  @Test("help and version end with 0 and stand on standard output")
  func help() throws {
    let help = try program.run("--help")
    #expect(help.exit == 0 && help.output.contains("--target-base-url") && help.errors.isEmpty)
    #expect(try program.run("--version").output.hasPrefix("0."))
  }
}
