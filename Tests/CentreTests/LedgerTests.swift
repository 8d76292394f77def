// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import GRDB
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

struct LedgerTests {
  private let scratch: Scratch
  private let path: FilePath

  init() throws {
    scratch = try Scratch()
    path = scratch["ledger.sqlite"]
    _ = try Ledger(at: path, creating: true)
  }

  /// Changes the ledger behind its back.
  private func edit(_ sql: String) throws {
    try DatabaseQueue(path: path.string).writeWithoutTransaction { try $0.execute(sql: sql) }
  }

  private func code(_ body: (Ledger) throws(Refusal) -> Void = { _ in }) -> String? {
    refusal { () throws(Refusal) in try body(try Ledger(at: path, patience: 0.01)) }?.code
  }

  @Test func `a ledger that is not there is no centre`() throws {
    try Files.remove(path)
    #expect(code() == "WB6465")
  }

  @Test func `F10: a ledger that another program holds is busy, and fine afterwards`() throws {
    let other = try DatabaseQueue(path: path.string)
    try other.inTransaction(.exclusive) { database in
      try database.execute(sql: "INSERT INTO configuration(key, value) VALUES ('a', 'b')")
      #expect(code() == "WB0361")
      return .rollback
    }
    #expect(code() == nil)
  }

  @Test func `F10: a damaged ledger is refused`() throws {
    try Files.write(Array("no database at all".utf8), to: path)
    #expect(code() == "WB1060")
  }

  @Test func `S22: a ledger of a newer program is refused and not touched`() throws {
    try edit("PRAGMA journal_mode = DELETE; PRAGMA user_version = 99")
    let before = try Files.bytes(path)
    #expect(code() == "WB1660")
    #expect(try Files.tree(scratch.path) == ["ledger.sqlite": before])
  }

  @Test func `what SQLite refuses is told in its own words`() throws {
    try edit("DROP TABLE sites; CREATE TABLE sites(other TEXT)")
    let refusal = refusal { () throws(Refusal) in _ = try Ledger(at: path).sites() }
    #expect(refusal?.code == "WB7060")
    #expect(refusal?.seen.contains("no such column") == true)
  }
}

@Test func `C16: a file that changes while it is added is refused`() throws {
  let scratch = try Scratch()
  let now = Instant(clamping: 1_790_000_000)
  let centre = try CentreSetup.rehearse(
    in: scratch["centre"], contact: nil, passphrase: nil, at: now)
  let file = try scratch.write("source/tool.exe", "one")
  let folder = try SourceFolder(scratch["source"])
  try Files.write(Array("another".utf8), to: file)
  let description = try ContentDescription(
    parsing: """
      waybill: content/1
      name: tool
      version: 1
      counter: 1
      publisher_scope: [ring:lab]
      programs:
        - name: install
          command_line: tool.exe
          detection:
            - {kind: file, path: 'C:\\tool.exe'}

      """, file: "content.yaml")
  let refusal = refusal { () throws(Refusal) in
    _ = try ContentIntake(to: centre, at: now).add(folder, as: description)
  }
  #expect(refusal?.code == "WB1062")
  #expect(try centre.ledger.contents().isEmpty, "nothing is half-added")
}
