// SPDX-License-Identifier: Apache-2.0
import Foundation
package import SystemPackage
import Testing
package import Trust

/// A ConfigMgr site in a file, and PowerShell to run scripts at it: Tests/Simulators/configmgr, in Python.
///
/// Needs the packages of scripts/interop/requirements.txt in .venv, which `make test` puts there.
package struct RunbookServer {
  package let folder: FilePath
  private var file: FilePath { folder.appending("site.json") }
  /// Where scripts are run and write their results.
  package var server: FilePath { folder.appending("server") }

  private static let python = BuiltProgram(tool: Repository.path(of: ".venv/bin/python"))
  private static let place = Repository.path(of: "Tests/Simulators/configmgr")

  /// Two distribution points, two devices, collection `Site 1` as PS100014 with the first of them.
  package init(in folder: FilePath) throws {
    self.folder = folder
    try FileManager.default.createDirectory(
      atPath: server.string, withIntermediateDirectories: true)
    try call(
      ["add_distribution_point", "dp1.corp.test"], ["add_distribution_point", "dp2.corp.test"],
      ["add_device", "PC-001"], ["add_device", "PC-002"],
      ["create_collection", ["Name": "Site 1", "LimitToCollectionID": "SMS00001"]],
      ["add_rule", "PS100014", ["ResourceID": .integer(16_777_217)]])
  }

  /// - Returns: the answers, as they stand in the file.
  @discardableResult
  package func call(_ calls: JSONValue...) throws -> [JSONValue] {
    let text = String(decoding: JSONValue.array(calls).encoded, as: UTF8.self)
    let run = try Self.python.run(["\(Self.place)/scenario.py", file.string, text])
    try #require(run.exit == 0, "\(run.errors)")
    guard
      case .array(let answers) = try JSONValue(parsing: Array(run.output.utf8), named: "answers")
    else { throw Rehearsal.Failure(description: run.output) }
    return answers
  }

  /// A table of the state, by key.
  package func table(_ name: String) throws -> [String: JSONField] {
    let field = JSONField(try call(["get", .string(name)])[0], at: name)
    return Dictionary(uniqueKeysWithValues: try field.members().map { ($0.key, $0.field) })
  }

  /// Makes a source folder be there, as its name stands in a script.
  package func share(_ folder: String) throws {
    try call(["set", "sources", .string(folder), [:]])
  }

  /// Copies a script to the server and runs it there.
  @discardableResult
  package func run(
    _ script: [UInt8], named name: String = "runbook.ps1",
    at clock: String = "2026-11-02T00:00:00Z",
    _ options: [String] = []
  ) throws -> BuiltProgram.Run {
    let path = server.appending(name)
    try Data(script).write(to: URL(fileURLWithPath: path.string))
    return try Self.python.run(
      ["\(Self.place)/powershell.py", file.string, path.string, "--clock", clock] + options)
  }

  /// Names of results that lie on the server.
  package var results: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: server.string).filter {
        $0.hasSuffix(".ndjson")
      }
    }
  }

  /// Carries the results to an inbox.
  package func carry(to inbox: FilePath) throws {
    try FileManager.default.createDirectory(
      atPath: inbox.string, withIntermediateDirectories: true)
    for name in try results {
      let target = inbox.appending(name).string
      try? FileManager.default.removeItem(atPath: target)  // none may be there
      try FileManager.default.copyItem(atPath: server.appending(name).string, toPath: target)
    }
  }
}
