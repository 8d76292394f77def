// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing
import Trust

/// Passphrases that a person types at a terminal.
@Suite struct PassphraseTests {
  private func generate(_ answers: [String], to file: FilePath) throws -> BuiltProgram.Run {
    let questions = ["New passphrase: ", "The same again: "]
    return try BuiltProgram("waybill-centre").run(
      ["key", "generate", "--to", file.string],
      answering: zip(questions, answers).map { (question: $0, answer: $1) })
  }

  @Test("P09: a passphrase that is not typed the same twice makes no key file")
  func typedTwice() throws {
    let scratch = try Scratch()
    let different = try generate(["correct horse", "correct house"], to: scratch["a.json"])
    #expect(different.exit == 64)
    #expect((different.output + different.errors).contains("WB6497"), "\(different)")
    #expect(try Files.names(in: scratch.path).isEmpty)
    let same = try generate(["correct horse", "correct horse"], to: scratch["a.json"])
    #expect(same.exit == 0, "\(same)")
    #expect(!(same.output + same.errors).contains("correct horse"))
    #expect(try Files.names(in: scratch.path).contains("a.json"))
  }

  /// A rehearsal centre whose key files are protected by "correct horse".
  private func protectedCentre() throws -> Rehearsal {
    let loop = try Rehearsal()
    let phrase = try loop.scratch.write("phrase", "correct horse\n")
    let fed = BuiltProgram(
      "waybill-centre", wrapper: ["sh", "-c", #"exec 3<"\#(phrase)"; exec "$0" "$@""#])
    try loop.expectDone(
      try fed.run(
        "init", "--rehearsal", "--passphrase-fd", "3", "--json", "--state",
        loop.scratch["centre"].string))
    return loop
  }

  /// Renews role policy, whose key file is protected, and types `answers` at the terminal.
  private func renew(_ loop: Rehearsal, _ answers: String...) throws -> BuiltProgram.Run {
    try BuiltProgram("waybill-centre").run(
      ["trust", "renew", "policy", "--json", "--state", loop.scratch["centre"].string],
      answering: answers.map { (question: "Passphrase of the key files: ", answer: $0) })
  }

  @Test("P09: a wrong passphrase is asked for again, and what is typed then counts")
  func typedAgain() throws {
    let loop = try protectedCentre()
    let run = try renew(loop, "wrong", "wrong again", "correct horse")
    #expect(run.exit == 0, "\(run)")
    #expect(run["published"] == true)
    #expect(!(run.output + run.errors).contains("wrong again"), "what was typed is not shown")
  }

  @Test("P09: after three wrong passphrases it ends, and nothing was changed")
  func threeWrong() throws {
    let loop = try protectedCentre()
    let before = try Files.tree(loop.scratch["centre"].appending("depot"))
    let run = try renew(loop, "wrong", "wrong", "wrong", "correct horse")
    #expect(run.exit == 64, "\(run)")
    #expect(run.text("code") == "WB6401")
    #expect(try Files.tree(loop.scratch["centre"].appending("depot")) == before)
  }

  @Test("P09: a wrong passphrase on a descriptor ends at once")
  func wrongDescriptor() throws {
    let loop = try protectedCentre()
    let wrong = try loop.scratch.write("wrong", "wrong\ncorrect horse\n")
    let fed = BuiltProgram(
      "waybill-centre", wrapper: ["sh", "-c", #"exec 3<"\#(wrong)"; exec "$0" "$@""#])
    let run = try fed.run(
      "trust", "renew", "policy", "--passphrase-fd", "3", "--json", "--state",
      loop.scratch["centre"].string)
    #expect(run.exit == 64, "\(run)")
    #expect(run.text("code") == "WB6401")
  }

  @Test("P09: a damaged key file is named before any passphrase is asked for")
  func damagedKeyFile() throws {
    let loop = try protectedCentre()
    try loop.change(loop.scratch["centre"].appending("keys/policy.json").string) { bytes in
      bytes[bytes.count / 2] ^= 1
    }
    let run = try loop.centre("trust", "renew", "policy")
    #expect(run.exit == 10, "\(run)")
    #expect(run.text("subject")?.contains("policy.json") == true)
  }

  @Test(
    "P09: no program takes a passphrase as an argument",
    arguments: [
      ("waybill-centre", ["export", "fjord-3", "--to", "."]),
      ("waybill-site", ["return", "--to", "."]), ("waybill-site", ["approve", "--key", "key"]),
    ])
  func onTheCommandLine(name: String, arguments: [String]) throws {
    let run = try BuiltProgram(name).run(arguments + ["--passphrase", "correct horse", "--json"])
    #expect(run.exit == 64, "\(run)")
    #expect(!(run.output + run.errors).contains("correct horse"))
  }
}
