// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing

/// Passphrases that a person types at a terminal.
@Suite struct PassphraseTests {
  /// Runs a program on a terminal of its own and types the next answer whenever it asks.
  private static let typist = """
    import os, pty, sys
    answers, command = sys.argv[1].split(","), sys.argv[2:]
    child, terminal = pty.fork()
    if child == 0:
        os.execv(command[0], command)
    asked = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            break
        sys.stdout.buffer.write(part)
        asked += part
        if asked.endswith(b": ") and answers:
            asked = b""
            os.write(terminal, answers.pop(0).encode() + b"\\n")
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """

  private func generate(_ answers: String, to file: FilePath) throws -> BuiltProgram.Run {
    try BuiltProgram("waybill-centre", wrapper: ["python3", "-c", Self.typist, answers]).run([
      "key", "generate", "--to", file.string,
    ])
  }

  @Test("P09: a passphrase that is not typed the same twice makes no key file")
  func typedTwice() throws {
    let scratch = try Scratch()
    let different = try generate("correct horse,correct house", to: scratch["a.json"])
    #expect(different.exit == 64)
    #expect(different.output.contains("WB6497"), "\(different.output)")
    #expect(try Files.names(in: scratch.path).isEmpty)
    let same = try generate("correct horse,correct horse", to: scratch["a.json"])
    #expect(same.exit == 0, "\(same.output)")
    #expect(!same.output.contains("correct horse"))
    #expect(try Files.names(in: scratch.path).contains("a.json"))
  }
}
