// SPDX-License-Identifier: Apache-2.0
import Foundation
import SystemPackage
import TestKit
import Testing

/// One case of an enum of reasons, as it stands in the sources.
private struct ListedReason: Hashable {
  let code: String
  /// The enum and the case in it.
  let list: String
  let name: String

  static func all() throws -> [ListedReason] {
    let sources = Committed.root.appending("Sources")
    var all: [ListedReason] = []
    for file in try Files.names(in: sources) where file.hasSuffix("Reason.swift") {
      let text = try SourceText.read(sources, file)
      guard let list = text.firstMatch(of: /enum (\w+Reason)/) else { continue }
      for match in text.matches(of: /case (\w+) = "(WB\d{4})"/) {
        all.append(
          ListedReason(code: String(match.2), list: String(list.1), name: String(match.1)))
      }
    }
    return all
  }
}

/// Sources as text.
private enum SourceText {
  static func read(_ folder: FilePath, _ file: String) throws -> String {
    String(decoding: try Files.bytes(FilePath("\(folder)/\(file)")), as: UTF8.self)
  }

  /// What a test of this name says, and what its file says before the first test; nil without such a test.
  static func test(_ name: String, in text: String) -> String? {
    let parts = text.components(separatedBy: "@Test")
    let titles = ["\"\(name)\"", "func `\(name)`(", "func \(name)("]
    let body = parts.dropFirst().first { part in titles.contains { part.contains($0) } }
    return body.map { parts[0] + $0 }
  }
}

@Suite struct ReasonTests {
  @Test func `no code stands for two reasons`() throws {
    let all = try ListedReason.all()
    #expect(all.count > 150)
    let groups = Dictionary(grouping: all, by: \.code).filter { $0.value.count > 1 }
    #expect(groups.isEmpty, "\(groups)")
  }

  @Test func `every reason is met by a golden bundle or by a test that names it`() throws {
    let shown = Set(try Committed.names.compactMap { try Committed.expectation($0).code })
    let tests = Committed.root.appending("Tests")
    var named: [String: (file: String, test: String)] = [:]
    for line in try SourceText.read(tests, "reasons.txt").split(separator: "\n") {
      guard let match = line.wholeMatch(of: /(WB\d{4}) (\S+\.swift): (.+)/) else {
        #expect(line.hasPrefix("#"), "reasons.txt: \(line)")
        continue
      }
      named[String(match.1)] = (String(match.2), String(match.3))
    }
    let all = try ListedReason.all()
    #expect(Set(named.keys).subtracting(all.map(\.code)).isEmpty, "lines for codes that are gone")
    #expect(Set(named.keys).intersection(shown).isEmpty, "lines for codes that a bundle shows")
    for reason in all where !shown.contains(reason.code) {
      guard let (file, name) = named[reason.code] else {
        Issue.record("\(reason.code) \(reason.list).\(reason.name): no bundle, no line")
        continue
      }
      guard let body = SourceText.test(name, in: try SourceText.read(tests, file)) else {
        Issue.record("\(reason.code): no test \(name) in \(file)")
        continue
      }
      let mentions =
        try body.contains(reason.code) || body.contains(Regex("\\.\(reason.name)(?![A-Za-z])"))
      #expect(mentions, "\(reason.code): \(name) does not name .\(reason.name)")
    }
    let golden = all.filter { shown.contains($0.code) }.count
    print("reasons: \(all.count), \(golden) by golden bundles, \(named.count) by tests")
  }
}
