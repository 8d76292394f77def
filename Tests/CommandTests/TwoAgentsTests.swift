// SPDX-License-Identifier: Apache-2.0
import Foundation
import SystemPackage
import TestKit
import Testing

/// S21: two imports on one state at once.
@Suite struct TwoAgentsTests {
  @Test func S21_theSecondImportIsSentAwayWithALineAndTheFirstGoesOn() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: ["tool.exe": program(1, count: 9000)])
    let medium = try loop.medium()
    try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
    let state = loop.scratch["site-fjord-3"]
    try loop.scratch.write("site-fjord-3/lock", "")
    let trace = try loop.scratch.write("trace", "")
    // The first stops in the middle of its work, until it is told to go on.
    let stopping = BuiltProgram(
      "waybill-site",
      wrapper: [
        "strace", "-f", "-o", trace.string, "-e", "trace=rename", "-e",
        "inject=rename:signal=STOP:when=1",
      ])
    let first = try stopping.start(["import", medium, "--json", "--state", state.string])
    try #require(try hasStopped(trace), "the first import never stopped")
    let holder = String(
      decoding: try Files.bytes(FilePath("\(state)/lock")), as: UTF8.self)
    let id = try #require(holder.split(separator: " ").dropFirst().first.map(String.init))
    let second = try loop.site("fjord-3", "import", medium)
    try loop.expectDone(try Tool("kill").run("-CONT", id))
    let done = try first.finish()
    #expect(done.exit == 0, "\(done.output) \(done.errors)")

    #expect(second.exit == 3, "\(second.output) \(second.errors)")
    #expect(second.text("code") == "WB0380")
    #expect(second.text("seen")?.contains("process \(id)") == true)
    let history = try loop.site("fjord-3", "history").output
    #expect(history.components(separatedBy: "WB0380").count == 2, "\(history)")
    try loop.expectDone(try loop.site("fjord-3", "audit", "verify"))
    #expect(try loop.library().isEmpty == false)
  }

  /// Looks again and again, with one process of the system between two looks.
  private func hasStopped(_ trace: FilePath) throws -> Bool {
    for _ in 0..<5000 where try Tool("grep").run("-q", "stopped by", trace.string).exit == 0 {
      return true
    }
    return false
  }
}
