// SPDX-License-Identifier: Apache-2.0
import Foundation
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

private let programs = ["waybill-centre", "waybill-site", "waybill-courier"]

@Test(arguments: programs) func everyProgramHasHelpAndAVersion(name: String) throws {
  let help = try BuiltProgram(name).run("--help")
  #expect(help.exit == 0)
  #expect(help.output.contains("OVERVIEW"))
  #expect(help.output.contains("explain"))
  let version = try BuiltProgram(name).run("--version")
  #expect(version.exit == 0)
  #expect(version.output.hasPrefix("0."))
}

@Test(arguments: programs) func P13_explainKnowsEveryCodeOfItsProgram(name: String) throws {
  let all = try BuiltProgram(name).run("explain", "--json").list("codes")
  #expect(all.count > 40)
  for entry in all {
    guard case .string(let code) = entry.member("code") else {
      Issue.record("a code is no text")
      continue
    }
    let exit = Int64(code.dropFirst(2).prefix(2))
    #expect(entry.member("exit") == exit.map { .integer($0) }, "\(code)")
    for field in ["summary", "hint", "meaning"] {
      guard case .string(let text) = entry.member(field) else {
        Issue.record("\(code) has no \(field)")
        continue
      }
      #expect(!text.isEmpty && !text.hasSuffix("."), "\(code), \(field): \(text)")
    }
  }
  let codes = all.compactMap { $0.member("code") }
  #expect(Set(codes).count == codes.count)
  let one = try BuiltProgram(name).run("explain", "WB1101")
  #expect(one.exit == 0)
  #expect(try BuiltProgram(name).run("explain", "WB9999").exit == 64)
}

/// The codes that stand in the sources of a program and of the modules that it is linked with.
private func codes(of name: String) throws -> Set<String> {
  let own: [String: [String]] = [
    "waybill-centre": ["Centre", "Intune", "HTTP"], "waybill-site": ["Distribution", "Site"],
    "waybill-courier": [],
  ]
  let sources = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent().appending("Sources")
  var codes: Set<String> = []
  for module in ["Trust", "Bundles", "Terminal", name] + (own[name] ?? []) {
    let folder = sources.appending(module)
    for file in try Files.names(in: folder) where file.hasSuffix(".swift") {
      let text = String(decoding: try Files.bytes(folder.appending(file)), as: UTF8.self)
      codes.formUnion(text.matches(of: /case \w+ = "(WB\d{4})"/).map { String($0.1) })
    }
  }
  return codes
}

@Test(arguments: programs) func P13_explainKnowsEveryCodeThatItsProgramCanPrintAndNoOther(
  name: String
) throws {
  let known = try BuiltProgram(name).run("explain", "--json").list("codes").compactMap { entry in
    if case .string(let code) = entry.member("code") { code } else { nil }
  }
  #expect(try codes(of: name).symmetricDifference(known).sorted() == [])
}

/// Every command of a program, found in its own help, so that none is forgotten.
private func commands(of name: String, _ prefix: [String] = []) throws -> [[String]] {
  let help = try BuiltProgram(name).run(prefix + ["--help"]).output
  guard let start = help.range(of: "SUBCOMMANDS:\n") else { return [prefix] }
  var all: [[String]] = []
  for line in help[start.upperBound...].split(separator: "\n", omittingEmptySubsequences: false) {
    let words = line.split(separator: " ")
    guard line.hasPrefix("  "), !line.hasPrefix("   "), let word = words.first else { continue }
    if word == "See" || word == "help" { continue }
    all += try commands(of: name, prefix + [String(word)])
  }
  return all
}

@Test(arguments: programs) func everyCommandTakesJSONAndSaysWhatItIsFor(name: String) throws {
  let all = try commands(of: name)
  #expect(all.count >= 2)
  for command in all {
    let help = try BuiltProgram(name).run(command + ["--help"]).output
    #expect(help.contains("--json"), "\(name) \(command)")
    #expect(help.hasPrefix("OVERVIEW: "), "\(name) \(command)")
  }
}

@Test(arguments: programs) func aWrongArgumentEndsWithUsage(name: String) throws {
  #expect(try BuiltProgram(name).run("no-such-command").exit == 64)
}
