// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import SystemPackage
import TestKit
import Testing

/// S26: nothing is dialled.
@Suite struct AirGapTests {
  @Test("S26: the loop runs without any network, and opens no socket to one")
  func noNetwork() throws {
    let loop = try Rehearsal()
    try loop.setUp()
    try loop.release(version: "1", counter: 1, files: ["tool.exe": program(1, count: 9000)])
    let medium = try loop.medium()
    for (name, arguments, state) in [
      ("waybill-centre", ["export", "fjord-3", "--to", medium], "centre"),
      ("waybill-courier", ["check", medium], nil),
      ("waybill-site", ["import", medium], "site-fjord-3"),
      ("waybill-site", ["return", "--to", medium], "site-fjord-3"),
      ("waybill-centre", ["ingest", medium], "centre"),
    ] {
      let trace = loop.scratch["trace-\(name)-\(arguments[0])"].string
      // A namespace of its own has no way out; only root may make one.
      let alone = geteuid() == 0 ? ["unshare", "--net"] : []
      let program = BuiltProgram(
        name,
        wrapper: alone + ["strace", "-f", "-e", "trace=socket,connect,sendto,sendmsg", "-o", trace])
      let options = state.map { ["--state", loop.scratch[$0].string] } ?? []
      let run = try program.run(arguments + ["--json"] + options)
      #expect(run.exit == 0, "\(name): \(run)")
      let calls = String(decoding: try Files.bytes(FilePath(trace)), as: UTF8.self)
      #expect(!calls.contains("AF_INET"), "\(name) \(arguments[0])")
      // The C library asks a local name service for the home folder; that is no network.
      let dialled = calls.split(separator: "\n").filter {
        $0.contains("connect(") && !$0.contains("AF_UNIX")
      }
      #expect(dialled.isEmpty, "\(name) \(arguments[0])")
    }
  }
}
