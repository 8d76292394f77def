// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing
import Trust

/// F12: a person or the system ends a command while it works.
@Suite struct InterruptionTests {
  private func ready() throws -> Rehearsal {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(
      version: "1", counter: 1,
      files: ["tool.exe": program(1, count: 90_000), "a.txt": Array("one\n".utf8)])
    return loop
  }

  /// Runs the rest of its arguments with no signal blocked, as a shell does: the threads that run tests block them.
  private static let unblocking = """
    import os, signal, sys
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.execvp(sys.argv[1], sys.argv[1:])
    """

  /// A program that gets `signal` at its first `call` on the file `path`.
  private func signalled(
    _ name: String, _ signal: String, at call: String, on path: String
  ) -> BuiltProgram {
    BuiltProgram(
      name,
      wrapper: [
        "python3", "-c", Self.unblocking, "strace", "-f", "-o", "/dev/null", "-P", path, "-e",
        "inject=\(call):signal=\(signal):when=1",
      ])
  }

  private func expectInterrupted(_ run: BuiltProgram.Run) {
    #expect(run.exit == 3, "\(run.output) \(run.errors)")
    #expect(run.text("code") == "WB0330")
    #expect(run["retryable"] == true)
    #expect(run.text("hint")?.contains("run the same command again") == true)
  }

  @Test(arguments: ["INT", "TERM"])
  func F12_aSignalEndsALongCommandAtASafePointAndItGoesOnWhenRunAgain(signal: String) throws {
    let loop = try ready()
    let medium = try loop.medium()
    let bundle = "\(medium)/fjord-3.out.000001"
    let centre = ["--json", "--state", loop.scratch["centre"].string]
    let site = ["--json", "--state", loop.scratch["site-fjord-3"].string]
    let more = try loop.scratch.write("more/a.txt", "two\n")
    try loop.scratch.write("more/b.txt", "three\n")
    let manifest = try loop.scratch.write(
      "more.yaml",
      String(decoding: try Files.bytes(loop.scratch["content-tool-1.yaml"]), as: UTF8.self)
        .replacing("name: tool", with: "name: more"))
    let add = [
      "content", "add", more.removingLastComponent().string, "--manifest", manifest.string,
    ]
    expectInterrupted(
      try signalled(
        "waybill-centre", signal, at: "openat", on: loop.scratch["centre/depot/incoming"].string
      ).run(add + centre))
    try loop.expectDone(try loop.centre.run(add + centre))

    let export = ["export", "fjord-3", "--to", medium] + centre
    expectInterrupted(
      try signalled("waybill-centre", signal, at: "mkdir", on: bundle).run(export))
    #expect(try !Files.names(in: FilePath(medium)).contains { $0.hasSuffix("papers.tar") })
    try loop.expectDone(try loop.centre.run(export))

    let second = "\(medium)/fjord-3.out.000002"
    let before = try loop.library()
    expectInterrupted(
      try signalled("waybill-site", signal, at: "openat", on: "\(second)/volume-001.tar")
        .run(["import", medium] + site))
    #expect(try loop.library() == before)
    #expect(!(try loop.site("fjord-3", "history").output.contains("import.refused")))
    try loop.expectDone(try loop.site("fjord-3", "import", medium))

    try loop.back(medium)
    let back = try #require(
      try Files.names(in: FilePath(medium)).first {
        $0.contains(".back.") && $0.hasSuffix("orders.tar")
      })
    expectInterrupted(
      try signalled("waybill-centre", signal, at: "openat", on: "\(medium)/\(back)")
        .run(["ingest", medium] + centre))
    try loop.expectDone(try loop.centre("ingest", medium))
  }

  @Test(arguments: ["waybill-centre", "waybill-site"])
  func F02_aResultThatStandardOutputDoesNotTakeIsNoSuccess(name: String) throws {
    let loop = try ready()
    let state = loop.scratch[name == "waybill-site" ? "site-fjord-3" : "centre"].string
    let full = BuiltProgram(name, wrapper: ["sh", "-c", "exec \"$0\" \"$@\" > /dev/full"])
    let run = try full.run("status", "--json", "--state", state)
    #expect(run.exit == 70)
    #expect(run.errors.contains("standard output could not be written"))
  }
}
