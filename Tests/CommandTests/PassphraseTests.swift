// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing

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
}
