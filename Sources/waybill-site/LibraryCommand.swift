// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Distribution
import Intents
import Site
import SystemPackage
import Terminal
import Trust

struct LibraryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "library", abstract: "Look at the content library.",
    subcommands: [LibraryVerifyCommand.self])
}

struct LibraryVerifyCommand: LongCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Hash every file of the content library again.",
    discussion: """
      Compares packages, contents and files of the tree with each other and every file with its hash. Reads \
      only. What it finds wrong is put right by `apply --recheck`, as far as the files are here.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var state: StateOptions

  func perform(_ console: Console) throws -> Outcome {
    let site = try state.open(console)
    let root = site.profile.library
    console.note("hashing \(root)")
    let report = try LibraryVerifier(root: root, progress: console.progress).verify()
    var lines = Rehearsal.lines(site.profile)
    lines.append(
      "\(report.packages) packages, \(report.contents) contents, \(report.files) files, "
        + "\(report.blobs) blobs, \(ByteCount.text(report.bytes)): \(report.statement)")
    lines += report.findings.map { "\($0.kind.rawValue): \($0.path): \($0.detail)" }
    let findings = report.findings.map { finding -> JSONValue in
      [
        "kind": .string(finding.kind.rawValue), "path": .string(finding.path),
        "detail": .string(finding.detail),
      ]
    }
    return Outcome(
      refusal: report.refusal, lines: lines,
      facts: [
        Rehearsal.fact(site.profile), ("library", .string(root.string)),
        ("packages", .integer(report.packages)), ("contents", .integer(report.contents)),
        ("files", .integer(report.files)), ("blobs", .integer(report.blobs)),
        ("bytes", .integer(report.bytes)), ("agrees", .bool(report.agrees)),
        ("findings", .array(findings)),
      ])
  }
}
